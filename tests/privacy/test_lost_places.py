"""Messages of which a version before did not keep where they stand: the receipt says that they stay."""

from datetime import timedelta

from sqlalchemy import delete, select

from bot.delivery.records import OutboxRow
from bot.groups.records import Group
from bot.privacy import service as privacy
from bot.sessions.records import Session
from bot.storage import Tx
from tests.conftest import outgoing, texts_of
from tests.factories import ANNA, BRAM, DAAN
from tests.privacy.people import later
from tests.privacy.test_forgetting import held_session

SAID = "Van 1 sessie van lang geleden weet ik niet meer waar mijn berichten staan"


def of_before(tx: Tx) -> Session:
    """A session whose outbox rows were deleted after 120 days, in a group that heard of the term later."""
    session = held_session(tx)
    tx.sql.execute(delete(OutboxRow).where(OutboxRow.key.startswith(f"session/{session.id}/")))
    later(tx, timedelta(days=200))
    tx.sql.scalars(select(Group)).one().messages_go_since = tx.now
    tx.sql.flush()
    return session


def test_the_receipt_says_what_stays(tx: Tx) -> None:
    of_before(tx)
    assert privacy.forget_person(tx, ANNA).lost == 1
    [said] = [text for text in texts_of(outgoing(tx, "direct")) if "Je gegevens zijn gewist" in text]
    assert SAID in said


def test_who_had_no_words_in_these_messages_reads_nothing_of_it(tx: Tx) -> None:
    of_before(tx)
    assert privacy.forget_person(tx, DAAN).lost == 0


def test_deleting_one_case_says_it_too(tx: Tx) -> None:
    session = of_before(tx)
    assert privacy.delete_treated_case(tx, ANNA, session.case_id) == (0, 1)


def test_what_the_outbox_knows_is_not_said_to_stay(tx: Tx) -> None:
    held_session(tx)
    later(tx, timedelta(days=200))
    tx.sql.scalars(select(Group)).one().messages_go_since = tx.now
    assert privacy.forget_person(tx, ANNA).lost == 0


def test_what_went_with_the_term_is_not_said_to_stay(tx: Tx) -> None:
    """The outbox forgets a deleted message, but then the group had heard of it."""
    session = held_session(tx)
    tx.sql.scalars(select(Group)).one().messages_go_since = tx.now - timedelta(days=400)
    tx.sql.execute(delete(OutboxRow).where(OutboxRow.key.startswith(f"session/{session.id}/")))
    tx.sql.flush()
    assert privacy.forget_person(tx, BRAM).lost == 0
    assert privacy.forget_person(tx, ANNA).lost == 0
