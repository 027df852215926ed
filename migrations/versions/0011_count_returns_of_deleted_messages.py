"""Count how often a message that somebody deleted by hand was posted again; after five times it stays away.

Every message begins at 0. Going back loses the count, and deleted messages stay away.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What stands there today has never come back.
    op.add_column("outbox", sa.Column("returned", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("outbox", "returned")
