"""Let several processes share planned work, the outbox and Slack's rate limits.

New tables: the heartbeat, the rate limits, the events that were handled, a row to try the disk on, and the absences
that a running session asks its group about. Existing tables get columns and other indexes; no row is changed.

Going back loses which events were handled, and what sessions were going to ask about an absence.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "pace",
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "name", name=op.f("pk_pace")),
    )
    op.create_table(
        "probes",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_probes")),
    )
    op.create_table(
        "seen_events",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.String(length=40), nullable=False),
        sa.Column("handler", sa.String(length=120), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seen_events")),
        sa.UniqueConstraint(
            "team_id",
            "enterprise_id",
            "event_id",
            "handler",
            name=op.f("uq_seen_events_team_id_enterprise_id_event_id_handler"),
        ),
    )
    with op.batch_alter_table("seen_events", schema=None) as batch_op:
        batch_op.create_index("ix_seen_events_seen_at", ["seen_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_seen_events_team_id"), ["team_id"], unique=False)

    op.create_table(
        "session_absences",
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meant", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left", sa.Interval(), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_session_absences_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_absences")),
    )
    with op.batch_alter_table("session_absences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_absences_team_id"), ["team_id"], unique=False)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cases_group_id"))
        batch_op.create_index(
            "ix_cases_group_id_presenter_created_at", ["group_id", "presenter", "created_at"], unique=False
        )
        batch_op.create_index(
            "ix_cases_group_id_state_presenter", ["group_id", "state", "presenter"], unique=False
        )

    with op.batch_alter_table("contributions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("form", sa.String(length=20), server_default="", nullable=False))

    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lane", sa.String(length=120), nullable=True))
        batch_op.create_index("ix_due_lane_at", ["lane", "at"], unique=False)

    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("keepsakes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_keepsakes_user"))
        batch_op.create_index("ix_keepsakes_user_state", ["user", "state"], unique=False)

    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asks", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("owner", sa.Integer(), nullable=True))

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("opened_home", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("polls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_polls_group_id"))
        batch_op.create_index("ix_polls_group_id_state", ["group_id", "state"], unique=False)

    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shown_after", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("form", sa.String(length=20), server_default="", nullable=False))

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("set_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("set_at")

    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.drop_column("form")
        batch_op.drop_column("shown_after")

    with op.batch_alter_table("polls", schema=None) as batch_op:
        batch_op.drop_index("ix_polls_group_id_state")
        batch_op.create_index(batch_op.f("ix_polls_group_id"), ["group_id"], unique=False)

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("opened_home")

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("owner")
        batch_op.drop_column("asks")

    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_column("told_at")

    with op.batch_alter_table("keepsakes", schema=None) as batch_op:
        batch_op.drop_index("ix_keepsakes_user_state")
        batch_op.create_index(batch_op.f("ix_keepsakes_user"), ["user"], unique=False)

    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.drop_column("told_at")

    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.drop_index("ix_due_lane_at")
        batch_op.drop_column("lane")

    with op.batch_alter_table("contributions", schema=None) as batch_op:
        batch_op.drop_column("form")

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("ix_cases_group_id_state_presenter")
        batch_op.drop_index("ix_cases_group_id_presenter_created_at")
        batch_op.create_index(batch_op.f("ix_cases_group_id"), ["group_id"], unique=False)

    with op.batch_alter_table("session_absences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_absences_team_id"))

    op.drop_table("session_absences")
    with op.batch_alter_table("seen_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seen_events_team_id"))
        batch_op.drop_index("ix_seen_events_seen_at")

    op.drop_table("seen_events")
    op.drop_table("probes")
    op.drop_table("pace")
    op.drop_table("heartbeat")
