"""Let each person choose how long their attendance is kept; until they do, it is five years as before.

Going back loses that choice: the next night everything is kept, and goes, by the five years again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("attendance_years", sa.Integer(), nullable=True))
    op.add_column("session_attendances", sa.Column("keep_years", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("session_attendances", "keep_years")
    op.drop_column("people", "attendance_years")
