"""What was refused is said anew, and what belongs under it waits for it."""

from bot.delivery import lost_messages, outbox
from bot.delivery.message import Message
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.events import MessageLost
from bot.storage import Tx
from tests.conftest import due_items
from tests.delivery.conftest import CHANNEL, Post


async def test_what_waits_in_a_thread_waits_for_a_first_message_that_is_said_anew(office: Post) -> None:
    office.fault("chat.postMessage", "error", code="is_archived")
    await office.post("card", "Kaart")
    await office.send()
    await office.post("prompt", "Vraag", thread="card")
    await office.post("card", "Kaart van nu")
    await office.send_until_done()
    assert office.texts() == ["Kaart van nu", "Vraag"]
    asked = office.sandbox.workspace.messages[CHANNEL][1]
    assert asked.thread_ts == (await office.row("card")).ts


async def test_an_edit_that_arrives_makes_those_good_that_were_refused(office: Post) -> None:
    await office.post("card", "Kaart")
    await office.send()
    office.fault("chat.update", "error", code="is_archived")
    await office.store.transact(outbox.update, "card", _says("Eerst"))
    await office.send()
    assert await office.store.read(outbox.refused_keys, "card") == {"card"}
    await office.store.transact(outbox.update, "card", _says("Nu"))
    await office.send_until_done()
    assert office.texts() == ["Nu"]
    assert await office.store.read(outbox.refused_keys, "card") == set()
    assert await office.store.read(_rows) == ["sent"]


def _says(text: str) -> Message:
    return Message(text)


def _rows(tx: Tx) -> list[str]:
    return [row.state for row in tx.sql.query(OutboxRow)]


async def test_a_reply_under_a_message_that_is_gone_never_stands_in_the_channel(office: Post) -> None:
    await office.post("card", "Kaart")
    await office.send()
    office.pass_time(61)
    await _deleted(office, "card")
    await office.post("words", "In vertrouwen", thread="card")
    await office.send()
    assert office.texts() == []
    assert office.calls("chat.postMessage") == ["ok"]
    [event] = await office.store.read(due_items)
    assert (event.data["key"], event.data["told"]) == ("card", True)
    # Nobody has said yet whether it comes back; then somebody does, and the reply goes at once.
    await office.post("card", "Kaart van nu")
    await office.send()
    assert office.texts() == ["Kaart van nu", "In vertrouwen"]
    assert office.sandbox.workspace.messages[CHANNEL][1].thread_ts == (await office.row("card")).ts


async def test_a_reply_that_slack_put_in_the_channel_all_the_same_is_taken_back(office: Post) -> None:
    await office.post("card", "Kaart")
    await office.send()
    office.pass_time(61)
    await _deleted(office, "card")
    # The look says nothing: so it is posted, and Slack's answer names no thread.
    office.fault("chat.getPermalink", "ratelimited")
    await office.post("words", "In vertrouwen", thread="card")
    await office.send()
    assert office.texts() == []
    assert office.calls("chat.delete") == ["ok"]
    assert (await office.row("words")).state == OutboxState.PENDING


async def test_a_reply_in_doubt_that_slack_put_in_the_channel_is_found_there_and_taken_back(
    office: Post,
) -> None:
    await office.post("card", "Kaart")
    await office.send()
    await _deleted(office, "card")
    office.fault("chat.postMessage", "drop_after")
    await office.post("words", "In vertrouwen", thread="card")
    await office.send()
    assert office.texts() == ["In vertrouwen"]
    await office.send_until_done()
    assert office.texts() == []
    assert (await office.row("words")).state == OutboxState.PENDING


async def test_what_nobody_says_again_lets_go_of_what_waited_beneath_it(office: Post) -> None:
    await office.post("card", "Kaart")
    await office.send()
    await _deleted(office, "card")
    await office.post("words", "In vertrouwen", thread="card")
    await office.send()
    await office.store.transact(lost_messages.on_message_lost, MessageLost("card", told=True))
    await office.send_until_done()
    assert office.texts() == []
    assert [(await office.row(key)).state for key in ("card", "words")] == ["dropped", "dropped"]


async def test_what_we_took_back_ourselves_is_not_missed(office: Post) -> None:
    await office.post("card", "Kaart")
    await office.send()
    ts = str((await office.row("card")).ts)
    await office.store.transact(outbox.delete, "card")
    # Slack's word may come before the answer to our call, and after it.
    await office.store.transact(lost_messages.on_message_deleted, CHANNEL, ts)
    await office.send_until_done()
    await office.store.transact(lost_messages.on_message_deleted, CHANNEL, ts)
    await office.store.transact(outbox.update, "card", _says("Nu"))
    await office.send_until_done()
    assert office.texts() == []
    # No reply goes to a thread that is gone.
    assert await office.store.read(outbox.ts_of, "card") is None
    assert (await office.row("card")).state == OutboxState.DROPPED
    assert await office.store.read(lambda tx: due_items(tx)) == []


async def test_an_edit_that_finds_no_message_shows_the_loss_and_a_deletion_that_finds_none_is_done(
    office: Post,
) -> None:
    for key in ("edited", "deleted"):
        await office.post(key, "Kaart")
        await office.send()
        await _deleted(office, key)
    await office.store.transact(outbox.update, "edited", _says("Nu"))
    await office.store.transact(outbox.delete, "deleted")
    await office.send_until_done()
    assert [(await office.row(key)).state for key in ("edited", "deleted")] == ["lost", "dropped"]
    [event] = await office.store.read(due_items)
    assert (event.data["key"], event.data["told"]) == ("edited", False)


async def test_a_message_that_was_posted_again_is_not_missed_for_the_one_before(office: Post) -> None:
    await office.post("card", "Kaart")
    await office.send()
    ts = str((await office.row("card")).ts)
    await office.store.transact(lost_messages.on_message_deleted, CHANNEL, ts)
    await office.post("card", "Kaart van nu")
    await office.send_until_done()
    await office.store.transact(lost_messages.mark_lost, "card", ts, told=True)
    assert (await office.row("card")).state == OutboxState.SENT


def test_a_message_that_is_deleted_each_time_comes_back_five_times_and_then_stays_away(tx: Tx) -> None:
    """A program may delete it: the bot does not go on for ever."""
    states = []
    for number in range(7):
        outbox.post(tx, CHANNEL, Message("Kaart"), key="card")
        row = tx.sql.query(OutboxRow).one()
        if row.state == OutboxState.PENDING:
            row.state, row.ts = OutboxState.SENT, f"1.{number}"
            tx.sql.flush()
            lost_messages.on_message_deleted(tx, CHANNEL, f"1.{number}")
        states.append(str(row.state))
    assert states == [*["lost"] * 5, "dropped", "dropped"]


async def _deleted(office: Post, key: str) -> None:
    """Somebody deletes it by hand, and Slack's word of it does not reach us."""
    workspace = office.sandbox.workspace
    workspace.remove(workspace.message(CHANNEL, str((await office.row(key)).ts)))


async def test_a_thread_is_looked_at_again_when_a_minute_has_passed(office: Post) -> None:
    await office.post("card", "Kaart")
    await office.send()
    for n in range(3):
        await office.post(f"words-{n}", "Woorden", thread="card")
        await office.send()
    assert office.calls("chat.getPermalink") == []
    office.pass_time(61)
    for n in range(3, 5):
        await office.post(f"words-{n}", "Woorden", thread="card")
        await office.send()
    assert office.calls("chat.getPermalink") == ["ok"]
    # An edit of the card shows as well that it stands.
    office.pass_time(61)
    await office.store.transact(outbox.update, "card", _says("Kaart van nu"))
    await office.post("words-5", "Woorden", thread="card")
    await office.send_until_done()
    assert office.calls("chat.getPermalink") == ["ok"]


async def test_within_that_minute_no_reply_goes_to_a_thread_that_slack_said_is_deleted(office: Post) -> None:
    await office.post("card", "Kaart")
    await office.send()
    ts = str((await office.row("card")).ts)
    await _deleted(office, "card")
    await office.store.transact(lost_messages.on_message_deleted, CHANNEL, ts)
    await office.post("words", "In vertrouwen", thread="card")
    await office.send()
    assert office.calls("chat.postMessage") == ["ok"]
    assert office.texts() == []


async def test_within_that_minute_a_reply_that_went_astray_is_taken_back_and_the_thread_forgotten(
    office: Post,
) -> None:
    await office.post("card", "Kaart")
    await office.send()
    await _deleted(office, "card")
    await office.post("words", "In vertrouwen", thread="card")
    await office.send()
    assert office.texts() == []
    assert office.calls("chat.delete") == ["ok"]
    await office.post("card", "Kaart van nu")
    await office.send_until_done()
    assert office.texts() == ["Kaart van nu", "In vertrouwen"]


async def test_a_refused_edit_ends_what_is_known_of_a_thread(office: Post) -> None:
    await office.post("card", "Kaart")
    await office.send()
    await office.post("words", "Woorden", thread="card")
    await office.send()
    office.fault("chat.update", "error", code="edit_window_closed")
    await office.store.transact(outbox.update, "card", _says("Kaart van nu"))
    await office.send()
    await office.post("more", "Nog meer", thread="card")
    await office.send()
    assert office.calls("chat.getPermalink") == ["ok"]


async def test_a_reply_in_doubt_looks_at_its_thread_whatever_is_known(office: Post) -> None:
    await office.post("card", "Kaart")
    await office.send()
    office.fault("chat.postMessage", "error", code="internal_error")
    await office.post("words", "Woorden", thread="card")
    await office.send_until_done()
    assert office.calls("chat.getPermalink") == ["ok"]
    assert office.texts() == ["Kaart", "Woorden"]
