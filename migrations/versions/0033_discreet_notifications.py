"""Let notifications of messages with people's words tell nothing of them, in every group until it chooses otherwise.

Going back loses that choice, and leaves messages that were just posted with their neutral text.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("groups", sa.Column("discreet", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("outbox", sa.Column("discreet", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox", "discreet")
    op.drop_column("groups", "discreet")
