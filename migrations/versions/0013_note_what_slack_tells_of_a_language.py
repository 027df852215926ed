"""Note Slack's locale of a person, and the private message that said how to change the language.

Going back loses both: English in Slack counts as a choice again, and nobody is told twice.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty for everybody: Slack tells the locale again when somebody is next met.
    op.add_column("people", sa.Column("locale", sa.String(20), nullable=True))
    op.add_column("people", sa.Column("language_hint", sa.String(160), nullable=True))


def downgrade() -> None:
    op.drop_column("people", "language_hint")
    op.drop_column("people", "locale")
