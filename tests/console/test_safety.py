"""A low mark for safety is never lost in an average, and nobody hears of it before its writer has said yes."""

import pytest

from bot.rounds.records import Evaluation, SafetyNote
from bot.rounds.service import closing
from bot.rounds.views.refs import SafetyRef
from bot.sessions.records import Session
from bot.storage import Tx
from bot.texts import Refused
from tests.conftest import outgoing
from tests.console.people import (
    ANNA,
    BRAM,
    CHLOE,
    DAAN,
    EVALUATION,
    EVERYONE,
    begin,
    console_of,
    end,
    give_marks,
    go_on,
    next_session,
    rows,
    session_at,
    sweep,
)
from tests.factories import buttons_of, posted, stands

LINE = "Vorige keer was het niet voor iedereen veilig. Begin met de afspraken."


def unsafe(tx: Tx, *, for_: str = CHLOE, meets: str = "room") -> tuple[Session, SafetyRef]:
    """A session that was not safe for Chloé, and what her button carries."""
    session = session_at(tx, EVALUATION, meets=meets)
    for user in EVERYONE:
        give_marks(tx, session, user, safety=2 if user == for_ else 5)
    go_on(tx, session)
    [note] = rows(tx, SafetyNote)
    return session, SafetyRef(note.id, "yes")


@pytest.mark.parametrize("meets", ["room", "thread"])
def test_only_whoever_gave_it_is_asked(tx: Tx, meets: str) -> None:
    session, _ = unsafe(tx, meets=meets)
    assert "rounds.safety.yes" in buttons_of(tx, f"{session.id}/own/{CHLOE}")
    for user in (ANNA, BRAM, DAAN):
        assert "rounds.safety.yes" not in buttons_of(tx, f"{session.id}/own/{user}")


def test_a_notification_does_not_show_the_question(tx: Tx) -> None:
    session, _ = unsafe(tx)
    row = posted(tx, f"{session.id}/own/{CHLOE}")
    assert row is not None
    payload = stands(tx, row)
    assert payload is not None
    assert "veilig" not in payload["text"]
    assert "veilig" in str(payload["blocks"])


def test_until_there_is_an_answer_nobody_knows(tx: Tx) -> None:
    session, _ = unsafe(tx)
    assert LINE not in console_of(tx, next_session(tx, session))


def test_after_a_yes_the_next_one_who_leads_reads_one_line_without_a_name(tx: Tx) -> None:
    session, ref = unsafe(tx)
    closing.answer_safety_question(tx, ref, CHLOE)
    following = next_session(tx, session, facilitator=DAAN)
    said = console_of(tx, following, DAAN)
    assert said.startswith(LINE)
    assert CHLOE not in said.replace("Erbij", "").split("\n")[0]
    # It is about the beginning: once they have begun, it goes.
    begin(tx, following)
    assert LINE not in console_of(tx, following, DAAN)


def test_it_is_said_once_and_not_of_the_session_before_the_last(tx: Tx) -> None:
    session, ref = unsafe(tx)
    closing.answer_safety_question(tx, ref, CHLOE)
    between = begin(tx, next_session(tx, session), 3)
    end(tx, between)
    assert LINE not in console_of(tx, next_session(tx, between))


def test_after_a_no_nothing_is_left_of_it(tx: Tx) -> None:
    session, ref = unsafe(tx)
    closing.answer_safety_question(tx, SafetyRef(ref.note, "no"), CHLOE)
    assert rows(tx, SafetyNote) == []
    assert "rounds.safety.yes" not in buttons_of(tx, f"{session.id}/own/{CHLOE}")
    assert LINE not in console_of(tx, next_session(tx, session))
    with pytest.raises(Refused):
        closing.answer_safety_question(tx, ref, CHLOE)


def test_nothing_that_is_stored_ties_it_to_a_person(tx: Tx) -> None:
    """The note has no user, the marks have lost theirs, and the question stands in a message that everybody gets."""
    session, ref = unsafe(tx)
    closing.answer_safety_question(tx, ref, CHLOE)
    assert "user" not in SafetyNote.__table__.columns
    assert not {one.user for one in rows(tx, Evaluation)} & set(EVERYONE)
    sweep(tx)
    own = {row.key.removesuffix(str(row.user)) for row in outgoing(tx) if row.key and "/own/" in row.key}
    assert own == {f"session/{session.id}/own/"}


def test_a_high_mark_asks_nothing(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    give_marks(tx, session, CHLOE, safety=3)
    go_on(tx, session)
    assert rows(tx, SafetyNote) == []


def test_a_mark_that_was_raised_before_the_end_asks_nothing(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    give_marks(tx, session, CHLOE, safety=1)
    give_marks(tx, session, CHLOE, safety=4)
    go_on(tx, session)
    assert rows(tx, SafetyNote) == []
