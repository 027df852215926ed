"""A database in trouble: an honest private answer in time, nothing half stored, and the bot recovers by itself."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.cases.records import Case
from bot.groups import service as groups
from bot.rounds.records import Contribution
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.storage import Store, StoreUnavailable, Tx, open_store
from bot.storage.records import ProbeRow
from sandbox.here import Here
from sandbox.people import CannotDo, Someone, Team
from tests.bot import Running, running_bot
from tests.conftest import make_group, ours
from tests.factories import ANNA, BRAM, CHLOE, DAAN, control, load, open_session
from tests.resilience.databases import TROUBLES, Database, Limited, database

pytestmark = [pytest.mark.long, pytest.mark.slacks_time]

CHANNEL = "C0OOST"
# Seconds that a busy machine may take for what comes in a moment.
AT_MOST = 60
NOTHING_CHANGED = "dus er is niets veranderd"
# So long that a full disk has no room for it in any corner.
LONG = "Een collega en ik maken samen een plan, en zij beslist veel alleen. " * 40
CASE = {
    "title": "Werken in een ander tempo",
    "situation": LONG,
    "own_part": LONG,
    "question": "Hoe kan ik mijn tempo inbrengen?",
}


@dataclass
class Scene:
    """A bot with a session in its first phase, its database, and the people."""

    bot: Running
    database: Database
    team: Team
    http: Here

    def person(self, user: str) -> Someone:
        return self.team.person(user)

    async def is_ready(self, status: int) -> bool:
        return (await self.http.get("/readyz")).status_code == status

    async def thread(self) -> str:
        found = [m for m in await self.person(BRAM).messages(CHANNEL) if "Intervisie:" in m["text"]]
        return str(found[-1]["ts"])

    async def in_thread(self) -> list[str]:
        return [m["text"] for m in await self.person(DAAN).messages(CHANNEL, await self.thread())]


@pytest.fixture(params=list(TROUBLES))
def trouble(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with database(request.param, tmp_path) as made:
        yield made


@pytest.fixture
async def scene(trouble: Database, tmp_path: Path) -> AsyncIterator[Scene]:
    async with running_bot(tmp_path, database_url=trouble.url) as bot, Team(bot.sandbox.url) as team:
        trouble.attach(bot.app.store.engine)
        async with Here(bot.app.asgi, "http://bot") as http:
            yield Scene(bot, trouble, team, http)


def begin(tx: Tx) -> str:
    session_id = open_session(tx, auto_advance=True)
    sessions.begin(tx, BRAM, control(tx, session_id))
    return session_id


def fleur_was_here(tx: Tx) -> None:
    """She was in the group, and has left its channel."""
    group = make_group(tx, ANNA, "U0FLEUR")
    groups.on_channel_leave(tx, group, "U0FLEUR")


def stored(tx: Tx) -> list[object]:
    """What people have brought in, and where the session is."""
    counts = [tx.sql.scalar(select(func.count()).select_from(kind)) for kind in (Case, Contribution)]
    return [*counts, *tx.sql.execute(select(Session.state, Session.phase_index, Session.version)).one()]


async def wait_for(condition: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110  # what happens elsewhere has no event here
            await asyncio.sleep(0.02)


async def until(scene: Scene, text: str) -> list[str]:
    """What stands in the thread, as soon as a text does."""

    async def stands() -> bool:
        return any(text in message for message in await scene.in_thread())

    await wait_for(stands, 60)
    return await scene.in_thread()


async def test_whoever_presses_hears_that_nothing_was_stored_and_the_bot_recovers(scene: Scene) -> None:
    session_id = await ours(scene.bot.app).transact(begin)
    for _ in range(6):
        await scene.team.advance(seconds=1.1)
    bram, chloe, daan = (scene.person(user) for user in (BRAM, CHLOE, DAAN))
    await bram.command("casus", CHANNEL)
    await bram.fill(**CASE, next="hand_in")
    assert await scene.is_ready(200)
    before = await ours(scene.bot.app).read(stored)
    scene.database.begin()

    # The sandbox refuses an answer that comes after Slack's three seconds, here and below.
    errors = await bram.submit()
    assert NOTHING_CHANGED in next(iter(errors.values()))
    assert "Wat je typte staat er nog" in next(iter(errors.values()))
    assert await bram.views()

    await daan.click("Pauze", channel=CHANNEL)
    if scene.database.url.startswith("postgresql"):
        # A SQLite file in trouble can still be read.
        await chloe.command("casussen", CHANNEL)
    await wait_for(lambda: daan.sees(NOTHING_CHANGED, CHANNEL), AT_MOST)
    if scene.database.url.startswith("postgresql"):
        assert await chloe.sees(NOTHING_CHANGED, CHANNEL)
    assert not await scene.person(ANNA).sees(NOTHING_CHANGED, CHANNEL)
    await wait_for(lambda: scene.is_ready(503), AT_MOST)

    # The end of the phase falls due meanwhile.
    moving = asyncio.create_task(scene.team.http.post("/ui/clock", json={"advance": 11 * 60}))
    await asyncio.sleep(1)
    scene.database.end()
    await moving
    over = await until(scene, "*Vragen.*")
    # Phases that follow by themselves need no word in between.
    assert sum(text.startswith("De tijd voor *Inbreng*") for text in over) == 0
    assert sum(text.startswith("*Vragen.*") for text in over) == 1

    await wait_for(lambda: scene.is_ready(200), 10)
    after = await ours(scene.bot.app).read(stored)
    assert after[:3] == [*before[:2], "running"]
    session = await ours(scene.bot.app).read(load, session_id)
    assert (session.phase_index, session.remaining) == (2, None)

    # The form that was kept open is simply sent again.
    assert await bram.submit() == {}
    await daan.click("Pauze", channel=CHANNEL)
    assert (await ours(scene.bot.app).read(stored))[0] == before[0] + 1  # type: ignore[operator]  # a count
    assert (await ours(scene.bot.app).read(load, session_id)).state == State.PAUSED


@pytest.mark.parametrize("trouble", ["a locked file", "a server that restarts"], indirect=True)
async def test_an_event_that_came_meanwhile_has_its_effect_when_slack_brings_it_again(scene: Scene) -> None:
    await ours(scene.bot.app).transact(fleur_was_here)
    content = {
        "type": "member_joined_channel",
        "user": "U0FLEUR",
        "channel": CHANNEL,
        "event_ts": "1800000000.1",
    }
    scene.database.begin()
    await scene.bot.sandbox.doings.event(content, event_id="Ev0FLEUR")
    scene.database.end()
    fleur = scene.person("U0FLEUR")
    # A minute later.
    await scene.bot.sandbox.doings.event(content, event_id="Ev0FLEUR")
    await fleur.command("casussen", CHANNEL)
    assert "casussen" in (await fleur.read_modal()).lower()


@pytest.mark.parametrize("trouble", ["statements that add up"], indirect=True)
async def test_what_was_given_up_is_not_stored_later(scene: Scene) -> None:
    session_id = await ours(scene.bot.app).transact(begin)
    for _ in range(6):
        await scene.team.advance(seconds=1.1)
    daan = scene.person(DAAN)
    scene.database.begin()
    with contextlib.suppress(CannotDo):
        await daan.click("Pauze", channel=CHANNEL)
    await wait_for(lambda: daan.sees(NOTHING_CHANGED, CHANNEL), AT_MOST)
    # Whatever was under way has ended once something that came after it has.
    await asyncio.sleep(3)
    scene.database.end()
    assert (await ours(scene.bot.app).read(load, session_id)).state == State.RUNNING


# One commit for many: who is told what


def write(tx: Tx, number: int, characters: int) -> int:
    tx.sql.add(ProbeRow(id=f"{number}", text="x" * characters))
    tx.sql.flush()
    return number


def kept(tx: Tx) -> set[int]:
    return {int(found) for found in tx.sql.scalars(select(ProbeRow.id)) if found.isdigit()}


@pytest.fixture
async def limited(tmp_path: Path) -> AsyncIterator[tuple[Store, Limited]]:
    with database("a file that may not grow", tmp_path) as made:
        store = open_store(made.url)
        assert isinstance(made, Limited)
        made.attach(store.engine)
        yield store, made
        store.close()


async def test_of_those_who_share_a_commit_on_a_full_disk_each_hears_the_truth(
    limited: tuple[Store, Limited],
) -> None:
    store, disk = limited
    disk.stop_growing()
    # The first one holds the writer up, so that the others share a commit.
    sizes = [1, *([1, 50_000] * 5), 1]
    results = await asyncio.gather(
        *(store.transact(write, number, size) for number, size in enumerate(sizes)), return_exceptions=True
    )
    told = {result for result in results if isinstance(result, int)}
    assert any(isinstance(result, StoreUnavailable) for result in results)
    assert all(isinstance(result, (int, StoreUnavailable)) for result in results)
    assert await store.read(kept) == told
    disk.end()
    assert await store.transact(write, 99, 50_000) == 99


def test_sqlite_itself_says_that_the_disk_is_full(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "x.db")
    connection.execute("CREATE TABLE x (y)")
    connection.execute("PRAGMA max_page_count=1")
    with pytest.raises(sqlite3.OperationalError, match="database or disk is full"):
        connection.execute("INSERT INTO x VALUES (?)", ("x" * 50_000,))
    connection.close()
