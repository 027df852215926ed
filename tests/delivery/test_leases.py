"""How long a claim lasts, who goes first, and how long a row stays, in numbers."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.delivery import after_absence, claims, outbox, outcomes, sendable
from bot.delivery.message import Guarantee, Message
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.jobs.heartbeat import LastAbsence
from bot.storage import Store, Tx
from tests.clock import START, StillClock
from tests.delivery.conftest import ANNA, BRAM, CHANNEL

A_SECOND = timedelta(seconds=1)


async def claim(store: Store, process: int = 1) -> claims.Sending:
    [row], _ = await store.read(sendable.select_sendable, 1)
    [sending] = await store.transact(claims.claim, [row], process)
    return sending


async def test_a_message_is_in_doubt_forty_seconds_after_its_claim_and_then_it_is_looked_up_from_its_start(
    store: Store, clock: StillClock
) -> None:
    """Half a minute of lease, and ten seconds in which its request may still reach Slack."""
    await store.transact(lambda tx: outbox.post(tx, CHANNEL, Message("Hoi"), key="a"))
    # What may go at this moment is no reason to wake up again.
    assert await store.read(sendable.next_at) is None
    first = await claim(store)
    assert (first.claim_count, first.started_before) == (1, None)
    clock.move(seconds=39)
    assert (await store.read(sendable.select_sendable, 1))[0] == []
    assert await store.read(sendable.next_at) == clock.now() + A_SECOND
    clock.move(seconds=1)
    assert await store.read(sendable.next_at) is None
    second = await claim(store, 2)
    assert (second.claim_count, second.started_before) == (2, START)
    clock.move(seconds=40)
    assert (await claim(store, 3)).started_before == START


async def test_another_process_holds_a_claim_until_its_lease_is_over(store: Store, clock: StillClock) -> None:
    await store.transact(lambda tx: outbox.post(tx, CHANNEL, Message("Hoi"), key="a"))
    await claim(store, 1)
    assert not await store.read(claims.claimed_by_others, 1)
    clock.move(seconds=29)
    assert await store.read(claims.claimed_by_others, 2)
    clock.move(seconds=1)
    assert not await store.read(claims.claimed_by_others, 2)


async def test_a_message_whose_time_is_over_at_this_moment_is_no_longer_sent(
    store: Store, clock: StillClock
) -> None:
    for key, seconds in (("now", 5), ("later", 6)):
        until = clock.now() + timedelta(seconds=seconds)
        await store.transact(
            lambda tx, key, until: outbox.post(tx, CHANNEL, Message("Hoi"), key=key, expires_at=until),
            key,
            until,
        )
    clock.move(seconds=5)
    ids, _ = await store.read(sendable.select_sendable, 2)
    assert [(one.key, one.expired) for one in await store.transact(claims.claim, ids, 1)] == [
        ("now", True),
        ("later", False),
    ]


async def test_under_a_limit_what_must_arrive_goes_first_and_what_nobody_waits_for_last(store: Store) -> None:
    def write(tx: Tx) -> None:
        outbox.publish_home(tx, ANNA, {"type": "home", "blocks": []}, background=True)
        outbox.post(tx, CHANNEL, Message("Straks"), key="may get lost", guarantee=Guarantee.AT_MOST_ONCE)
        outbox.post_dm(tx, BRAM, Message("Hoi"), key="must arrive")

    await store.transact(write)
    went = []
    for _ in range(3):
        sending = await claim(store)
        went.append(sending.key or sending.kind)
    assert went == ["must arrive", "may get lost", "home"]


def test_what_was_sent_stays_for_a_hundred_and_twenty_days(tx: Tx) -> None:
    def keys() -> set[str | None]:
        claims.purge_done(tx)
        return set(tx.sql.scalars(select(OutboxRow.key)))

    for key in ("old", "edge"):
        outbox.post(tx, CHANNEL, Message("Hoi"), key=key)
    # One that could be edited until a hundred and twenty days ago stays as long.
    edited_until = tx.now - timedelta(days=120)
    outbox.post(tx, CHANNEL, Message("Hoi"), key="edited", expires_at=edited_until)
    # One with people's words stays until it is deleted in Slack.
    for key in ("words", "words no more"):
        outbox.post_dm(tx, ANNA if key == "words" else BRAM, Message("Hoi", holds_words=True), key=key)
    tx.sql.flush()
    ids, _ = sendable.select_sendable(tx, 5)
    for sending in claims.claim(tx, ids, 1):
        outcomes.note_posted(tx, sending, f"1.{sending.id}", CHANNEL)
    for row in tx.sql.scalars(select(OutboxRow)):
        assert row.state == OutboxState.SENT
        row.created_at = tx.now - timedelta(days=120) - (timedelta() if row.key == "edge" else A_SECOND)
        if row.key == "words no more":
            row.state, row.ts = OutboxState.DROPPED, None
    tx.sql.flush()
    assert keys() == {"edge", "edited", "words"}


async def test_what_was_decided_until_ten_minutes_after_the_return_may_have_been_posted_before(
    store: Store,
) -> None:
    await store.transact(lambda tx: outbox.post(tx, CHANNEL, Message("Hoi"), key="a"))
    sending = await claim(store)
    for minutes, may_stand in ((10, True), (11, False)):
        back = START - timedelta(minutes=minutes)
        absence = LastAbsence(back - timedelta(hours=1), back)
        assert after_absence.may_stand_already(sending, absence) is may_stand


def test_rows_of_one_moment_all_go_however_few_go_at_a_time(tx: Tx, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "BATCH", 3)
    for number in range(7):
        outbox.post(tx, CHANNEL, Message("Hoi"), key=f"k{number}")
    for row in tx.sql.scalars(select(OutboxRow)):
        row.state, row.created_at = OutboxState.DROPPED, tx.now - timedelta(days=200)
    tx.sql.flush()
    after = claims.purge_done(tx)
    while after is not None:
        after = claims.purge_done(tx, after)
    assert tx.sql.scalars(select(OutboxRow.key)).all() == []
