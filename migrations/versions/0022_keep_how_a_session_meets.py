"""Keep how the people of a session meet, and whether a group has said so.

Going back loses both: groups are taken to meet in a room again, and a session that runs in a room counts what is typed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "groups", sa.Column("meets_chosen", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column(
        "sessions", sa.Column("meets", sa.String(length=10), server_default="thread", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("sessions", "meets")
    op.drop_column("groups", "meets_chosen")
