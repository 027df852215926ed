"""How long people wait for an answer while thousands of moments fall due in the same process.

Five thousand people have a step for this very moment, and for each it is found out whether they may be asked how it
went: what happens on a Monday at nine, if everybody had the same minute. Meanwhile a hundred votes a second come in at a fixed rate, answered or not; each wait counts from the moment at
which the vote was to be sent.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Engine, create_engine, func, insert, select

from benchmarks import databases, scene, votes
from benchmarks.generator import Outcome, percentile
from benchmarks.rows import Row
from bot.followups import service as followups
from bot.followups.records import Takeaway
from bot.groups.records import Group, Person
from bot.jobs.records import JobRow
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.storage import Base, Tx, belonging_to, new_id, seal_values

MOMENTS = 5000
VOTES_A_SECOND = 100
AT_MOST_SECONDS = 0.5
# From the preparation until the moments fall due: the bot must be there, and the votes must have begun.
BEFORE_SECONDS = 20.0
BEGUN_SECONDS = 1.0
PATIENCE_SECONDS = 60.0
MOMENTS_SECONDS = {"sqlite": 60.0, "postgresql": 30.0}


def run(name: str, quick: bool, say: Callable[[str], None]) -> list[Row]:
    """The waits on each database. A quick run has a fifth of the moments, and says so."""
    count = MOMENTS // 5 if quick else MOMENTS
    rows: list[Row] = []
    for database in databases.KINDS:
        say(f"{count} moments fall due on {database}, while {VOTES_A_SECOND} people a second vote")
        at = datetime.now(UTC) + timedelta(seconds=BEFORE_SECONDS)
        with votes.servers(database, partial(ahead, at=at, count=count)) as found:
            outcome, took = asyncio.run(_meanwhile(found, at))
        longest = max(outcome.latencies)
        what = f"of a vote, {VOTES_A_SECOND}/s while {count} moments fall due, {database}"
        aim = f"< {AT_MOST_SECONDS * 1000:.0f} ms"
        rows += [
            Row(
                name, f"longest wait {what}", 1000 * longest, "ms", None, None, aim, longest < AT_MOST_SECONDS
            ),
            Row(name, f"p99 {what}", 1000 * percentile(outcome.latencies, 0.99), "ms", None, None, "", None),
            Row(
                name,
                f"{count} moments beside votes, {database}",
                took,
                "s",
                None,
                None,
                f"< {MOMENTS_SECONDS[database]:.0f} s",
                took < MOMENTS_SECONDS[database],
            ),
            *votes.refused(f"votes {what}", outcome),
        ]
    return rows


def ahead(tx: Tx, at: datetime, count: int) -> None:
    """Steps of people whom the bot knows, each with the question for this moment."""
    group = tx.sql.scalars(select(Group)).first()
    assert group is not None
    ours = belonging_to(scene.OURS)
    users = [f"U1{number:05}" for number in range(count)]
    steps = [new_id() for _ in users]
    connection = tx.sql.connection()
    connection.execute(
        insert(Person),
        [
            {
                "user": user,
                "language": "nl",
                "zone": group.zone,
                # So that it is working time, whenever this runs.
                "from_hour": 0,
                "to_hour": 24,
                "days": "1234567",
                **ours,
            }
            for user in users
        ],
    )
    connection.execute(
        insert(Takeaway),
        [
            seal_values(
                tx.sql,
                Base.metadata.tables[Takeaway.__tablename__],
                {
                    "id": step,
                    "group_id": group.id,
                    "session_id": "storm",
                    "user": user,
                    "step": "Mijn collega bellen over het rooster",
                    "by": at.date().isoformat(),
                    "kept_at": tx.now,
                    **ours,
                },
            )
            for step, user in zip(steps, users, strict=True)
        ],
    )
    about = {"group_id": group.id, "kind": followups.STEP_NUDGE, "at": at, "data": {}}
    connection.execute(
        insert(Nudge),
        [{"user": user, "subject": step, **about, **ours} for step, user in zip(steps, users, strict=True)],
    )
    connection.execute(
        insert(JobRow),
        [
            {"kind": nudges.DELIVER, "subject": user, "at": at, "planned_at": at, "data": {}, **ours}
            for user in users
        ],
    )


async def _meanwhile(found: votes.Servers, at: datetime) -> tuple[Outcome, float]:
    """Votes from shortly before the moments until the last one is handled, or patience is over; and how long that was."""
    engine = create_engine(found.database_url)
    wait = (at - datetime.now(UTC)).total_seconds() - BEGUN_SECONDS
    if wait < 0:
        raise RuntimeError("the moments fell due before the bot was there")
    await asyncio.sleep(wait)
    looking = asyncio.create_task(_until_none_is_left(engine, at))
    outcome = await found.bot.open_loop(VOTES_A_SECOND, looking.done)
    took = await looking
    engine.dispose()
    return outcome, took


async def _until_none_is_left(engine: Engine, at: datetime) -> float:
    begun = time.monotonic() + BEGUN_SECONDS
    await asyncio.sleep(BEGUN_SECONDS)
    while time.monotonic() < begun + PATIENCE_SECONDS and await asyncio.to_thread(_left, engine, at):  # noqa: ASYNC110  # another process handles them
        await asyncio.sleep(0.2)
    return time.monotonic() - begun


def _left(engine: Engine, at: datetime) -> bool:
    with engine.connect() as connection:
        return bool(connection.scalar(select(func.count(JobRow.id)).where(JobRow.at <= at)))
