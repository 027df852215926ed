"""The outbox: what is edited, taken back, moved and found before anything goes to Slack."""

from typing import Any

import pytest
from sqlalchemy import select, update

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.delivery.outbox.rows import add_row
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.storage import Tx
from tests.conftest import OURS, THEIRS
from tests.delivery.conftest import ANNA, BRAM, CHANNEL

ELSEWHERE = "C0ELDERS"


def post(tx: Tx, key: str, thread: str | None = None, **changes: Any) -> None:
    """A post as it became by now."""
    outbox.post(tx, CHANNEL, Message("Hoi"), key=key, thread=thread)
    tx.sql.flush()
    if changes:
        ours = (OutboxRow.of(tx.workspace), OutboxRow.key == key)
        tx.sql.execute(update(OutboxRow).where(*ours).values(**changes))


def about(tx: Tx, kind: str, key: str, state: OutboxState) -> None:
    add_row(
        tx,
        kind=kind,
        state=state,
        ordering_key=f"{CHANNEL}/{key}",
        channel=CHANNEL,
        target_key=key,
        payload={},
    )


def states(tx: Tx) -> dict[str | None, str]:
    return {row.key: str(row.state) for row in tx.sql.scalars(select(OutboxRow)) if row.key}


def those_about(tx: Tx) -> list[tuple[str, str | None, str]]:
    """The edits and deletions, in their order."""
    wanted = select(OutboxRow).where(OutboxRow.key.is_(None)).order_by(OutboxRow.id)
    return [(row.kind, row.target_key, str(row.state)) for row in tx.sql.scalars(wanted)]


SENT: dict[str, Any] = {"state": OutboxState.SENT, "ts": "1.1"}
PERHAPS_POSTED: dict[str, Any] = {"claim_count": 1}


def test_an_edit_takes_the_place_of_what_waits_and_of_what_was_refused_of_that_message_alone(tx: Tx) -> None:
    for workspace in (OURS, THEIRS):
        there = tx.of(workspace)
        for key in ("card", "other"):
            post(there, key, **SENT)
            about(there, "update", key, OutboxState.FAILED)
            about(there, "update", key, OutboxState.PENDING)
            about(there, "delete", key, OutboxState.FAILED)
    before = those_about(tx)
    outbox.update(tx, "card", Message("Nieuw"))
    # Ours about the card stand first.
    assert those_about(tx) == before[1:]


def test_a_post_that_waits_takes_the_new_text_and_one_that_may_stand_by_now_is_edited(tx: Tx) -> None:
    post(tx, "waits")
    post(tx, "perhaps", **PERHAPS_POSTED)
    for key in ("waits", "perhaps"):
        outbox.update(tx, key, Message("Nieuw"))
    assert those_about(tx) == [("update", "perhaps", "pending")]


def test_a_discreet_text_that_comes_in_time_is_what_the_notification_shows(tx: Tx) -> None:
    """Once the message may stand in Slack, its notification has gone out."""
    post(tx, "waits")
    post(tx, "stands", **SENT)
    for key in ("waits", "stands"):
        outbox.update(tx, key, Message("De casus van Bram", discreet="Er is iets nieuws"))
    tx.sql.expire_all()
    found = {row.key or row.target_key: row.discreet for row in tx.sql.scalars(select(OutboxRow))}
    assert found == {"waits": "Er is iets nieuws", "stands": None}


def test_what_waits_is_dropped_and_what_may_stand_by_now_is_deleted_once_more_after_a_refusal(tx: Tx) -> None:
    post(tx, "waits")
    post(tx, "lost", state=OutboxState.LOST)
    post(tx, "perhaps", **PERHAPS_POSTED)
    post(tx, "stands", **SENT)
    for workspace in (OURS, THEIRS):
        about(tx.of(workspace), "delete", "stands", OutboxState.FAILED)
    about(tx, "update", "stands", OutboxState.FAILED)
    about(tx, "delete", "other", OutboxState.FAILED)
    about(tx, "delete", "perhaps", OutboxState.PENDING)
    for key in ("waits", "lost", "perhaps", "stands"):
        outbox.delete(tx, key)
    assert states(tx) == {"waits": "dropped", "lost": "dropped", "perhaps": "pending", "stands": "sent"}
    assert those_about(tx) == [
        ("delete", "stands", "failed"),
        ("update", "stands", "failed"),
        ("delete", "other", "failed"),
        ("delete", "perhaps", "pending"),
        ("delete", "perhaps", "pending"),
        ("delete", "stands", "pending"),
    ]
    theirs = tx.sql.scalars(select(OutboxRow).where(OutboxRow.of(THEIRS))).all()
    assert [str(row.state) for row in theirs] == ["failed"]


@pytest.mark.parametrize(
    ("became", "is_free", "returned"),
    [
        ({"state": OutboxState.FAILED}, True, 0),
        ({"state": OutboxState.DROPPED, "error": outbox.NO_TARGET}, True, 0),
        ({"state": OutboxState.LOST}, True, 1),
        ({"state": OutboxState.DROPPED, "error": outbox.DELETED}, False, 0),
        ({"state": OutboxState.SENT}, False, 0),
    ],
)
def test_a_key_is_free_after_a_refusal_and_after_a_loss_and_only_losses_are_counted(
    tx: Tx, became: dict[str, Any], is_free: bool, returned: int
) -> None:
    post(tx, "card", **became)
    outbox.post(tx, CHANNEL, Message("Nog eens"), key="card")
    tx.sql.expire_all()
    row = tx.sql.scalars(select(OutboxRow)).one()
    assert (row.state == OutboxState.PENDING, row.returned) == (is_free, returned)


def test_a_reply_in_a_lost_thread_is_taken_back_where_it_stands_and_its_key_is_free(tx: Tx) -> None:
    post(tx, "stands", "card", **SENT)
    post(tx, "waits", "card")
    outbox.withdraw(tx, "stands", "waits", "nothing")
    assert states(tx) == {"waits": "pending"}
    assert those_about(tx) == [("delete", None, "pending")]


def test_of_what_waits_for_a_thread_only_what_is_outdated_is_dropped(tx: Tx) -> None:
    post(tx, "prompt/1", "card")
    post(tx, "prompt/2", "card", **PERHAPS_POSTED)
    post(tx, "prompt/3", "card", state=OutboxState.SENDING, claim_count=1)
    post(tx, "prompt/4", "card", **SENT)
    post(tx, "prompt/5", "another card")
    post(tx, "words", "card")
    outbox.post_ephemeral(tx, CHANNEL, ANNA, Message("Psst"), thread="card")
    assert outbox.discard_pending(tx, "card", ("prompt/",)) == {"prompt/1"}
    expiring = {row.key for row in tx.sql.scalars(select(OutboxRow)) if row.expires_at == tx.now}
    assert expiring == {"prompt/2", "prompt/3"}
    assert [row for row in those_about(tx) if row[0] == "whisper"] == [("whisper", None, "pending")]
    outbox.discard_pending(tx, "card", ("prompt/",), ephemeral=True)
    assert [row for row in those_about(tx) if row[0] == "whisper"] == [("whisper", None, "dropped")]


def test_a_channel_with_a_new_id_takes_its_own_messages_along(tx: Tx) -> None:
    post(tx, "ours")
    post(tx.of(THEIRS), "theirs")
    outbox.post(tx, ELSEWHERE, Message("Hoi"), key="elsewhere")
    tx.sql.flush()
    outbox.channel_renamed(tx, CHANNEL, "C0NIEUW")
    tx.sql.expire_all()
    found = {row.key: row.channel for row in tx.sql.scalars(select(OutboxRow))}
    assert found == {"ours": "C0NIEUW", "theirs": CHANNEL, "elsewhere": ELSEWHERE}


def test_a_message_is_found_by_its_channel_and_its_moment(tx: Tx) -> None:
    post(tx, "card", **SENT)
    post(tx, "later", state=OutboxState.SENT, ts="2.2")
    assert [outbox.key_of(tx, CHANNEL, ts) for ts in ("1.1", "2.2", "3.3")] == ["card", "later", None]
    assert outbox.key_of(tx, ELSEWHERE, "1.1") is None
    assert outbox.key_of(tx.of(THEIRS), CHANNEL, "1.1") is None
    assert (outbox.ts_of(tx, "later"), outbox.ts_of(tx, "nothing")) == ("2.2", None)


def test_what_slack_refused_of_a_message_counts_until_it_is_made_good(tx: Tx) -> None:
    post(tx, "s/post", state=OutboxState.FAILED)
    post(tx, "s/reply", "s/post", state=OutboxState.DROPPED, error=outbox.NO_TARGET)
    post(tx, "s/outdated", state=OutboxState.DROPPED, error="outdated")
    for key in ("s/edited", "s/deleted", "s/fine"):
        post(tx, key, **SENT)
    about(tx, "update", "s/edited", OutboxState.FAILED)
    about(tx, "delete", "s/deleted", OutboxState.FAILED)
    about(tx, "update", "s/fine", OutboxState.PENDING)
    assert outbox.refused_keys(tx, "s/") == {"s/post", "s/reply", "s/edited", "s/deleted"}
    assert outbox.live_keys(tx, "s/") == {"s/edited", "s/deleted", "s/fine"}


def test_a_question_waits_until_it_is_answered_and_for_its_own_subject(tx: Tx) -> None:
    outbox.call_api(tx, "users.info", {"user": ANNA}, answer="a", subject=ANNA)
    tx.sql.flush()
    assert outbox.is_call_waiting(tx, "users.info", ANNA)
    assert not outbox.is_call_waiting(tx, "users.info", BRAM)
    assert not outbox.is_call_waiting(tx, "dnd.info", ANNA)
    assert not outbox.is_call_waiting(tx.of(THEIRS), "users.info", ANNA)
    tx.sql.scalars(select(OutboxRow)).one().state = OutboxState.SENT
    tx.sql.flush()
    assert not outbox.is_call_waiting(tx, "users.info", ANNA)


def test_a_home_tab_that_waits_is_replaced_and_one_on_its_way_or_of_somebody_else_is_not(tx: Tx) -> None:
    def publish(user: str, text: str) -> None:
        outbox.publish_home(tx, user, {"type": "home", "text": text})
        tx.sql.flush()

    publish(ANNA, "1")
    tx.sql.scalars(select(OutboxRow)).one().state = OutboxState.SENDING
    for user, text in ((BRAM, "1"), (ANNA, "2"), (ANNA, "3")):
        publish(user, text)
    outbox.post_dm(tx, ANNA, Message("Hoi"), key="letter")
    publish(ANNA, "4")
    rows = tx.sql.scalars(select(OutboxRow).where(OutboxRow.kind == "home").order_by(OutboxRow.id)).all()
    assert [(row.user, (row.payload or {})["view"]["text"]) for row in rows] == [
        (ANNA, "1"),
        (BRAM, "1"),
        (ANNA, "4"),
    ]
