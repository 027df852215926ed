"""How often a call to Slack is tried, after which pauses, and how many at once, in numbers."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from sqlalchemy import select, update

from bot.delivery import claims, outbox, sendable
from bot.delivery.known_threads import KnownThreads
from bot.delivery.message import Answer, Message
from bot.delivery.outbox.rows import add_row
from bot.delivery.records import OutboxRow
from bot.delivery.sender import Sender, _pause
from bot.storage import Store, Tx
from tests.clock import StillClock
from tests.delivery.conftest import ANNA, CHANNEL

FINE: dict[str, Any] = {"ok": True, "ts": "2.2", "channel": CHANNEL, "messages": []}
NOT_NOW = {"ok": False, "error": "service_unavailable"}
# A proxy may speak JSON too, and its words are no refusal by Slack.
OF_A_PROXY = {"error": "upstream"}
MINUTE, AN_INSTANT = timedelta(minutes=1), timedelta(0)


class Edge(AsyncWebClient):
    """Slack at the edge: it answers every call alike, and may take its time over the first of a method."""

    def __init__(self, body: dict[str, Any], status: int = 200) -> None:
        super().__init__(token="xoxb-edge")
        self.calls: list[str] = []
        self.takes_time: dict[str, Callable[[], object]] = {}
        self.answers = asyncio.Event()
        self.answers.set()
        self._body = body
        self._status = status

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:
        self.calls.append(api_method)
        self.takes_time.pop(api_method, lambda: None)()
        await self.answers.wait()
        answer = AsyncSlackResponse(
            client=self,
            http_verb="POST",
            api_url=f"{self.base_url}{api_method}",
            req_args=given,
            data=self._body,
            headers={},
            status_code=self._status,
        )
        return answer.validate()  # type: ignore[no-untyped-call,no-any-return]  # the SDK leaves it untyped


def stumble(tx: Tx, answer: Answer) -> None:
    raise KeyError("user")


def post(tx: Tx, key: str = "a", thread: str | None = None) -> None:
    outbox.post(tx, CHANNEL, Message("Hoi"), key=key, thread=thread)


def ask(tx: Tx, answer: str = "test.stumbles") -> None:
    outbox.call_api(tx, "users.info", {"user": ANNA}, answer=answer, subject=ANNA)


def edit(tx: Tx, discreet: str | None = None) -> None:
    payload = {"ts": "1.1", "text": "Nieuw", "blocks": []}
    add_row(
        tx, kind="update", ordering_key=f"{CHANNEL}/a", channel=CHANNEL, payload=payload, discreet=discreet
    )


def sender_to(store: Store, clock: StillClock, edge: Edge) -> Sender:
    return Sender(store, lambda workspace: edge, clock, {"test.stumbles": stumble}, lambda tx, failure: None)


async def send(store: Store, clock: StillClock, edge: Edge, sender: Sender | None = None) -> None:
    sender = sender or sender_to(store, clock, edge)
    await sender.run()
    await sender.under_way()


async def only_row(store: Store) -> OutboxRow:
    return await store.read(lambda tx: tx.sql.scalars(select(OutboxRow)).one())


def have_tried(tx: Tx, times: int) -> None:
    tx.sql.execute(update(OutboxRow).values(attempts=times))


def test_the_pauses_grow_to_a_minute_and_sixty_of_them_last_about_an_hour() -> None:
    pauses = [_pause(attempts) for attempts in range(60)]
    assert [pause.total_seconds() for pause in pauses[:7]] == [1, 5, 15, 30, 60, 60, 60]
    assert timedelta(minutes=55) < sum(pauses, AN_INSTANT) < timedelta(minutes=60)


@pytest.mark.parametrize(
    ("write", "body", "status"),
    [
        pytest.param(post, NOT_NOW, 200, id="not now"),
        pytest.param(post, OF_A_PROXY, 500, id="no answer"),
        pytest.param(ask, FINE, 200, id="the room stumbles"),
    ],
)
async def test_after_sixty_attempts_one_more_is_the_last(
    store: Store, clock: StillClock, write: Callable[[Tx], None], body: dict[str, Any], status: int
) -> None:
    edge = Edge(body, status)
    await store.transact(write)
    await store.transact(have_tried, 58)
    for attempts in (59, 60):
        await send(store, clock, edge)
        row = await only_row(store)
        assert (row.attempts, row.state in ("pending", "sending")) == (attempts, True)
        clock.move(seconds=70)
    await send(store, clock, edge)
    assert (await only_row(store)).state == "failed"


@pytest.mark.parametrize(
    ("body", "status"), [(NOT_NOW, 200), ({"ok": False, "error": "not_in_channel"}, 200), (OF_A_PROXY, 500)]
)
async def test_the_full_text_of_a_discreet_message_is_tried_every_ten_minutes_after_that(
    store: Store, clock: StillClock, body: dict[str, Any], status: int
) -> None:
    await store.transact(edit, "Er is iets nieuws")
    await store.transact(have_tried, 60)
    await send(store, clock, Edge(body, status))
    row = await only_row(store)
    assert (row.state, row.not_before - clock.now()) == ("pending", timedelta(minutes=10))


async def test_a_question_that_a_newer_version_asked_is_left_to_it_for_a_minute_at_a_time(
    store: Store, clock: StillClock
) -> None:
    edge = Edge(FINE)
    await store.transact(ask, "test.of_tomorrow")
    await send(store, clock, edge)
    row = await only_row(store)
    assert (row.state, row.not_before - clock.now(), edge.calls) == ("pending", MINUTE, [])


async def test_whoever_is_about_to_stop_begins_nothing_more(store: Store, clock: StillClock) -> None:
    edge = Edge(FINE)
    sender = sender_to(store, clock, edge)
    await store.transact(post)
    sender.stop_accepting()
    await send(store, clock, edge, sender)
    assert (edge.calls, (await only_row(store)).claim_count) == ([], 0)


async def claimed_by_one_that_died(store: Store, clock: StillClock) -> None:
    ids, _ = await store.read(sendable.select_sendable, 1)
    await store.transact(claims.claim, ids, 1)
    clock.move(seconds=40)


async def test_when_a_process_died_over_it_an_edit_is_repeated_and_a_whisper_is_not(
    store: Store, clock: StillClock
) -> None:
    """A second whisper would be worse than none, and a second edit shows the same."""
    edge = Edge(FINE)
    await store.transact(edit)
    await claimed_by_one_that_died(store, clock)
    await send(store, clock, edge)
    assert edge.calls == ["chat.update"]
    await store.transact(lambda tx: outbox.post_ephemeral(tx, CHANNEL, ANNA, Message("Psst")))
    await claimed_by_one_that_died(store, clock)
    await send(store, clock, edge)
    assert edge.calls == ["chat.update"]
    assert (await only_row(store)).error == "no_answer"


@pytest.mark.parametrize(("seconds", "look_ups"), [(20, 1), (21, 2)])
async def test_whoever_took_long_over_a_look_up_gives_the_message_back_and_it_goes_at_once(
    store: Store, clock: StillClock, seconds: int, look_ups: int
) -> None:
    """A call takes up to ten seconds, and after thirty another process may take the message over."""
    edge = Edge(FINE)
    edge.takes_time["conversations.history"] = lambda: clock.move(seconds=seconds)
    await store.transact(post)
    await claimed_by_one_that_died(store, clock)
    for _ in range(2):
        await send(store, clock, edge)
    assert edge.calls == [*["conversations.history"] * look_ups, "chat.postMessage"]


async def test_a_thread_that_was_there_a_minute_ago_is_looked_at_again_and_within_it_is_not(
    store: Store, clock: StillClock
) -> None:
    edge = Edge(FINE)
    one = sender_to(store, clock, edge)
    asked = []
    for key, thread, seconds in (
        ("card", None, 0),
        ("at once", "card", 0),
        ("soon", "card", 59),
        ("later", "card", 60),
    ):
        clock.move(seconds=seconds)
        await store.transact(post, key, thread)
        await send(store, clock, edge, one)
        asked.append(edge.calls.count("chat.getPermalink"))
    assert asked == [0, 0, 0, 1]


async def test_of_a_thousand_threads_the_one_seen_longest_ago_is_forgotten_first(
    store: Store, clock: StillClock
) -> None:
    edge, threads = Edge(FINE), KnownThreads(clock)
    await store.transact(post)
    ids, _ = await store.read(sendable.select_sendable, 1)
    [sending] = await store.transact(claims.claim, ids, 1)
    for number in range(1_001):
        threads.note_success(replace(sending, thread_ts=f"1.{number}"), FINE)
    asked = []
    for number in (1, 0):
        await threads.stands(edge, replace(sending, thread_ts=f"1.{number}"))
        asked.append(len(edge.calls))
    assert asked == [0, 1]


async def test_twenty_calls_are_under_way_at_once_and_the_others_go_when_these_have_ended(
    store: Store, clock: StillClock
) -> None:
    edge = Edge(FINE)
    edge.answers.clear()
    sender = sender_to(store, clock, edge)

    def crowd(tx: Tx) -> None:
        for number in range(15):
            outbox.publish_home(tx, f"U{number}", {"type": "home", "blocks": []})
            outbox.post_ephemeral(tx, CHANNEL, f"U{number}", Message("Psst"))

    def under_way(tx: Tx) -> int:
        return len(tx.sql.scalars(select(OutboxRow.id).where(OutboxRow.state == "sending")).all())

    await store.transact(crowd)
    await sender.run()
    assert await store.read(under_way) == 20
    # The first call that ends wakes the sender.
    assert await sender.next_at() is None
    edge.answers.set()
    await sender.under_way()
    await send(store, clock, edge, sender)
    assert len(edge.calls) == 30
