"""Keep who attended a session for proofs, and whom somebody can turn to with what does not belong in a group.

Only sessions that end from now on are kept. Going back loses both.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "session_attendances",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meets", sa.String(length=10), nullable=False),
        sa.Column("method", sa.String(length=30), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_session_attendances_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_attendances")),
        sa.UniqueConstraint("session_id", "user", name=op.f("uq_session_attendances_session_id_user")),
    )
    op.create_index(op.f("ix_session_attendances_team_id"), "session_attendances", ["team_id"])
    op.create_index(op.f("ix_session_attendances_user"), "session_attendances", ["user"])
    op.create_index(op.f("ix_session_attendances_ended_at"), "session_attendances", ["ended_at"])
    op.add_column("groups", sa.Column("contact", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("groups", "contact")
    op.drop_table("session_attendances")
