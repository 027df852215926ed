"""Let people choose what is kept: attendance, a session's thread, a case that waited; and key the list of who was forgotten.

Going back loses these choices: attendance is kept five years again, threads go with the group's term, and cases
wait without an end. Whoever was forgotten meanwhile is not found in a copy by the version before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("attendance_years", sa.Integer(), nullable=True))
    op.add_column(
        "groups", sa.Column("thread_empties", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("session_attendances", sa.Column("keep_years", sa.Integer(), nullable=True))
    op.add_column("cases", sa.Column("stay_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("stays_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("forgotten", sa.Column("secret", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("forgotten", "secret")
    op.drop_column("cases", "stays_since")
    op.drop_column("cases", "stay_asked_at")
    op.drop_column("groups", "thread_empties")
    op.drop_column("session_attendances", "keep_years")
    op.drop_column("people", "attendance_years")
