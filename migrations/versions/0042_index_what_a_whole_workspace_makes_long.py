"""Drop the indexes on the workspace alone, and index what Home and the nightly purge look for.

Most databases hold one workspace, so an index on it reads the whole table, and SQLite preferred it to better ones. No row is
changed. Going back makes a large workspace slow, and loses nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0038"
branch_labels = None
depends_on = None

BY_WORKSPACE = (
    "advice_rounds",
    "agreed",
    "agreements",
    "attendances",
    "calendar_feeds",
    "candidates",
    "cases",
    "contributions",
    "date_marks",
    "date_searches",
    "date_slots",
    "due",
    "evaluations",
    "fits",
    "groups",
    "keepsakes",
    "letters",
    "meeting_series",
    "meetings",
    "members",
    "next_time_lines",
    "notes",
    "nudges",
    "outbox",
    "parked_lines",
    "people",
    "phase_times",
    "polls",
    "questions",
    "quiet",
    "read_alongs",
    "reflections",
    "reminded",
    "rewordings",
    "safety_notes",
    "seen_events",
    "session_absences",
    "session_attendances",
    "session_participants",
    "sessions",
    "shown_averages",
    "silences",
    "standstills",
    "table_pages",
    "talk_first",
    "trial_answers",
    "votes",
)
NEW = (
    ("cases", ("presenter", "created_at")),
    ("sessions", ("presenter", "state")),
    ("groups", ("asked_leader",)),
    ("members", ("left_at",)),
    ("nudges", ("at",)),
    ("outbox", ("created_at",)),
    ("outbox", ("state", "id")),
)


def upgrade() -> None:
    for table in BY_WORKSPACE:
        op.drop_index(f"ix_{table}_team_id", table_name=table)
    for table, columns in NEW:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
    nameless = sa.text("name IS NULL")
    op.create_index("ix_people_nameless", "people", ["id"], sqlite_where=nameless, postgresql_where=nameless)


def downgrade() -> None:
    op.drop_index("ix_people_nameless", table_name="people")
    for table, columns in NEW:
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table_name=table)
    for table in BY_WORKSPACE:
        op.create_index(f"ix_{table}_team_id", table, ["team_id"])
