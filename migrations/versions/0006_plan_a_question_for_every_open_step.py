"""Plan the question about every open step that has none.

The version before deleted it when the owner left for a while, or had the question turned off. Questions are added, and
a planned private message may come sooner. Steps that were asked about twice stay as they are.

Going back does nothing: the planned questions stay, and the version before can send them.
"""

import secrets
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STEP, DELIVER = "step.ask", "nudges.deliver"
# What the version before letters planned; it becomes a question of its own.
OLD = "followup.nudge"
ASKED_AT_MOST = 2


def _table(name: str, *columns: sa.ColumnClause[Any]) -> sa.TableClause:
    return sa.table(name, sa.column("team_id", sa.String), sa.column("enterprise_id", sa.String), *columns)


keepsakes = _table(
    "keepsakes",
    *(sa.column(name, sa.String) for name in ("id", "group_id", "user", "by", "state")),
    sa.column("asked", sa.Integer),
)
people = _table(
    "people",
    *(sa.column(name, sa.String) for name in ("user", "zone")),
    sa.column("from_hour", sa.Integer),
)
nudges = _table(
    "nudges",
    *(sa.column(name, sa.String) for name in ("id", "user", "kind", "subject", "group_id")),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("data", sa.JSON),
    sa.column("number", sa.Integer),
)
due = _table(
    "due",
    *(sa.column(name, sa.String) for name in ("id", "kind", "subject")),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("planned_at", sa.DateTime(timezone=True)),
    sa.column("data", sa.JSON),
    sa.column("tries", sa.Integer),
)


def upgrade() -> None:
    if not op.get_context().as_sql:
        _plan_what_was_lost(datetime.now(UTC))


def _plan_what_was_lost(now: datetime) -> None:
    """Of open steps the question was deleted when their owner left for a while, or had it turned off."""
    bind = op.get_bind()
    insert = postgresql.insert if bind.dialect.name == "postgresql" else sqlite.insert
    for step in bind.execute(_without_a_question()).all():
        workspace = {"team_id": step.team_id, "enterprise_id": step.enterprise_id}
        # An older moment would be forgotten, as of a group that has rested for a year.
        at = max(_morning_of(step.by, step.zone, step.from_hour), now)
        last = sa.select(sa.func.max(nudges.c.number)).where(
            nudges.c.team_id == step.team_id, nudges.c.enterprise_id == step.enterprise_id
        )
        number = bind.scalar(last.where(nudges.c.user == step.user)) or 0
        question = {"user": step.user, "kind": STEP, "subject": step.id, "group_id": step.group_id}
        planned: dict[str, Any] = {"id": secrets.token_hex(8), "at": at, "data": {}, "number": number + 1}
        bind.execute(insert(nudges).values(**workspace, **question, **planned).on_conflict_do_nothing())
        moved = {"id": secrets.token_hex(8), "at": at, "planned_at": at, "tries": 0}
        bind.execute(
            insert(due)
            .values(kind=DELIVER, subject=step.user, data={}, **workspace, **moved)
            .on_conflict_do_update(
                index_elements=["team_id", "enterprise_id", "kind", "subject"],
                set_=moved,
                where=due.c.at > at,
            )
        )


def _without_a_question() -> sa.Select[Any]:
    """Whoever wrote a step has a day for it. Whether it waits for a question stands in two places."""
    waits = sa.exists().where(
        _same_workspace(nudges), nudges.c.kind == STEP, nudges.c.subject == keepsakes.c.id
    )
    waits_longer = sa.exists().where(_same_workspace(due), due.c.kind == OLD, due.c.subject == keepsakes.c.id)
    return (
        sa.select(keepsakes, people.c.zone, people.c.from_hour)
        .outerjoin_from(
            keepsakes, people, sa.and_(_same_workspace(people), people.c.user == keepsakes.c.user)
        )
        .where(
            keepsakes.c.state == "open",
            keepsakes.c.by != "",
            keepsakes.c.asked < ASKED_AT_MOST,
            ~waits,
            ~waits_longer,
        )
        .order_by(keepsakes.c.by, keepsakes.c.id)
    )


def _same_workspace(table: sa.TableClause) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.team_id == keepsakes.c.team_id, table.c.enterprise_id == keepsakes.c.enterprise_id)


def _morning_of(day: str, zone: str | None, from_hour: int | None) -> datetime:
    """On a day off the bot waits for the next working day by itself."""
    # An hour that no clock has could be stored once.
    hour = min(max(from_hour or 0, 0), 23)
    local = datetime.combine(date.fromisoformat(day), time(hour), ZoneInfo(zone or "UTC"))
    return local.astimezone(UTC)


def downgrade() -> None:
    pass
