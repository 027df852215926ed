"""Whether one group can starve another: 500 long cases and 5,000 waiting posts in one, clicks and posts in another.

The store and the sender are the bot's own, in this process, on SQLite; Slack is a client that answers at once. The other
group is measured in turns: in a database of its own, and in one where the first group is too, whose people click as well.
"""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from cryptography.fernet import Fernet
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks import databases, scene
from benchmarks.generator import percentile
from benchmarks.rows import Row
from bot.cases import service as cases
from bot.cases import views
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.delivery.sender import Sender
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs.clock import SystemClock
from bot.storage import Keyring, Store, Tx, belonging_to, open_store, use_keyring
from bot.texts import for_language

NAME = "fairness"
LONG_CASES = 500
WAITING_POSTS = 5000
LONG = "Een collega en ik maken samen het rooster, en zij beslist veel alleen. " * 42
AIM = 1.5
TURNS = 3
CLICKS = 30
PAUSE_SECONDS = 0.1
# How often somebody in the large group looks at its cases.
THEIR_CLICK_SECONDS = 1.0
OURS, THEIRS = 1, 2


@dataclass
class Waits:
    """Waits in seconds."""

    clicks: list[float] = field(default_factory=list)
    posts: list[float] = field(default_factory=list)


class _Slack:
    """Answers every call at once, and says when a text has come."""

    def __init__(self) -> None:
        self.arrived: dict[str, asyncio.Event] = {}
        self._count = 0

    async def api_call(self, method: str, **given: Any) -> Any:
        self._count += 1
        sent = given.get("json") or {}
        if sent.get("text") in self.arrived:
            self.arrived[sent["text"]].set()
        data = {"ok": True, "ts": f"1700000000.{self._count:06}", "channel": sent.get("channel", "")}
        return _Response(data)


@dataclass
class _Response:
    data: dict[str, Any]


class _Bot:
    """A store and a sender that is woken by commits."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.slack = _Slack()
        self._woken = asyncio.Event()
        self._sender = Sender(
            store,
            lambda workspace: cast(AsyncWebClient, self.slack),
            SystemClock(),
            {},
            lambda tx, failure: None,
            on_free=self._woken.set,
        )
        store.listen(outbox.TOPIC, self._woken.set)

    async def send(self) -> None:
        while True:
            self._woken.clear()
            await self._sender.run()
            # As the worker loop: what a rate limit holds back goes when there is room.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._woken.wait()


def run(quick: bool, say: Callable[[str], None]) -> list[Row]:
    """The other group's clicks and posts beside the large one, next to alone."""
    use_keyring(Keyring([Fernet.generate_key().decode()]))
    alone, beside = asyncio.run(_measure(quick, say))
    rows = []
    for what, ours, theirs in (
        ("a click on the list of cases", beside.clicks, alone.clicks),
        ("a post, from the commit to Slack", beside.posts, alone.posts),
    ):
        figure, baseline = percentile(ours, 0.5), percentile(theirs, 0.5)
        ratio = figure / baseline
        name = (
            f"p50 of {what}, beside {LONG_CASES} long cases and {WAITING_POSTS} waiting posts, next to alone"
        )
        rows.append(Row(NAME, name, 1000 * figure, "ms", 1000 * baseline, ratio, f"<= {AIM} ×", ratio <= AIM))
    return rows


async def _measure(quick: bool, say: Callable[[str], None]) -> tuple[Waits, Waits]:
    alone, beside = Waits(), Waits()
    with _database() as small, _database() as large:
        async with _bot(small) as bot, _bot(large) as crowded:
            say(f"a group with {LONG_CASES} cases and {WAITING_POSTS} posts is made")
            await crowded.store.transact(_crowd)
            looking = asyncio.create_task(_look(crowded.store))
            for turn in range(1 if quick else TURNS):
                say(f"alone and beside, turn {turn + 1}")
                for number in range(CLICKS):
                    await _one(bot, f"{turn}/{number}", alone)
                    await _one(crowded, f"{turn}/{number}", beside)
                    await asyncio.sleep(PAUSE_SECONDS)
            looking.cancel()
    return alone, beside


@contextlib.contextmanager
def _database() -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        databases.fresh("sqlite", Path(folder)) as url,
    ):
        yield url


@contextlib.asynccontextmanager
async def _bot(url: str) -> AsyncIterator[_Bot]:
    store = open_store(url, lambda: datetime.now(UTC))
    bot = _Bot(store)
    await store.transact(_small_group)
    sending = asyncio.create_task(bot.send())
    try:
        yield bot
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await asyncio.to_thread(store.close)


def _small_group(tx: Tx) -> None:
    tx = tx.of(scene.OURS)
    made = scene.group(tx, OURS, 6)
    for user in _users(OURS)[:5]:
        scene.case(tx, made, user, OURS)
    scene.as_if_sent(tx)


def _crowd(tx: Tx) -> None:
    """Cases of before there was a quota, and posts that a channel takes an hour and a half for."""
    tx = tx.of(scene.OURS)
    made = scene.group(tx, THEIRS, 6)
    scene.as_if_sent(tx)
    words = {"situation": LONG, "own_part": LONG, "tried": LONG, "hope": LONG, "theme": "samenwerken"}
    # As records: their texts are encrypted where a record is written.
    tx.sql.add_all(
        Case(
            group_id=made.id,
            presenter=_users(THEIRS)[number % 6],
            state=CaseState.HANDED_IN,
            title=f"Samenwerken, {number}",
            question="Hoe kan ik mijn tempo inbrengen?",
            created_at=tx.now,
            handed_in_at=tx.now,
            **words,
            **belonging_to(scene.OURS),
        )
        for number in range(LONG_CASES)
    )
    tx.sql.flush()
    for number in range(WAITING_POSTS):
        outbox.post(tx, made.channel, Message(LONG[:300]), key=f"crowd/{number}")


def _users(number: int) -> list[str]:
    return [f"U{number:05}N{one:02}" for one in range(6)]


async def _look(store: Store) -> None:
    while True:
        await asyncio.gather(*(store.read(_list, THEIRS, user) for user in _users(THEIRS)[:2]))
        await asyncio.sleep(THEIR_CLICK_SECONDS)


async def _one(bot: _Bot, name: str, waits: Waits) -> None:
    """One click, then one post in a channel of its own: the limit of one channel is not what is measured."""
    begun = time.perf_counter()
    await bot.store.read(_list, OURS, _users(OURS)[0])
    waits.clicks.append(time.perf_counter() - begun)
    text = f"post {name}"
    arrived = bot.slack.arrived[text] = asyncio.Event()
    begun = time.perf_counter()
    await bot.store.transact(_post, f"COURS{name.replace('/', 'X')}", text)
    await arrived.wait()
    waits.posts.append(time.perf_counter() - begun)


def _post(tx: Tx, channel: str, text: str) -> None:
    outbox.post(tx.of(scene.OURS), channel, Message(text), key=f"ours/{text}")


def _list(tx: Tx, number: int, user: str) -> dict[str, Any]:
    """The window of `/intervisie casussen`, as bot/cases/listeners.py fills it."""
    tx = tx.of(scene.OURS)
    group: Group = groups.group_of_channel(tx, f"C{number:07}")
    mine = cases.cases_of(tx, user, group, at_most=views.MINE_SHOWN + 1)
    waiting = cases.backlog(tx, group, at_most=views.WAITING_SHOWN + 1)
    return views.lists(for_language("nl"), group.id, mine, waiting)
