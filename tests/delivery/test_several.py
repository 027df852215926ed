"""Several senders on one outbox: limits are shared, a slow call holds up nobody, and the dead are followed."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.delivery import claims, outbox, sendable
from bot.delivery.message import Message
from bot.delivery.outbox.rows import add_row
from bot.delivery.records import OutboxRow
from bot.storage import Store, Tx
from tests.conftest import open_for_us
from tests.delivery.conftest import BRAM, CHANNEL, Post
from tests.storage.test_notifications import until_there

METHOD = "chat.postMessage"
OTHER = "C0ALGEMEEN"


async def test_two_processes_together_keep_within_one_limit(office: Post) -> None:
    first, second = office.another(), office.another()
    for n in range(8):
        await office.post(f"a/{n}", str(n))
    for sender in (first, second):
        office.sender = sender
        await office.send()
    assert len(office.texts()) == 3
    office.sender = first
    await office.send_until_done()
    assert office.texts() == [str(n) for n in range(8)]
    assert "ratelimited" not in office.calls(METHOD)


async def test_a_process_that_is_told_to_wait_makes_the_others_wait_too(office: Post) -> None:
    office.fault(METHOD, "ratelimited", seconds=30)
    await office.post("a", "Een")
    await office.send()
    await office.post("b", "Twee")
    office.sender = office.another()
    await office.send()
    assert office.texts() == []
    assert await office.next_in() == pytest.approx(30, abs=2)
    office.pass_time(31)
    await office.send()
    assert sorted(office.texts()) == ["Een", "Twee"]


async def test_what_is_limited_is_no_hindrance_to_the_rest_however_much_of_it_there_is(office: Post) -> None:
    for n in range(300):
        user = f"U0NIEMAND{n}"
        await office.store.transact(outbox.publish_home, user, {"type": "home", "blocks": []})
    office.fault("views.publish", "ratelimited", seconds=60)
    await office.send()
    await office.post("prompt", "De ronde begint")
    await office.send()
    assert office.texts() == ["De ronde begint"]


async def test_thousands_of_waiting_posts_in_one_channel_hold_up_no_other(office: Post) -> None:
    """The sender looked at the first thousand, and a channel takes one post a second: the rest waited for minutes."""
    count = sendable.PAGE_SIZE * sendable.MAX_PAGES + 100

    def flood(tx: Tx) -> None:
        for number in range(count):
            outbox.post(tx, OTHER, Message(str(number)), key=f"flood/{number}")

    await office.store.transact(flood)
    await office.post("ours", "Hoi")
    ids, again = await office.store.read(sendable.select_sendable, sendable.MAX_IN_FLIGHT)
    first = (await office.row("flood/0")).id
    assert ids == [first, (await office.row("ours")).id, first + 1, first + 2]
    assert again is not None


async def test_edits_of_one_channel_take_turns_with_those_of_another(office: Post) -> None:
    """Edits have one limit for the whole workspace."""
    await office.post("ours")
    await office.send_until_done()

    def flood(tx: Tx) -> None:
        for number in range(50):
            add_row(
                tx,
                kind="update",
                ordering_key=f"{OTHER}/{number}",
                channel=OTHER,
                payload={"ts": "1.1", "text": "", "blocks": []},
            )
        outbox.update(tx, "ours", Message("Dag"))

    await office.store.transact(flood)
    ids, _ = await office.store.read(sendable.select_sendable, 2)
    assert "ours" in await office.store.read(_targets, ids)


def _targets(tx: Tx, ids: list[int]) -> list[str | None]:
    return list(tx.sql.scalars(select(OutboxRow.target_key).where(OutboxRow.id.in_(ids))))


async def test_a_call_that_takes_long_holds_up_nothing_but_its_own_thread(office: Post) -> None:
    await office.post("slow", "Een")
    office.fault(METHOD, "slow", seconds=3)
    await office.sender.run()
    await office.post("quick", "Twee")
    await office.store.transact(outbox.post_dm, BRAM, Message("Voor jou"), key="private")
    async with asyncio.timeout(30):
        while office.texts() != ["Twee"] or not office.texts("D0BRAM"):
            await office.sender.run()
            await asyncio.sleep(0.01)
    await office.send()
    assert office.texts() == ["Twee", "Een"]


async def test_what_goes_under_a_slow_message_waits_for_it(office: Post) -> None:
    await office.post("card", "Kaart")
    await office.post("reply", "Antwoord", thread="card")
    office.fault(METHOD, "slow", seconds=0.3)
    await office.send()
    assert office.texts() == ["Kaart", "Antwoord"]


async def test_the_claims_of_a_process_that_died_do_not_have_to_run_out(
    office: Post, postgresql_url: str
) -> None:
    """Its number is free, so whoever looks knows; only a request that may still be under way is waited for."""
    if office.store.notifier is None:
        pytest.skip("on SQLite there is no other process than the one that starts")
    dead: Store = open_for_us(postgresql_url, office.clock.now)
    assert dead.notifier
    dead.notifier.open()
    await until_there(office.store, dead.notifier.process_id)
    await office.post("a", "Hoi")
    ids, _ = await office.store.read(sendable.select_sendable, 1)
    await office.store.transact(claims.claim, ids, dead.notifier.process_id)
    await office.send()
    assert await office.next_in() == pytest.approx(40, abs=2)
    await dead.notifier.close()
    dead.close()
    async with asyncio.timeout(10):
        while (await office.next_in() or 0) > 11:
            office.pass_time(0)
            office.sender = office.another()
            await office.send()
    assert office.texts() == []
    await office.send_until_done()
    assert office.texts() == ["Hoi"]


async def test_on_sqlite_the_process_that_starts_knows_that_the_last_one_is_gone(office: Post) -> None:
    if office.store.notifier is not None:
        pytest.skip("on PostgreSQL another process may well be alive")
    await office.post("a", "Hoi")
    ids, _ = await office.store.read(sendable.select_sendable, 1)
    await office.store.transact(claims.claim, ids, 7)
    await office.send()
    assert await office.next_in() == pytest.approx(sendable.IN_FLIGHT_GRACE.total_seconds(), abs=1)
    office.pass_time((sendable.IN_FLIGHT_GRACE + timedelta(seconds=1)).total_seconds())
    await office.send()
    assert office.texts() == ["Hoi"]


async def test_a_message_that_stands_there_twice_loses_the_later_one_when_it_is_looked_up(
    office: Post,
) -> None:
    """Two processes, each killed at the worst moment: one hung and posted late, and died before it could take it back."""
    await office.post("a")
    ids, _ = await office.store.read(sendable.select_sendable, 1)
    await office.store.transact(claims.claim, ids, 1)
    for _ in range(2):
        await office.client.chat_postMessage(
            channel=CHANNEL,
            text="Hoi",
            metadata={"event_type": "intervisie", "event_payload": {"key": "a"}},
        )
    first = office.sandbox.workspace.messages[CHANNEL][0].ts
    await office.send_until_done()
    [left] = office.sandbox.workspace.messages[CHANNEL]
    assert left.ts == first == (await office.row("a")).ts


async def test_looking_what_may_go_reckons_with_the_limits_and_changes_none(office: Post) -> None:
    """However many wait: each page of them asks the database again, in a transaction that may only read."""
    for n in range(sendable.PAGE_SIZE + 50):
        await office.post(f"a/{n}", str(n))
    office.fault(METHOD, "ratelimited", seconds=1)
    await office.send()
    office.pass_time(2)

    def look_twice(tx: Tx) -> list[tuple[list[int], datetime | None]]:
        # One transaction has one time: what the second look finds differs only if the first changed something.
        return [sendable.select_sendable(tx, sendable.MAX_IN_FLIGHT) for _ in range(2)]

    (ids, again), second = await office.store.read(look_twice)
    assert 0 < len(ids) <= 3
    assert again is not None
    assert second == (ids, again)


async def test_what_only_a_newer_process_can_send_waits_for_it(office: Post) -> None:
    await office.post("card", "Kaart")
    await office.store.transact(_of_a_kind_of_tomorrow, "card")
    await office.post("reply", "Antwoord", thread="card")
    arguments = {"channel": CHANNEL, "limit": 200}
    asked: dict[str, Any] = {"answer": "test.of_tomorrow", "subject": CHANNEL}
    await office.store.transact(outbox.call_api, "conversations.members", arguments, **asked)
    for _ in range(3):
        await office.send()
        office.pass_time(61)
    assert office.texts() == []
    assert office.calls("conversations.members") == []
    assert [(await office.row(key)).state for key in ("card", "reply")] == ["pending", "pending"]


def _of_a_kind_of_tomorrow(tx: Tx, key: str) -> None:
    tx.sql.execute(update(OutboxRow).where(OutboxRow.key == key).values(kind="schedule"))
