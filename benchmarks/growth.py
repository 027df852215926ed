"""What a poll vote costs as the group's history grows; and what Home, the night and the sender cost as the workspace does.

The whole of a vote behind the door is timed: who reads how, and the transaction with its commit. The histories lie
in databases of their own and are measured in turns, so that what else the machine does hits all of them.
"""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import event, select

from benchmarks import databases, history, scene, workspace
from benchmarks.rows import Row
from bot.groups.records import Group
from bot.groups.service import People
from bot.polls import service as polls
from bot.storage import Keyring, Store, Tx, in_workspace, open_store, use_keyring

NAME = "growth"
SIZES = (10, 100, 1000, 10000)
AT_MOST = 1.2
CHOICES = ((2, 1, 0, 0), (0, 0, 1, 2))
# A statement that takes this much longer with the longest history than with the shortest one grows.
GROWS = 2.0


@dataclass
class Grown:
    """A group with a history, and what its votes took so far, in seconds."""

    store: Store
    ballots: list[scene.Ballot]
    took: list[float] = field(default_factory=list)
    voted: int = 0

    async def vote(self) -> None:
        """Somebody votes, differently from the time before."""
        ballot = self.ballots[self.voted % len(self.ballots)]
        given = CHOICES[self.voted // len(self.ballots) % 2]
        self.voted += 1
        begun = time.perf_counter()
        await self.store.read(in_workspace(scene.OURS, People().known), ballot.user)
        await self.store.transact(
            in_workspace(scene.OURS, polls.give_votes),
            ballot.poll,
            ballot.user,
            dict(zip(ballot.cases, given, strict=True)),
        )
        self.took.append(time.perf_counter() - begun)


def run(quick: bool, say: Callable[[str], None]) -> list[Row]:
    """Votes with 10, 100, 1,000 and 10,000 cases behind them, on both databases."""
    use_keyring(Keyring([Fernet.generate_key().decode()]))
    sizes = SIZES[::2] if quick else SIZES
    rows: list[Row] = []
    for database in databases.KINDS:
        say(f"a history of up to {sizes[-1]} cases on {database}")
        with grown(database, sizes) as found:
            asyncio.run(_in_turns(found, 40 if quick else 100))
            first = median(found[sizes[0]].took)
            for size in sizes:
                took = median(found[size].took)
                rows.append(_row(database, size, took, first, has_aim=size == sizes[-1]))
            slower = asyncio.run(_reads_that_grow(found[sizes[0]], found[sizes[-1]]))
            rows.append(
                Row(NAME, f"reads that grow, {database}", len(slower), "", None, None, "0", not slower)
            )
            for statement in slower:
                say(f"grows: {statement}")
    return [*rows, *workspace.rows(quick, say)]


def _row(database: str, size: int, took: float, first: float, *, has_aim: bool) -> Row:
    ratio = took / first
    return Row(
        NAME,
        f"a vote after {size} cases, {database}",
        1000 * took,
        "ms",
        1000 * first,
        ratio,
        f"< {AT_MOST} ×" if has_aim else "",
        ratio < AT_MOST if has_aim else None,
    )


@contextlib.contextmanager
def grown(database: str, sizes: tuple[int, ...]) -> Iterator[dict[int, Grown]]:
    """The same group with histories of several lengths, each in a database of its own."""
    with contextlib.ExitStack() as stack:
        found: dict[int, Grown] = {}
        for size in sizes:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
            url = stack.enter_context(databases.fresh(database, folder))
            store = open_store(url, lambda: datetime.now(UTC))
            stack.callback(store.close)
            found[size] = Grown(store, asyncio.run(_prepared(store, size)))
        yield found


async def _prepared(store: Store, size: int) -> list[scene.Ballot]:
    def past(tx: Tx) -> None:
        history.add(tx, tx.sql.scalars(select(Group)).one(), size)

    ballots = await store.transact(scene.polls_open, 0, 1)
    await store.transact(scene.as_if_sent)
    await store.transact(past)
    await store.transact(databases.count_rows)
    return ballots


async def _in_turns(found: dict[int, Grown], rounds: int) -> None:
    for one in found.values():
        for _ in range(30):
            await one.vote()
        one.took.clear()
    for _ in range(rounds):
        for one in found.values():
            for _ in range(4):
                await one.vote()


async def _reads_that_grow(short: Grown, long: Grown) -> list[str]:
    """The reads of a vote that take much longer with a long history, each repeated by itself."""
    before, after = await _reads(short), await _reads(long)
    grown = []
    for read in before.keys() & after.keys():
        took = _in_turns_by_itself((short.store, before[read]), (long.store, after[read]), read)
        if took[1] > GROWS * took[0]:
            grown.append(read)
    return sorted(grown)


async def _reads(one: Grown) -> dict[str, Any]:
    """The reads of one vote, with what they were asked."""
    seen: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            seen[statement] = parameters

    event.listen(one.store.engine, "before_cursor_execute", note)
    await one.vote()
    event.remove(one.store.engine, "before_cursor_execute", note)
    return seen


def _in_turns_by_itself(
    short: tuple[Store, Any], long: tuple[Store, Any], statement: str
) -> tuple[float, float]:
    """How long a read takes, in seconds, with the short history and with the long one."""
    with short[0].engine.connect() as one, long[0].engine.connect() as other:
        took: list[list[float]] = [[], []]
        for _ in range(200):
            for place, (connection, parameters) in enumerate(((one, short[1]), (other, long[1]))):
                begun = time.perf_counter()
                connection.exec_driver_sql(statement, parameters).all()
                took[place].append(time.perf_counter() - begun)
    # The best of many: what else the machine does must not look like growth.
    return min(took[0]), min(took[1])
