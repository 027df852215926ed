"""Mark the calls to Slack that nobody waits for, so that they leave room for those that somebody waits for.

What waits from before counts as waited for. Going back forgets the marks, and loses nothing else.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("background", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("outbox", "background")
