"""An invitation that somebody deletes by hand comes back while its meeting is still to come."""

from bot.delivery import lost_messages, outbox
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.groups import service as groups
from bot.meetings import service as meetings
from bot.storage import Tx
from tests.attendance.people import group_of, in_channel, plan, sweep, the
from tests.factories import ANNA, deliver


def invited(tx: Tx) -> str:
    """A meeting so near that what told of it is the invitation; it stands in the channel."""
    meeting = plan(tx, "2027-01-18")
    sweep(tx)
    deliver(tx)
    return meeting


def delete(tx: Tx, key: str) -> bool:
    """Somebody deletes a message; returns whether it is to come again."""
    lost_messages.on_message_deleted(tx, "C0OOST", str(outbox.ts_of(tx, key)))
    sweep(tx)
    return outbox.ts_of(tx, key) is None and any(
        row.key == key and row.state == OutboxState.PENDING for row in _rows(tx)
    )


def _rows(tx: Tx) -> list[OutboxRow]:
    return list(tx.sql.query(OutboxRow))


def test_the_invitation_comes_back_under_its_key_with_its_buttons(tx: Tx) -> None:
    key = str(the(tx, invited(tx)).invitation)
    assert delete(tx, key)
    [row] = [row for row in _rows(tx) if row.key == key]
    assert row.payload is not None
    assert any(block["type"] == "actions" for block in row.payload["blocks"])
    assert "Kom je?" in row.payload["text"]
    assert len(in_channel(tx)) == 1


def test_of_a_meeting_that_was_called_off_nothing_comes_back(tx: Tx) -> None:
    meeting = invited(tx)
    key = str(the(tx, meeting).invitation)
    meetings.cancel_meeting(tx, meeting, ANNA)
    sweep(tx)
    deliver(tx)
    assert not delete(tx, key)


def test_in_a_group_that_rests_nothing_comes_back(tx: Tx) -> None:
    meeting = invited(tx)
    groups.pause_group(tx, group_of(tx, meeting).id, ANNA)
    sweep(tx)
    deliver(tx)
    assert not delete(tx, str(the(tx, meeting).invitation))
