"""The page for Prometheus: what stands on it, who may read it, and that it comes whatever the database does."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, event
from starlette.applications import Starlette
from starlette.routing import Route

from bot import gauges
from bot.alarms import AlarmKind
from bot.app import build
from bot.cases.records import Case
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.delivery.token_pauses import end_token_pause, record_token_refusal
from bot.groups.records import Group
from bot.jobs import queue
from bot.metrics.page import DatabaseFigures, Page
from bot.metrics.server import PageServer
from bot.settings import Settings
from bot.storage import Store, StoreUnavailable, Tx
from sandbox.here import Here
from tests.clock import StillClock
from tests.conftest import OURS, THEIRS
from tests.factories import open_session, running_session
from tests.metrics.conftest import Address, ask, label_sets, on, samples

TOKEN = "0123456789abcdef"
SECRET = "Mijn collega Fatima huilt elke dag"
EMPTY = DatabaseFigures(outbox={}, oldest_seconds=0, sessions={}, overdue_seconds=0, alarms={})

Read = Callable[[], Awaitable[DatabaseFigures]]


async def page_of(store: Store) -> str:
    answer = await ask(Page(lambda: store.read(gauges.database_figures), None))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.text


def write(tx: Tx, key: str) -> None:
    outbox.post(tx, "C0OOST", Message(SECRET), key=key)


def settle(tx: Tx, key: str, state: str) -> None:
    row = tx.sql.query(OutboxRow).filter_by(key=key).one()
    row.state = OutboxState.SENDING
    row.state = OutboxState(state)


async def test_the_outbox_is_counted_by_state_and_its_oldest_message_by_age(
    store: Store, clock: StillClock
) -> None:
    page = await page_of(store)
    assert on(page, "intervisie_outbox_rows", state="pending") == 0
    assert on(page, "intervisie_outbox_oldest_seconds") == 0
    await store.transact(write, "gone")
    await store.transact(settle, "gone", "sent")
    await store.transact(write, "lost")
    await store.transact(settle, "lost", "failed")
    clock.move(seconds=100)
    await store.transact(write, "going")
    await store.transact(settle, "going", "sending")
    clock.move(seconds=30)
    await store.transact(write, "one")
    await store.transact(write, "two")
    clock.move(seconds=12)
    page = await page_of(store)
    assert on(page, "intervisie_database_up") == 1
    assert on(page, "intervisie_outbox_rows", state="pending") == 2
    assert on(page, "intervisie_outbox_rows", state="sending") == 1
    assert on(page, "intervisie_outbox_rows", state="failed") == 1
    # What has failed waits no longer, and what was sent is no longer in the outbox.
    assert on(page, "intervisie_outbox_oldest_seconds") == 42
    assert on(page, "intervisie_outbox_rows", state="sent") is None


async def test_sessions_are_counted_by_state_until_they_end(store: Store) -> None:
    await store.transact(running_session)
    await store.transact(lambda tx: open_session(tx, channel="C0WEST"))
    await store.transact(lambda tx: open_session(tx.of(THEIRS)))
    page = await page_of(store)
    running = {state: on(page, "intervisie_sessions_running", state=state) for state in gauges.GOING_ON}
    assert running == {"gathering": 2, "running": 1, "paused": 0, "waiting": 0}
    assert on(page, "intervisie_sessions_running", state="ended") is None


async def test_each_kind_of_alarm_is_there_from_the_beginning(store: Store) -> None:
    page = await page_of(store)
    assert {on(page, "intervisie_alarms", alarm=kind) for kind in AlarmKind} == {0}
    await store.transact(record_token_refusal, "", "token_revoked")
    assert on(await page_of(store), "intervisie_alarms", alarm="token_refused") == 1
    await store.transact(end_token_pause, "")
    assert on(await page_of(store), "intervisie_alarms", alarm="token_refused") == 0


async def test_what_is_late_shows_also_when_nobody_handles_anything(store: Store, clock: StillClock) -> None:
    def plan(tx: Tx) -> None:
        queue.schedule(tx, "test.soon", "a", clock.now())

    await store.transact(plan)
    assert on(await page_of(store), "intervisie_due_overdue_seconds") == 0
    clock.move(seconds=7)
    assert on(await page_of(store), "intervisie_due_overdue_seconds") == 7


async def test_looking_changes_nothing(store: Store) -> None:
    await store.transact(write, "one")
    first, second = await page_of(store), await page_of(store)
    name = "intervisie_outbox_rows"
    assert on(first, name, state="pending") == on(second, name, state="pending") == 1


async def test_not_a_word_a_name_or_an_id_is_on_the_page(store: Store) -> None:
    session_id = await store.transact(running_session)
    await store.transact(write, "session/0123/phase/3")
    page = await page_of(store)

    def confidential(tx: Tx) -> set[str]:
        rows = tx.sql.query(OutboxRow).all()
        found = {SECRET, session_id, OURS.team_id, "U0ANNA", "U0BRAM", "C0OOST"}
        found |= {text for case in tx.sql.query(Case) for text in (case.id, case.title, case.question)}
        found |= {text for row in rows for text in (row.key, row.channel, row.user) if text}
        return found | {group.id for group in tx.sql.query(Group)}

    for word in await store.read(confidential):
        assert word not in page


async def test_every_label_comes_from_a_short_list(address: Address) -> None:
    # Whatever somebody types, picks or clicks on.
    for number in range(30):
        await address.command(f"woord{number} {SECRET}", user_id=f"U{number:04}", channel_id=f"C{number:04}")
        await address.click(f"room.action{number}", f'{{"id":"{number}"}}')
    page = (await ask(address.app.metrics)).text
    values: dict[str, set[str]] = {}
    for labels in label_sets(page):
        for name, value in labels.items():
            values.setdefault(name, set()).add(value)
    assert set(values) == {"kind", "outcome", "method", "result", "state", "le", "alarm", "reason"}
    assert values["kind"] == {"command", "action", "view", "event"}
    assert values["reason"] == {"full", "not_found"}
    assert values["outcome"] == {"ok", "refused", "unavailable", "failed", "done"}
    assert all(re.fullmatch(r"[a-z]+(\.[a-zA-Z]+)+|response_url", method) for method in values["method"])
    assert len(samples(page)) < 600
    assert "Fatima" not in page
    assert "woord1" not in page


async def failing() -> DatabaseFigures:
    raise StoreUnavailable


async def hanging() -> DatabaseFigures:
    await asyncio.sleep(60)
    return EMPTY


@pytest.mark.parametrize("read", [failing, hanging])
async def test_without_the_database_the_page_comes_in_time_and_says_so(read: Read) -> None:
    async with asyncio.timeout(30):
        page = (await ask(Page(read, None))).text
    assert on(page, "intervisie_database_up") == 0
    assert on(page, "intervisie_outbox_oldest_seconds") is None
    # What this process counted itself is there all the same.
    assert on(page, "intervisie_interactions_total", kind="command", outcome="ok") is not None
    assert on(page, "process_start_time_seconds") is not None


async def test_a_database_that_is_gone_and_comes_back(store: Store) -> None:
    page = Page(lambda: store.read(gauges.database_figures), None)

    def away(*_: Any) -> None:
        raise store.engine.dialect.loaded_dbapi.OperationalError("gone")

    assert on((await ask(page)).text, "intervisie_database_up") == 1
    event.listen(store.engine, "do_connect", away)
    store.engine.dispose()
    assert on((await ask(page)).text, "intervisie_database_up") == 0
    event.remove(store.engine, "do_connect", away)
    assert on((await ask(page)).text, "intervisie_database_up") == 1


async def test_a_table_that_somebody_holds_keeps_nobody_waiting(store: Store, database_url: str) -> None:
    page = Page(lambda: store.read(gauges.database_figures), None)
    sqlite = store.engine.dialect.name == "sqlite"
    assert on((await ask(page)).text, "intervisie_database_up") == 1
    other = create_engine(database_url)
    with other.connect() as holder:
        holder.exec_driver_sql("BEGIN EXCLUSIVE" if sqlite else "LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")
        held = (await ask(page)).text
        # In SQLite's WAL whoever reads waits for nobody.
        assert on(held, "intervisie_database_up") == (1 if sqlite else 0)
        holder.rollback()
    other.dispose()
    async with asyncio.timeout(30):
        # The one that was kept waiting may just be giving up.
        while on((await ask(page)).text, "intervisie_database_up") == 0:
            pass


async def test_a_database_that_hangs_is_asked_once_however_often_the_page_is_read() -> None:
    asked: list[int] = []
    go_on = asyncio.Event()

    async def hang() -> DatabaseFigures:
        asked.append(1)
        await go_on.wait()
        return EMPTY

    page = Page(hang, None)
    pages = await asyncio.gather(*(ask(page) for _ in range(5)))
    assert [on(one.text, "intervisie_database_up") for one in pages] == [0] * 5
    assert len(asked) == 1
    go_on.set()
    assert on((await ask(page)).text, "intervisie_database_up") == 1


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Basic {TOKEN}",
        TOKEN,
        "Bearer é",
    ],
)
async def test_with_a_token_nobody_reads_it_without(shown: str) -> None:
    page = Starlette(routes=[Route("/metrics", Page(failing, TOKEN).answer)])
    async with Here(page, "http://bot") as http:
        answer = await http.get("/metrics", headers={"authorization": shown})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "intervisie_" not in answer.text


async def test_with_a_token_whoever_shows_it_reads() -> None:
    for scheme in ("Bearer", "bearer"):
        answer = await ask(Page(failing, TOKEN), authorization=f"{scheme} {TOKEN}")
        assert answer.status_code == 200


@pytest.mark.parametrize(("token", "status"), [(None, 404), (TOKEN, 401)])
async def test_the_ordinary_port_has_the_page_only_behind_a_token(
    tmp_path: Path, token: str | None, status: int
) -> None:
    settings = Settings(
        bot_token="xoxb-1",
        app_token=None,
        signing_secret="abc",
        secret_keys=(Fernet.generate_key().decode(),),
        database_url=f"sqlite:///{tmp_path / 'bot.db'}",
        metrics_token=token,
    )
    app = build(settings)
    try:
        async with Here(app.asgi, "http://bot") as http:
            assert (await http.get("/metrics")).status_code == status
            shown = await http.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
            assert shown.status_code == (200 if token else 404)
            assert (await http.get("/healthz")).status_code == 200
    finally:
        await app.stop()


async def test_a_port_of_its_own_is_opened_and_let_go() -> None:
    async def read() -> DatabaseFigures:
        return EMPTY

    server = PageServer(Page(read, None), "127.0.0.1", 0)
    await server.start()
    url = f"http://127.0.0.1:{server.port}"
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/metrics") as answer:
            assert answer.status == 200
            assert "intervisie_database_up 1.0" in await answer.text()
        async with session.get(f"{url}/healthz") as answer:
            assert answer.status == 404
        await server.stop()
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"{url}/metrics")


async def test_without_a_port_nothing_is_opened() -> None:
    server = PageServer(Page(failing, None), "127.0.0.1", None)
    await server.start()
    assert server.port is None
    await server.stop()
