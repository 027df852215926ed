"""Remember the name under which Slack shows a person, so that a channel reads names instead of mentions.

Everyone begins without a name; the bot asks Slack for it at its start. Going back loses the names.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("name", sa.String(80)))


def downgrade() -> None:
    op.drop_column("people", "name")
