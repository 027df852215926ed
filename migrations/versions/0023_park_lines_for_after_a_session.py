"""Park lines for after a session.

Going back loses the lines that wait for the end of a session that runs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "parked_lines",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_parked_lines_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked_lines")),
    )
    op.create_index(op.f("ix_parked_lines_session_id"), "parked_lines", ["session_id"])
    op.create_index(op.f("ix_parked_lines_team_id"), "parked_lines", ["team_id"])


def downgrade() -> None:
    op.drop_table("parked_lines")
