"""Messages with people's words: which ones are found when these words go, and what becomes of each."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.delivery.outbox.rows import add_row
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.storage import Tx
from tests.conftest import OURS, THEIRS
from tests.delivery.conftest import ANNA, BRAM, CHANNEL

WORDS = Message("Mijn casus", holds_words=True)
ELSEWHERE = "C0ELDERS"
# More than go into one statement.
OTHERS = [f"other/{number}" for number in range(60)]


def send(tx: Tx) -> None:
    """Everything that waits to be posted stands in Slack."""
    tx.sql.flush()
    for row in tx.sql.scalars(select(OutboxRow).where(OutboxRow.state == OutboxState.PENDING)):
        row.state, row.ts = OutboxState.SENT, f"{row.id}.1"
    tx.sql.flush()


def refuse(tx: Tx, kind: str, key: str, state: OutboxState = OutboxState.FAILED) -> None:
    """Slack refused to edit or to delete a message, or has yet to answer."""
    place: dict[str, Any] = {"ordering_key": f"{CHANNEL}/{key}", "channel": CHANNEL, "target_key": key}
    add_row(tx, kind=kind, state=state, **place)


def session(tx: Tx) -> None:
    outbox.post(tx, CHANNEL, WORDS, key="session/1/card")
    outbox.post(tx, CHANNEL, WORDS, key="session/1/card/more")
    outbox.post(tx, CHANNEL, WORDS, key="session/10/card")
    outbox.post(tx, CHANNEL, Message("Om drie uur"), key="session/1/plain")
    outbox.post_dm(tx, ANNA, WORDS, key="session/1/letter")
    outbox.post_dm(tx, BRAM, WORDS, key="letter/2")
    outbox.post_dm(tx, ANNA, Message("Welkom"), key="welcome")
    outbox.post_ephemeral(tx, CHANNEL, ANNA, WORDS)


def test_they_are_found_by_where_their_key_begins_and_by_whose_private_messages_they_are(tx: Tx) -> None:
    for workspace in (OURS, THEIRS):
        session(tx.of(workspace))
    send(tx)
    cards = ["session/1/card", "session/1/card/more"]
    assert outbox.keys_with_words(tx, channel_prefixes=["session/1"]) == cards
    assert outbox.keys_with_words(tx, channel_prefixes=["session/1/card"]) == cards
    assert outbox.keys_with_words(tx, private_prefixes=["session/1", "letter"]) == [
        "session/1/letter",
        "letter/2",
    ]
    assert outbox.keys_with_words(tx, to=ANNA) == ["session/1/letter", "welcome"]
    for prefixes in (["session/1", *OTHERS], [*OTHERS, "session/1"]):
        assert outbox.keys_with_words(tx, channel_prefixes=prefixes) == cards


def test_words_that_come_with_an_edit_are_found_and_stay_so(tx: Tx) -> None:
    outbox.post(tx, CHANNEL, Message("Wie vertelt?"), key="card")
    send(tx)
    assert outbox.keys_with_words(tx, channel_prefixes=["card"]) == []
    for message in (WORDS, Message("Zonder woorden")):
        outbox.update(tx, "card", message)
        assert outbox.keys_with_words(tx, channel_prefixes=["card"]) == ["card"]


def test_what_is_old_is_what_was_written_before_that_moment(tx: Tx) -> None:
    session(tx)
    outbox.post(tx, ELSEWHERE, WORDS, key="elsewhere")
    for number in range(3):
        outbox.post(tx, CHANNEL, WORDS, key=f"old/{number}")
        outbox.post_dm(tx, ANNA, WORDS, key=f"session/{number}/old")
        outbox.post_dm(tx, ANNA, WORDS, key=f"old letter/{number}")
    send(tx)
    for row in tx.sql.scalars(select(OutboxRow).where(OutboxRow.key.contains("old"))):
        row.created_at -= timedelta(seconds=1)
    tx.sql.flush()
    # An edit that Slack refused takes nothing away; a deletion that it refused would be refused again.
    refuse(tx, "update", "old/0")
    refuse(tx, "delete", "old/1")
    refuse(tx, "delete", "old letter/2")
    refuse(tx, "delete", "session/0/old", OutboxState.PENDING)
    tx.sql.flush()
    now = tx.now
    assert outbox.old_keys_with_words(tx, CHANNEL, now, 5) == ["old/0", "old/2"]
    assert outbox.old_keys_with_words(tx, CHANNEL, now, 1) == ["old/0"]
    assert outbox.old_private_keys_with_words(tx, now) == ["session/1/old", "session/2/old"]
    assert outbox.old_letters_with_words(tx, now, [ANNA], []) == ["old letter/0", "old letter/1"]
    assert outbox.old_letters_with_words(tx, now, [ANNA], ["old letter/0"]) == ["old letter/1"]
    assert outbox.old_letters_with_words(tx, now, [BRAM], []) == []


def test_what_slack_did_not_let_the_bot_delete_is_known_however_many_are_asked_about(tx: Tx) -> None:
    refuse(tx, "delete", "refused")
    refuse(tx, "delete", "waits", OutboxState.PENDING)
    refuse(tx, "update", "edited")
    tx.sql.flush()
    for keys in (["refused", "waits", "edited", *OTHERS], ["waits", "edited", *OTHERS, "refused"]):
        assert outbox.undeletable(tx, keys) == {"refused"}
    assert outbox.undeletable(tx.of(THEIRS), ["refused"]) == set()


def test_a_message_with_replies_is_emptied_and_its_thread_stays_and_any_other_is_deleted(tx: Tx) -> None:
    outbox.post(tx, CHANNEL, WORDS, key="card")
    outbox.post(tx, CHANNEL, WORDS, key="reply", thread="card")
    outbox.post(tx, CHANNEL, WORDS, key="alone")
    outbox.post_dm(tx, ANNA, WORDS, key="letter")
    send(tx)
    outbox.remove_words(tx, ["card", "alone", "letter", "nothing"], Message("Verwijderd"))
    wanted = select(OutboxRow).where(OutboxRow.target_key.is_not(None)).order_by(OutboxRow.id)
    assert [(row.kind, row.target_key) for row in tx.sql.scalars(wanted)] == [
        ("update", "card"),
        ("delete", "alone"),
        ("delete", "letter"),
    ]
    assert outbox.keys_with_words(tx, channel_prefixes=["card", "reply", "alone"]) == ["reply"]
