"""Add what happens between meetings: agreements, invitations, private messages, finding a date, calendars.

Existing groups, meetings and members get columns with the usual values. No row is changed otherwise; a group that
existed keeps its texts for ever until it chooses a term.

Going back deletes answers to invitations, agreements, rhythms, searches for a date and calendar addresses.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint(
            "team_id",
            "enterprise_id",
            "kind",
            "subject",
            name=op.f("uq_calendar_feeds_team_id_enterprise_id_kind_subject"),
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feeds_token_hash")),
    )
    with op.batch_alter_table("calendar_feeds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feeds_team_id"), ["team_id"], unique=False)

    op.create_table(
        "letters",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index("ix_letters_sent_at", ["sent_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_team_id"), ["team_id"], unique=False)
        batch_op.create_index("ix_letters_user_sent_at", ["user", "sent_at"], unique=False)

    op.create_table(
        "nudges",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("group_id", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudges")),
        sa.UniqueConstraint(
            "team_id",
            "enterprise_id",
            "user",
            "kind",
            "subject",
            name=op.f("uq_nudges_team_id_enterprise_id_user_kind_subject"),
        ),
    )
    with op.batch_alter_table("nudges", schema=None) as batch_op:
        batch_op.create_index("ix_nudges_group_id", ["group_id"], unique=False)
        batch_op.create_index("ix_nudges_subject", ["subject"], unique=False)
        batch_op.create_index(batch_op.f("ix_nudges_team_id"), ["team_id"], unique=False)
        batch_op.create_index("ix_nudges_until", ["until"], unique=False)
        batch_op.create_index("ix_nudges_user_at", ["user", "at"], unique=False)

    op.create_table(
        "quiet",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("away", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("away_until", sa.String(length=10), server_default="", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quiet_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiet")),
        sa.UniqueConstraint(
            "team_id", "enterprise_id", "user", name=op.f("uq_quiet_team_id_enterprise_id_user")
        ),
    )
    with op.batch_alter_table("quiet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiet_team_id"), ["team_id"], unique=False)

    op.create_table(
        "silences",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
        sa.UniqueConstraint(
            "team_id",
            "enterprise_id",
            "user",
            "topic",
            name=op.f("uq_silences_team_id_enterprise_id_user_topic"),
        ),
    )
    with op.batch_alter_table("silences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_silences_team_id"), ["team_id"], unique=False)

    op.create_table(
        "agreed",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("group_id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_agreed_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreed")),
        sa.UniqueConstraint("group_id", "user", name=op.f("uq_agreed_group_id_user")),
    )
    with op.batch_alter_table("agreed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreed_team_id"), ["team_id"], unique=False)

    op.create_table(
        "agreements",
        sa.Column("group_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=20), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_agreements_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_agreements")),
    )
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreements_team_id"), ["team_id"], unique=False)

    op.create_table(
        "date_searches",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("group_id", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.String(length=20), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.String(length=16), nullable=True),
        sa.Column("form", sa.String(length=40), nullable=True),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_date_searches_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_searches")),
    )
    with op.batch_alter_table("date_searches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_date_searches_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_date_searches_team_id"), ["team_id"], unique=False)

    op.create_table(
        "meeting_series",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("group_id", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rule", sa.String(length=100), nullable=False),
        sa.Column("first", sa.String(length=10), nullable=False),
        sa.Column("hour", sa.String(length=5), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("planned_by", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=True),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_meeting_series_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_series")),
    )
    with op.batch_alter_table("meeting_series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_series_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_series_team_id"), ["team_id"], unique=False)

    op.create_table(
        "reflections",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("group_id", sa.String(length=16), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("is_presenter", sa.Boolean(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("brought_in", sa.Text(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("doing", sa.Text(), nullable=False),
        sa.Column("needed", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_reflections_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reflections")),
        sa.UniqueConstraint("session_id", "user", name=op.f("uq_reflections_session_id_user")),
    )
    with op.batch_alter_table("reflections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reflections_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reflections_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reflections_team_id"), ["team_id"], unique=False)
        batch_op.create_index("ix_reflections_user_held_at", ["user", "held_at"], unique=False)

    op.create_table(
        "attendances",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("meeting_id", sa.String(length=16), nullable=False),
        sa.Column("group_id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=True),
        sa.Column("answered_for", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("came", sa.Boolean(), nullable=True),
        sa.Column("would_lead", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("would_not_lead", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("brings_nothing", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_attendances_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_attendances_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendances")),
        sa.UniqueConstraint("meeting_id", "user", name=op.f("uq_attendances_meeting_id_user")),
    )
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.create_index("ix_attendances_group_id_user", ["group_id", "user"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendances_team_id"), ["team_id"], unique=False)

    op.create_table(
        "date_slots",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("search_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("hour", sa.String(length=5), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id"], ["date_searches.id"], name=op.f("fk_date_slots_search_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_slots")),
        sa.UniqueConstraint("search_id", "number", name=op.f("uq_date_slots_search_id_number")),
    )
    with op.batch_alter_table("date_slots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_date_slots_team_id"), ["team_id"], unique=False)

    op.create_table(
        "fits",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("group_id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("meeting_id", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=True),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_fits_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_fits_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fits")),
        sa.UniqueConstraint("group_id", "user", "meeting_id", name=op.f("uq_fits_group_id_user_meeting_id")),
    )
    with op.batch_alter_table("fits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fits_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fits_user"), ["user"], unique=False)

    op.create_table(
        "date_marks",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("search_id", sa.String(length=16), nullable=False),
        sa.Column("slot_id", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(length=5), nullable=False),
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id"], ["date_searches.id"], name=op.f("fk_date_marks_search_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["date_slots.id"], name=op.f("fk_date_marks_slot_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_marks")),
        sa.UniqueConstraint("slot_id", "user", name=op.f("uq_date_marks_slot_id_user")),
    )
    with op.batch_alter_table("date_marks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_date_marks_search_id"), ["search_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_date_marks_team_id"), ["team_id"], unique=False)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("meets", sa.String(length=10), server_default="room", nullable=False))
        batch_op.add_column(
            sa.Column("method", sa.String(length=30), server_default="incident", nullable=False)
        )
        batch_op.add_column(sa.Column("minimum", sa.Integer(), server_default="4", nullable=False))
        batch_op.add_column(sa.Column("from_hour", sa.Integer(), server_default="9", nullable=False))
        batch_op.add_column(sa.Column("to_hour", sa.Integer(), server_default="17", nullable=False))
        batch_op.add_column(sa.Column("days", sa.String(length=7), server_default="12345", nullable=False))
        batch_op.add_column(
            sa.Column(
                "reminders", sa.String(length=40), server_default="month two_weeks day hour", nullable=False
            )
        )
        batch_op.add_column(sa.Column("keep_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("hierarchy", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("trial", sa.String(length=10), server_default="", nullable=False))
        batch_op.add_column(sa.Column("rests_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("gathered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("size_told", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("size_told_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("series_id", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("slot", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("sequence", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("form", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("facilitator", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("invitation", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("decided", sa.String(length=10), nullable=True))
        batch_op.create_index(batch_op.f("ix_meetings_series_id"), ["series_id"], unique=False)

    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("outside", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("told_guest", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("led_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("leads", sa.Boolean(), server_default=sa.true(), nullable=False))

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guest", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("days", sa.String(length=7), server_default="12345", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("days")
        batch_op.drop_column("guest")

    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_column("leads")
        batch_op.drop_column("led_at")
        batch_op.drop_column("told_guest")
        batch_op.drop_column("outside")

    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetings_series_id"))
        batch_op.drop_column("decided")
        batch_op.drop_column("invitation")
        batch_op.drop_column("facilitator")
        batch_op.drop_column("form")
        batch_op.drop_column("changed_at")
        batch_op.drop_column("sequence")
        batch_op.drop_column("slot")
        batch_op.drop_column("series_id")

    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.drop_column("size_told_at")
        batch_op.drop_column("size_told")
        batch_op.drop_column("gathered_at")
        batch_op.drop_column("rests_since")
        batch_op.drop_column("trial")
        batch_op.drop_column("hierarchy")
        batch_op.drop_column("keep_days")
        batch_op.drop_column("reminders")
        batch_op.drop_column("days")
        batch_op.drop_column("to_hour")
        batch_op.drop_column("from_hour")
        batch_op.drop_column("minimum")
        batch_op.drop_column("method")
        batch_op.drop_column("meets")
        batch_op.drop_column("name")

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_column("forgotten_at")
        batch_op.drop_column("withdrawn_at")

    with op.batch_alter_table("date_marks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_date_marks_team_id"))
        batch_op.drop_index(batch_op.f("ix_date_marks_search_id"))

    op.drop_table("date_marks")
    with op.batch_alter_table("fits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fits_user"))
        batch_op.drop_index(batch_op.f("ix_fits_team_id"))

    op.drop_table("fits")
    with op.batch_alter_table("date_slots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_date_slots_team_id"))

    op.drop_table("date_slots")
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendances_team_id"))
        batch_op.drop_index("ix_attendances_group_id_user")

    op.drop_table("attendances")
    with op.batch_alter_table("reflections", schema=None) as batch_op:
        batch_op.drop_index("ix_reflections_user_held_at")
        batch_op.drop_index(batch_op.f("ix_reflections_team_id"))
        batch_op.drop_index(batch_op.f("ix_reflections_session_id"))
        batch_op.drop_index(batch_op.f("ix_reflections_group_id"))

    op.drop_table("reflections")
    with op.batch_alter_table("meeting_series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_series_team_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_series_group_id"))

    op.drop_table("meeting_series")
    with op.batch_alter_table("date_searches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_date_searches_team_id"))
        batch_op.drop_index(batch_op.f("ix_date_searches_group_id"))

    op.drop_table("date_searches")
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreements_team_id"))

    op.drop_table("agreements")
    with op.batch_alter_table("agreed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreed_team_id"))

    op.drop_table("agreed")
    with op.batch_alter_table("silences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_silences_team_id"))

    op.drop_table("silences")
    with op.batch_alter_table("quiet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiet_team_id"))

    op.drop_table("quiet")
    with op.batch_alter_table("nudges", schema=None) as batch_op:
        batch_op.drop_index("ix_nudges_user_at")
        batch_op.drop_index("ix_nudges_until")
        batch_op.drop_index(batch_op.f("ix_nudges_team_id"))
        batch_op.drop_index("ix_nudges_subject")
        batch_op.drop_index("ix_nudges_group_id")

    op.drop_table("nudges")
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index("ix_letters_user_sent_at")
        batch_op.drop_index(batch_op.f("ix_letters_team_id"))
        batch_op.drop_index("ix_letters_sent_at")

    op.drop_table("letters")
    with op.batch_alter_table("calendar_feeds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_feeds_team_id"))

    op.drop_table("calendar_feeds")
