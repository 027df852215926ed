"""An event that Slack brings more than once has one effect, and one that could not be stored comes again."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import event, select
from structlog.testing import capture_logs

from bot.jobs import queue
from bot.jobs.records import JobRow
from bot.slack import dedup
from bot.slack.dedup import once
from bot.slack.records import ProcessedEvent
from bot.slack.requests import Event
from bot.storage import Store, StoreUnavailable, Tx, Workspace, belonging_to, in_workspace, new_id
from sandbox.server import running
from tests.clock import StillClock
from tests.conftest import OURS, THEIRS, open_for_us, ours
from tests.slack.conftest import Address
from tests.slack.test_dispatch import Bench

KIND = "member_joined_channel"


@pytest.fixture
async def bench(store: Store) -> AsyncIterator[Bench]:
    async with running() as sandbox:
        yield Bench(store, AsyncWebClient(token=sandbox.config.bot_token, base_url=sandbox.api_url))


def by_statement(tx: Tx, call: Event) -> None:
    queue.schedule(tx, "x", new_id(), tx.now)


def by_object(tx: Tx, call: Event) -> None:
    row = JobRow(kind="x", subject=new_id(), at=tx.now, scheduled_at=tx.now, **belonging_to(call.workspace))
    tx.sql.add(row)


def effects(tx: Tx) -> int:
    return len(tx.sql.scalars(select(JobRow)).all())


def seen_rows(tx: Tx) -> list[ProcessedEvent]:
    return list(tx.sql.scalars(select(ProcessedEvent)))


async def deliver(bench: Bench, event_id: str | None = "Ev1", team: str = "T0OURS") -> BoltResponse:
    payload: dict[str, Any] = {
        "type": "event_callback",
        "team_id": team,
        "event": {"type": KIND, "user": "U0ANNA", "channel": "C0OOST"},
    }
    if event_id is not None:
        payload["event_id"] = event_id
    return await bench._send(json.dumps(payload), "application/json")


def listening(bench: Bench, effect: Any = by_statement) -> None:
    @bench.router.event(KIND, name="joined", formerly=("bot.old.joined",))
    async def joined(call: Event) -> None:
        await call.transact(effect, call)

    bench.open()


@pytest.mark.parametrize("effect", [by_statement, by_object])
async def test_an_event_that_comes_again_has_one_effect(bench: Bench, effect: Any) -> None:
    listening(bench, effect)
    answers = [await deliver(bench) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert await bench.store.read(effects) == 1
    await deliver(bench, "Ev2")
    assert await bench.store.read(effects) == 2


async def test_the_same_number_in_another_workspace_is_another_event(store: Store) -> None:
    def happens(tx: Tx) -> None:
        once(tx, "Ev1", ("joined",), lambda tx: queue.schedule(tx, "x", new_id(), tx.now))

    for workspace in (OURS, THEIRS):
        await store.transact(in_workspace(workspace, happens))
    assert await store.read(effects) == 2


async def test_an_event_of_a_workspace_that_is_not_the_tokens_is_taken_and_has_no_effect(
    bench: Bench,
) -> None:
    listening(bench)
    with capture_logs() as logs:
        answer = await deliver(bench, team=THEIRS.team_id)
    assert answer.status == 200, "Slack would deliver it again"
    [said] = [entry for entry in logs if entry["event"] == "not_our_workspace"]
    assert (said["kind"], said["workspace"]) == ("event", THEIRS.team_id)
    assert await bench.store.read(effects) == 0


async def test_an_event_without_a_number_simply_runs(bench: Bench) -> None:
    listening(bench)
    for _ in range(2):
        assert (await deliver(bench, None)).status == 200
    assert await bench.store.read(effects) == 2
    assert await bench.store.read(seen_rows) == []


async def test_two_processes_that_get_it_in_the_same_instant_have_one_effect(
    bench: Bench, database_url: str, clock: StillClock
) -> None:
    listening(bench)
    elsewhere = open_for_us(database_url, clock.now)
    other = Bench(elsewhere, bench.client)
    other.router = bench.router
    other.open()
    for number in range(5):
        answers = await asyncio.gather(*(deliver(one, f"Ev{number}") for one in (bench, other, bench, other)))
        assert [answer.status for answer in answers] == [200] * 4
    assert await bench.store.read(effects) == 5
    elsewhere.close()


async def test_a_handler_that_stumbles_leaves_nothing_and_may_try_again(bench: Bench) -> None:
    stumbles = [True]

    def stumble(tx: Tx, call: Event) -> None:
        by_statement(tx, call)
        if stumbles.pop():
            raise ValueError("stumbled")

    listening(bench, stumble)
    await deliver(bench)
    assert (await bench.store.read(effects), await bench.store.read(seen_rows)) == (0, [])
    stumbles.append(False)
    await deliver(bench)
    assert await bench.store.read(effects) == 1


async def test_what_could_not_be_stored_is_brought_again_and_the_rest_is_not_done_twice(bench: Bench) -> None:
    away = [True]

    @bench.router.event(KIND, name="first")
    async def first(call: Event) -> None:
        await call.transact(by_statement, call)

    @bench.router.event(KIND, name="second")
    async def second(call: Event) -> None:
        if away:
            raise StoreUnavailable
        await call.transact(by_statement, call)

    bench.open()
    assert (await deliver(bench)).status == 503
    assert await bench.store.read(effects) == 1
    away.clear()
    assert (await deliver(bench)).status == 200
    assert await bench.store.read(effects) == 2


async def test_each_handler_has_an_effect_of_its_own(bench: Bench) -> None:
    for name in ("first", "second"):

        async def handler(call: Event) -> None:
            await call.transact(by_statement, call)

        bench.router.event(KIND, name=name)(handler)
    bench.open()
    for _ in range(2):
        await deliver(bench)
    assert await bench.store.read(effects) == 2
    with pytest.raises(ValueError, match="twice"):
        bench.router.event(KIND, name=name)(handler)


async def test_an_event_that_a_version_before_handled_is_known_under_the_name_of_then(bench: Bench) -> None:
    def handled_before(tx: Tx) -> None:
        old = {"event_id": "Ev1", "handler": "bot.old.joined", "seen_at": tx.now}
        tx.sql.add(ProcessedEvent(**old, **belonging_to(Workspace("T0OURS"))))

    listening(bench)
    await bench.store.transact(handled_before)
    await deliver(bench)
    assert await bench.store.read(effects) == 0


async def test_a_version_before_that_still_runs_knows_what_was_handled_here(bench: Bench) -> None:
    listening(bench)
    await deliver(bench)
    names = {row.handler for row in await bench.store.read(seen_rows)}
    assert names == {"joined", "bot.old.joined"}


async def test_a_former_name_is_of_one_handler_only(bench: Bench) -> None:
    listening(bench)
    with pytest.raises(ValueError, match="twice"):
        bench.router.event(KIND, name="bot.old.joined")(bench.router.events[KIND][0].handler)


async def test_a_second_transaction_of_one_handler_is_refused_because_it_could_get_lost(bench: Bench) -> None:
    refused: list[str] = []

    @bench.router.event(KIND, name="joined", formerly=("bot.old.joined",))
    async def joined(call: Event) -> None:
        await call.transact(by_statement, call)
        try:
            await call.transact(by_statement, call)
        except RuntimeError as problem:
            refused.append(str(problem))

    bench.open()
    await deliver(bench)
    assert "second transaction" in refused[0]
    assert await bench.store.read(effects) == 1


@contextmanager
def written(store: Store) -> Iterator[list[str]]:
    """The statements that write something."""
    found: list[str] = []

    def note(*arguments: Any) -> None:
        statement: str = arguments[2]
        if statement.split(maxsplit=1)[0] in ("INSERT", "UPDATE", "DELETE"):
            found.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    yield found
    event.remove(store.engine, "before_cursor_execute", note)


async def test_an_event_without_an_effect_writes_nothing(bench: Bench) -> None:
    listening(bench, lambda tx, call: effects(tx))
    # The first payload of a process stores the installation.
    await deliver(bench, "Ev0")
    await bench.dispatcher.settled()
    with written(bench.store) as statements:
        await deliver(bench)
        await deliver(bench)
    assert statements == []


async def test_numbers_are_kept_for_as_long_as_slack_may_bring_an_event_again(
    store: Store, clock: StillClock
) -> None:
    def see(tx: Tx, event_id: str) -> None:
        tx.sql.add(ProcessedEvent(event_id=event_id, handler="x", seen_at=tx.now, **belonging_to(OURS)))

    await store.transact(see, "old")
    # With delayed events Slack tries every hour for a day. https://docs.slack.dev/apis/events-api/
    clock.move_to(clock.now() + timedelta(hours=25))
    await store.transact(dedup.purge_old_events)
    await store.transact(see, "new")
    assert sorted(row.event_id for row in await store.read(seen_rows)) == ["new", "old"]
    clock.move_to(clock.now() + timedelta(hours=24))
    await store.transact(dedup.purge_old_events)
    assert [row.event_id for row in await store.read(seen_rows)] == ["new"]


async def test_the_nightly_tidying_forgets_old_numbers(address: Address) -> None:
    def see(tx: Tx) -> None:
        long_ago = tx.now - timedelta(days=10)
        tx.sql.add(
            ProcessedEvent(event_id="old", handler="x", seen_at=long_ago, **belonging_to(Workspace("T")))
        )

    await ours(address.app).transact(see)
    await address.app._prune()
    assert await ours(address.app).read(seen_rows) == []
