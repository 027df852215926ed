"""Note whether Slack has named a person's time zone, so that no text gives a default as their own.

Everyone known begins with yes. Going back loses the note, and a default counts as known again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Slack names a zone for nearly everybody, and says it again with the next change of the profile.
    op.add_column("people", sa.Column("zone_known", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    op.drop_column("people", "zone_known")
