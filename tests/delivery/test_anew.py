"""What was refused is said anew, and what belongs under it waits for it."""

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.delivery.records import OutboxRow
from bot.storage import Tx
from tests.conftest import OURS
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
    await office.store.transact(outbox.update, OURS, "card", _says("Eerst"))
    await office.send()
    assert await office.store.read(outbox.missed, OURS, "card") == {"card"}
    await office.store.transact(outbox.update, OURS, "card", _says("Nu"))
    await office.send_until_done()
    assert office.texts() == ["Nu"]
    assert await office.store.read(outbox.missed, OURS, "card") == set()
    assert await office.store.read(_rows) == ["sent"]


def _says(text: str) -> Message:
    return Message(text)


def _rows(tx: Tx) -> list[str]:
    return [row.state for row in tx.sql.query(OutboxRow)]
