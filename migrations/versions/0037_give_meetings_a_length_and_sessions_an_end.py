"""Give meetings, rhythms and searches for a date a length of 90 minutes, and sessions an end time.

A session that runs has none and goes on as it was. Going back loses lengths and end times.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0033"
branch_labels = None
depends_on = None

WITH_LENGTH = ("meetings", "meeting_series", "date_searches")


def upgrade() -> None:
    for table in WITH_LENGTH:
        op.add_column(table, sa.Column("minutes", sa.Integer(), server_default="90", nullable=False))
    op.add_column("sessions", sa.Column("ends_by", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sessions", sa.Column("phase_extensions", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "sessions", sa.Column("offers_time", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("sessions", sa.Column("cut_at", sa.Integer(), nullable=True))


def downgrade() -> None:
    for column in ("cut_at", "offers_time", "phase_extensions", "ends_by"):
        op.drop_column("sessions", column)
    for table in WITH_LENGTH:
        op.drop_column(table, "minutes")
