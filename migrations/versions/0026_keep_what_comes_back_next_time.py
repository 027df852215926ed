"""Keep what comes back next time: lines, a safety mark that may be told, and who may read a case beforehand.

Going back loses these, the time that phases took, and the averages of an evaluation that runs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

IN_WORKSPACE = (("team_id", 20), ("enterprise_id", 20))


def _columns() -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(length=length), nullable=False) for name, length in IN_WORKSPACE]


def _belongs_to(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{parent}")
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "next_time_lines",
        sa.Column("id", sa.String(length=16), nullable=False),
        *_columns(),
        sa.Column("group_id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        _belongs_to("next_time_lines", "group_id", "groups"),
        _belongs_to("next_time_lines", "session_id", "sessions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_next_time_lines")),
        sa.UniqueConstraint("session_id", "user", name=op.f("uq_next_time_lines_session_id_user")),
    )
    op.create_index(op.f("ix_next_time_lines_team_id"), "next_time_lines", ["team_id"])
    op.create_index(op.f("ix_next_time_lines_group_id"), "next_time_lines", ["group_id"])
    op.create_index(op.f("ix_next_time_lines_user"), "next_time_lines", ["user"])
    op.create_table(
        "phase_times",
        sa.Column("id", sa.String(length=16), nullable=False),
        *_columns(),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _belongs_to("phase_times", "session_id", "sessions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase_times")),
        sa.UniqueConstraint(
            "session_id", "number", "round", name=op.f("uq_phase_times_session_id_number_round")
        ),
    )
    op.create_index(op.f("ix_phase_times_team_id"), "phase_times", ["team_id"])
    op.create_table(
        "read_alongs",
        sa.Column("id", sa.String(length=16), nullable=False),
        *_columns(),
        sa.Column("group_id", sa.String(length=16), nullable=False),
        sa.Column("case_id", sa.String(length=16), nullable=False),
        sa.Column("facilitator", sa.String(length=20), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        _belongs_to("read_alongs", "group_id", "groups"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_alongs")),
        sa.UniqueConstraint("case_id", "facilitator", name=op.f("uq_read_alongs_case_id_facilitator")),
    )
    op.create_index(op.f("ix_read_alongs_team_id"), "read_alongs", ["team_id"])
    op.create_index(op.f("ix_read_alongs_group_id"), "read_alongs", ["group_id"])
    op.create_table(
        "safety_notes",
        sa.Column("id", sa.String(length=16), nullable=False),
        *_columns(),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("told", sa.Boolean(), server_default=sa.false(), nullable=False),
        _belongs_to("safety_notes", "session_id", "sessions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_notes")),
    )
    op.create_index(op.f("ix_safety_notes_team_id"), "safety_notes", ["team_id"])
    op.create_index(op.f("ix_safety_notes_session_id"), "safety_notes", ["session_id"])
    op.create_table(
        "shown_averages",
        *_columns(),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        _belongs_to("shown_averages", "session_id", "sessions"),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_shown_averages")),
    )
    op.create_index(op.f("ix_shown_averages_team_id"), "shown_averages", ["team_id"])
    op.add_column("parked_lines", sa.Column("form", sa.String(length=20), server_default="", nullable=False))
    op.add_column("sessions", sa.Column("extensions", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("sessions", "extensions")
    op.drop_column("parked_lines", "form")
    for table in ("shown_averages", "safety_notes", "read_alongs", "phase_times", "next_time_lines"):
        op.drop_table(table)
