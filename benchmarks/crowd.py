"""What a company asks of Slack when 300 groups do something within three minutes, beside Slack's limits for a minute.

The outbox and its choice are the bot's, on a simulated clock; Slack answers at once. Each group reads who is in its channel, asks
about three people, posts, and refreshes their Home tabs; one of them opens theirs at some moment.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet

from benchmarks import databases, scene
from benchmarks.generator import percentile
from benchmarks.rows import Row
from bot.delivery import claims, outbox, sendable
from bot.delivery.message import Message
from bot.delivery.rate_limits import PER_MINUTE
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.storage import Keyring, Store, Tx, in_workspace, open_store, use_keyring

NAME = "crowd"
GROUPS, PEOPLE = 300, 3
WITHIN_SECONDS = 180.0
BEGUN = datetime(2027, 1, 14, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
VIEW = {"type": "home", "blocks": []}
# So many open theirs that they alone need all the calls that Slack takes: they wait for each other, whatever else is refreshed.
AIM = 1.3


@dataclass
class Went:
    """When each method was called, and how long tabs that somebody opened, and those only refreshed, waited."""

    calls: dict[str, list[datetime]] = field(default_factory=dict)
    opened: list[float] = field(default_factory=list)
    refreshed: list[float] = field(default_factory=list)


class _Clock:
    at = BEGUN

    def now(self) -> datetime:
        return self.at


def run(quick: bool, say: Callable[[str], None]) -> list[Row]:
    """The busiest minute of each method, and the waits."""
    use_keyring(Keyring([Fernet.generate_key().decode()]))
    count = GROUPS // 5 if quick else GROUPS
    say(f"{count} groups do something within three minutes")
    return list(_rows(_go(count, refreshed=True), _go(count, refreshed=False), count))


def _go(count: int, *, refreshed: bool) -> Went:
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        databases.fresh("sqlite", Path(folder)) as url,
    ):
        return asyncio.run(_simulated(url, count, refreshed=refreshed))


def _rows(went: Went, without: Went, count: int) -> Iterator[Row]:
    for method, times in sorted(went.calls.items()):
        busiest = max(sum(1 for at in times if begun <= at < begun + MINUTE) for begun in times)
        limit = PER_MINUTE[method]
        what = f"{method} in the busiest minute, {count} groups at once"
        yield Row(NAME, what, busiest, "calls", limit, busiest / limit, "<= 1 ×", busiest <= limit)
    longest, alone = max(went.opened), max(without.opened)
    yield Row(
        NAME,
        f"longest wait for a Home that somebody opened, next to that where none of the {PEOPLE * count} is refreshed",
        longest,
        "s",
        alone,
        longest / alone,
        f"<= {AIM} ×",
        longest <= AIM * alone,
    )
    yield Row(
        NAME, "p99 of those only refreshed", percentile(went.refreshed, 0.99), "s", None, None, "", None
    )


async def _simulated(url: str, count: int, *, refreshed: bool) -> Went:
    clock, went = _Clock(), Went()
    store = open_store(url, clock.now)
    apart = timedelta(seconds=WITHIN_SECONDS / count)
    act = _act_and_refresh if refreshed else _act
    acts = [(BEGUN + number * apart, act, number) for number in range(count)]
    acts += [(BEGUN + timedelta(seconds=30) + number * apart, _open, number) for number in range(count)]
    acts.sort(key=lambda one: one[0])
    try:
        while True:
            while acts and acts[0][0] <= clock.at:
                _, next_act, number = acts.pop(0)
                await store.transact(in_workspace(scene.OURS, next_act), number)
            again = await _send(store, clock, went)
            moments = [at for at in (again, acts[0][0] if acts else None) if at is not None]
            if not moments:
                return went
            clock.at = max(min(moments), clock.at + timedelta(milliseconds=20))
    finally:
        await asyncio.to_thread(store.close)


def _act(tx: Tx, number: int) -> None:
    channel = f"C{number:05}"
    outbox.call_api(tx, "conversations.members", {"channel": channel}, answer="a", subject=channel)
    outbox.post(tx, channel, Message("Hoi"), key=f"act/{number}")
    for one in range(PEOPLE):
        user = f"U{number:05}N{one}"
        outbox.call_api(tx, "users.info", {"user": user}, answer="a", subject=user)


def _act_and_refresh(tx: Tx, number: int) -> None:
    _act(tx, number)
    for one in range(PEOPLE):
        outbox.publish_home(tx, f"U{number:05}N{one}", VIEW, background=True)


def _open(tx: Tx, number: int) -> None:
    outbox.publish_home(tx, f"U{number:05}N9", VIEW)


async def _send(store: Store, clock: _Clock, went: Went) -> datetime | None:
    """Sends what may go now; returns when more may."""
    while True:
        ids, again = await store.read(sendable.select_sendable, sendable.MAX_IN_FLIGHT)
        if not ids:
            return again
        for row in await store.transact(_sent, ids):
            went.calls.setdefault(row.method, []).append(clock.at)
            if row.method == "views.publish":
                waits = went.opened if str(row.user).endswith("N9") else went.refreshed
                waits.append((clock.at - row.created_at).total_seconds())


def _sent(tx: Tx, ids: list[int]) -> list[claims.Sending]:
    going = claims.claim(tx, ids, 1)
    for one in going:
        row = tx.sql.get_one(OutboxRow, one.id)
        row.state, row.ts = OutboxState.SENT, "1.1"
    return going
