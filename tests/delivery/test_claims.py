"""A claim is for the row that was looked at, and is settled by whoever holds it: nothing is marked for another."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from bot.delivery import claims, lost_messages, outbox, outcomes, sendable
from bot.delivery.message import Message
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.storage import Store, Tx, in_workspace
from tests.conftest import OURS, THEIRS
from tests.delivery.conftest import ANNA, CHANNEL, Post


async def test_a_late_answer_for_a_message_that_is_gone_marks_no_other_message(office: Post) -> None:
    await office.store.transact(outbox.post_ephemeral, CHANNEL, ANNA, Message("Psst"))
    ids, _ = await office.store.read(sendable.select_sendable, 1)
    [hung] = await office.store.transact(claims.claim, ids, 1)
    await office.store.transact(_forget, ids)
    await office.post("a")
    [newer], _ = await office.store.read(sendable.select_sendable, 1)
    assert newer > hung.id
    await office.store.transact(claims.claim, [newer], 1)
    assert await office.store.transact(outcomes.mark_sent, hung) is False
    assert (await office.row("a")).state == OutboxState.SENDING
    await office.send_until_done()
    assert office.texts() == ["Hoi"]


async def test_what_went_before_the_newest_is_no_number_to_use_again(office: Post) -> None:
    await office.post("a")
    first = (await office.row("a")).id
    await office.store.transact(_forget, [first])
    await office.post("b")
    assert (await office.row("b")).id > first


async def test_a_claim_that_another_process_has_is_not_ours_to_settle(office: Post) -> None:
    """Even when both count it as the same claim: the one before was given back."""
    await office.store.transact(outbox.post_ephemeral, CHANNEL, ANNA, Message("Psst"))
    ids, _ = await office.store.read(sendable.select_sendable, 1)
    [first] = await office.store.transact(claims.claim, ids, 1)
    await office.store.transact(outcomes.release, first, timedelta(0))
    [second] = await office.store.transact(claims.claim, ids, 2)
    assert second.claim_count == first.claim_count
    # What the first one wrote down was stored, but it never heard so and does it again.
    await office.store.transact(outcomes.release, first, timedelta(0))
    assert await office.store.read(_states) == ["sending"]
    await office.store.transact(outcomes.mark_given_up, second, OutboxState.DROPPED, "expired")
    assert await office.store.read(_states) == ["dropped"]


async def test_what_was_noted_and_then_deleted_by_hand_is_not_noted_once_more(store: Store) -> None:
    """The process that posted it did not hear that this was stored; meanwhile somebody deleted the message."""
    await store.transact(outbox.post, CHANNEL, Message("Hoi"), key="a")
    ids, _ = await store.read(sendable.select_sendable, 1)
    [sending] = await store.transact(claims.claim, ids, 1)
    assert await store.transact(outcomes.note_posted, sending, "1.1", CHANNEL) == "1.1"
    await store.transact(lost_messages.on_message_deleted, CHANNEL, "1.1")
    assert await store.transact(outcomes.note_posted, sending, "1.1", CHANNEL) is None
    assert await store.read(_states) == ["lost"]


async def test_a_reason_longer_than_its_column_is_cut_and_the_row_is_settled(store: Store) -> None:
    """PostgreSQL refuses a longer one, and a proxy may write whatever it likes."""
    await store.transact(outbox.post, CHANNEL, Message("Hoi"), key="a")
    ids, _ = await store.read(sendable.select_sendable, 1)
    [sending] = await store.transact(claims.claim, ids, 1)
    await store.transact(outcomes.mark_given_up, sending, OutboxState.FAILED, "too_long_" * 20)
    [problem] = await store.read(lambda tx: tx.sql.scalars(select(OutboxRow.error)).all())
    assert len(problem or "") == 80


async def test_a_claim_takes_only_what_may_go_by_then(office: Post) -> None:
    """Between the look and the claim another message came to stand in front, or the row was put off."""
    await office.post("root", "Kaart")
    await office.post("reply", "Antwoord", thread="root")
    await office.post("later", "Straks")
    reply, later = (await office.row("reply")).id, (await office.row("later")).id
    await office.store.transact(_put_off, later)
    assert await office.store.transact(claims.claim, [reply, later], 1) == []
    await office.send()
    assert office.texts() == ["Kaart", "Antwoord"]


async def test_a_message_of_another_workspace_under_the_same_key_is_another_message(office: Post) -> None:
    for workspace in (OURS, THEIRS):
        await office.store.transact(in_workspace(workspace, outbox.post), CHANNEL, Message("Hoi"), key="a")
    ids, _ = await office.store.read(sendable.select_sendable, 2)
    first, second = await office.store.transact(claims.claim, ids, 1)
    assert await office.store.transact(outcomes.note_posted, first, "1.1", CHANNEL) == "1.1"
    assert await office.store.transact(outcomes.note_posted, second, "2.2", CHANNEL) == "2.2"


def _forget(tx: Tx, ids: list[int]) -> None:
    tx.sql.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids)))


def _put_off(tx: Tx, row: int) -> None:
    later = tx.now + timedelta(minutes=1)
    tx.sql.execute(update(OutboxRow).where(OutboxRow.id == row).values(not_before=later))


def _states(tx: Tx) -> list[str]:
    return list(tx.sql.scalars(select(OutboxRow.state)))
