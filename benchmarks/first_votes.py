"""First votes, next to the same empty handler: they are counted within a second, which a vote that is changed is not.

Everyone votes once, 16 at once; then the ballots are taken out of the database, and everyone votes again for the first time.
"""

import asyncio
from collections.abc import Callable

from sqlalchemy import create_engine, delete, func, select

from benchmarks import databases, votes
from benchmarks.generator import Generator, Outcome, Sender
from benchmarks.processes import cpu_seconds
from benchmarks.rows import Row
from bot.polls.records import Ballot

AT_ONCE = 16
# More people than vote within a second.
GROUPS = 160


def run(name: str, quick: bool, say: Callable[[str], None]) -> list[Row]:
    """Both databases."""
    rows: list[Row] = []
    for database in databases.KINDS:
        say(f"first votes on {database}, {AT_ONCE} at once")
        with votes.servers(database, groups=20 if quick else GROUPS) as found:
            ours, nothing = asyncio.run(_in_turns(found, 2 if quick else 3))
        what = f"first votes, {database}, {AT_ONCE} at once"
        rows += [
            Row(name, what, ours.rate, "/s", nothing.rate, ours.rate / nothing.rate, "", None),
            votes.processor(f"processor of {what}", ours, nothing),
            *votes.refused(what, ours),
        ]
    return rows


async def _in_turns(found: votes.Servers, turns: int) -> tuple[Outcome, Outcome]:
    # Nothing is said of a first vote: the poll in the channel counts one more.
    silent = Generator(
        found.bot.port, votes.SECRET, [Sender(one.name, one.bodies) for one in found.senders], b""
    )
    ours, nothing = Outcome(), Outcome()
    await found.bot.closed_loop(AT_ONCE, votes.WARM_UP_SECONDS)
    await found.empty.closed_loop(AT_ONCE, votes.WARM_UP_SECONDS)
    for _ in range(turns):
        await asyncio.to_thread(_take_ballots, found.database_url)
        used = cpu_seconds(found.bot_pid)
        turn = await silent.everyone_once(AT_ONCE)
        turn.cpu_seconds = cpu_seconds(found.bot_pid) - used
        ours.add(turn)
        if await asyncio.to_thread(_given, found.database_url) != len(found.senders) - turn.wrong:
            raise RuntimeError("a vote that was acknowledged is not in the database")
        nothing.add(await votes.loaded(found.empty, found.empty_pid, AT_ONCE, 1.0))
    return ours, nothing


def _take_ballots(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(delete(Ballot))
    engine.dispose()


def _given(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        given = connection.scalar(select(func.count()).select_from(Ballot)) or 0
    engine.dispose()
    return given
