"""Keep what was typed into the form of a case, when a case was last written, and its kind: a question, or what went well.

Every case of before has a question. Going back loses the changes that were typed and not sent, and shows a case of what
went well as one without a question.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("kind", sa.String(length=12), server_default="question", nullable=False))
    op.add_column("cases", sa.Column("typed", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("written_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "written_at")
    op.drop_column("cases", "typed")
    op.drop_column("cases", "kind")
