"""With thousands of waiting rows only those that wait longest are looked at, and the choice is the same."""

from datetime import timedelta

import pytest

from bot.delivery import outbox, sendable
from bot.delivery.message import Message
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.storage import Tx

EVERYTHING = 10**6


def many(tx: Tx) -> None:
    """Crowded channels and quiet ones, replies that wait for their thread, edits, letters, Home tabs and a row put off."""
    for number in range(12):
        outbox.post(tx, "C0CROWDED", Message("Hoi"), key=f"crowded/{number}")
    for number in range(8):
        outbox.post(tx, f"C0{number}", Message("Hoi"), key=f"card/{number}")
        outbox.post(tx, f"C0{number}", Message("Hoi"), key=f"reply/{number}", thread=f"card/{number}")
        outbox.post_dm(tx, f"U0{number}", Message("Hoi"), key=f"letter/{number}")
        outbox.post_ephemeral(tx, f"C0{number}", f"U0{number}", Message("Psst"))
        outbox.publish_home(tx, f"U0{number}", {"type": "home", "blocks": []})
    tx.sql.flush()
    off = tx.sql.query(OutboxRow).filter(OutboxRow.key == "card/1").one()
    off.not_before = tx.now + timedelta(hours=1)
    tx.sql.flush()


@pytest.mark.parametrize("free", [1, 4, 7])
def test_the_choice_is_that_of_all_rows(tx: Tx, monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    many(tx)
    assert sendable._first_of_each(tx, free, [], []) == []
    monkeypatch.setattr(sendable, "WINDOW", 24)
    short = sendable._first_of_each(tx, free, [], [])
    assert len(short) == free
    monkeypatch.setattr(sendable, "WINDOW", EVERYTHING)
    assert sendable.select_sendable(tx, free)[0] == short


def test_where_they_do_not_suffice_all_are_looked_at(tx: Tx, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first rows are of one channel: whoever waits behind them is found all the same."""
    many(tx)
    monkeypatch.setattr(sendable, "WINDOW", 5)
    found = sendable.select_sendable(tx, 5)[0]
    monkeypatch.setattr(sendable, "WINDOW", EVERYTHING)
    assert len(found) == 5
    assert sendable.select_sendable(tx, 5)[0] == found


def test_a_row_in_doubt_does_not_wait_behind_them(tx: Tx, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox.post(tx, "C0DOUBT", Message("Hoi"), key="doubt")
    row = tx.sql.query(OutboxRow).one()
    row.state, row.lease_until, row.claim_count = OutboxState.SENDING, tx.now - timedelta(minutes=5), 1
    many(tx)
    monkeypatch.setattr(sendable, "WINDOW", 24)
    assert sendable.select_sendable(tx, 4)[0][0] == row.id
