"""Add a table of canaries: values that say nothing, on which a start tries the keys.

The table begins empty. The first start tries everything that is stored before it leaves a value, and refuses when a
key is missing. Going back deletes the values, and nothing that people wrote.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "canaries",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canaries")),
    )


def downgrade() -> None:
    op.drop_table("canaries")
