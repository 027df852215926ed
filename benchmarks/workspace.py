"""What a workspace costs as it grows from a thousand groups to ten thousand: Home, a status, the night, the sender's choice."""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import event, insert

from benchmarks import company, databases, scene
from benchmarks.rows import Row
from bot.app import claims, dedup, group_service, nudges, privacy_service
from bot.delivery import sendable
from bot.delivery.outbox.rows import TABLE
from bot.groups import service as groups
from bot.home import service as home
from bot.storage import Store, Tx, belonging_to, in_workspace, open_store

NAME = "growth"
SIZES = (1000, 10000)
FEW = (30, 300)
AT_MOST = 1.3
ROUNDS = 30
WAITING = 20000
HOME_MS, CHOICE_MS, STATEMENTS = 20.0, 30.0, 15
# What a night does first: a batch each. A click waits for one at most.
NIGHT: dict[str, Callable[[Tx], object]] = {
    "outbox": claims.purge_done,
    "events": dedup.purge_old_events,
    "nudges": nudges.purge_old,
    "people": privacy_service.purge_people,
    "names": group_service.refresh_names,
}


def rows(quick: bool, say: Callable[[str], None]) -> Iterator[Row]:
    """Each part with a tenth of the groups and with all of them, in turns."""
    sizes = FEW if quick else SIZES
    for database in databases.KINDS:
        say(f"a workspace of {sizes[0]} and of {sizes[1]} groups on {database}")
        with _filled(database, sizes) as stores:
            yield from asyncio.run(_measured(database, sizes, stores))
            yield asyncio.run(_choice(database, stores[1], WAITING // 10 if quick else WAITING))


@contextlib.contextmanager
def _filled(database: str, sizes: tuple[int, int]) -> Iterator[list[Store]]:
    with contextlib.ExitStack() as stack:
        stores = []
        for size in sizes:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
            store = open_store(
                stack.enter_context(databases.fresh(database, folder)), lambda: datetime.now(UTC)
            )
            stack.callback(store.close)
            asyncio.run(_fill(store, size))
            stores.append(store)
        yield stores


async def _fill(store: Store, size: int) -> None:
    for first in range(0, size, company.AT_ONCE):
        count = min(company.AT_ONCE, size - first)
        await store.transact(in_workspace(scene.OURS, company.add), first, count)
    await store.transact(databases.count_rows)


async def _measured(database: str, sizes: tuple[int, int], stores: list[Store]) -> list[Row]:
    found = []
    readings: dict[str, Callable[[Tx, int], object]] = {"Home": _home, "a group's status": _status}
    for name, read in readings.items():
        took: list[list[float]] = [[], []]
        for number in range(ROUNDS):
            for place, store in enumerate(stores):
                took[place].append(await store.read(_timed, read, number % sizes[0]))
        found.append(
            _row(f"{name} with {sizes[1]} groups, {database}", median(took[0]), median(took[1]), _aim(name))
        )
    found.append(await _statements(database, sizes[1], stores[1]))
    for name, work in NIGHT.items():
        took = [[], []]
        for _ in range(3):
            for place, store in enumerate(stores):
                took[place].append(await store.transact(_timed, _once(work), 0))
        what = f"a batch of the night ({name}) with {sizes[1]} groups, {database}"
        found.append(_row(what, median(took[0]), median(took[1]), None))
    return found


def _aim(name: str) -> float | None:
    return HOME_MS if name == "Home" else None


def _row(what: str, few: float, many: float, at_most: float | None) -> Row:
    """In milliseconds. What stays below one of them may not be told from noise."""
    ratio = many / few
    flat = ratio <= AT_MOST or many < 1
    aim = f"<= {AT_MOST} ×" if at_most is None else f"<= {AT_MOST} ×, < {at_most:.0f} ms"
    return Row(NAME, what, many, "ms", few, ratio, aim, flat and (at_most is None or many < at_most))


def _timed(tx: Tx, work: Callable[[Tx, int], object], number: int) -> float:
    begun = time.perf_counter()
    work(tx.of(scene.OURS), number)
    return 1000 * (time.perf_counter() - begun)


def _once(work: Callable[[Tx], object]) -> Callable[[Tx, int], object]:
    return lambda tx, _: work(tx)


def _home(tx: Tx, number: int) -> object:
    return home.home_view(tx, company.user(number, number % company.PEOPLE))


def _status(tx: Tx, number: int) -> object:
    group = groups.group_of_channel(tx, company.channel(number))
    return home.glance(tx, group, company.user(number, number % company.PEOPLE))


async def _statements(database: str, size: int, store: Store) -> Row:
    said = 0

    def count(*_: Any) -> None:
        nonlocal said
        said += 1

    event.listen(store.engine, "before_cursor_execute", count)
    await store.read(_timed, _home, 3)
    event.remove(store.engine, "before_cursor_execute", count)
    what = f"statements of Home with {size} groups, {database}"
    return Row(NAME, what, said, "", None, None, f"<= {STATEMENTS}", said <= STATEMENTS)


async def _choice(database: str, store: Store, waiting: int) -> Row:
    """The sender's choice, while so many rows wait in threads, in channels and for people."""
    await store.transact(in_workspace(scene.OURS, _wait), waiting)
    took = []
    for _ in range(ROUNDS):
        took.append(await store.read(_timed, lambda tx, free: sendable.select_sendable(tx, free), 20))
    what = f"the sender's choice with {waiting} waiting rows, {database}"
    figure = median(took)
    return Row(NAME, what, figure, "ms", None, None, f"< {CHOICE_MS:.0f} ms", figure < CHOICE_MS)


def _wait(tx: Tx, count: int) -> None:
    at = tx.now - timedelta(minutes=1)
    found = []
    for number in range(count // 10):
        channel, thread = company.channel(number), f"wait/{number}/card"
        lane = f"{scene.OURS.team_id}/{channel}/{thread}"
        found.append({"kind": "post", "lane": lane, "key": thread, "channel": channel})
        for reply in range(4):
            key = f"wait/{number}/{reply}"
            found.append({"kind": "post", "lane": lane, "key": key, "channel": channel, "thread_key": thread})
        found.append({"kind": "update", "lane": lane, "channel": channel, "target_key": thread})
        for one in range(4):
            user = company.user(number, one)
            lane_of_user = f"{scene.OURS.team_id}/direct/{user}"
            found.append(
                {"kind": "direct", "lane": lane_of_user, "key": f"wait/{number}/u{one}", "user": user}
            )
    empty = dict.fromkeys(("key", "channel", "user", "thread_key", "target_key"))
    usual = {"state": "pending", "at_worst": "twice", "created_at": at, "not_before": at, "token": 0}
    for first in range(0, len(found), 500):
        some = [{**empty, **usual, **row, **belonging_to(scene.OURS)} for row in found[first : first + 500]]
        tx.sql.connection().execute(insert(TABLE), some)
