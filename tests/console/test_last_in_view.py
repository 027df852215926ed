"""The console stays the last private message to whoever leads: nothing is posted beneath it, and nothing stands in between."""

from dataclasses import replace

from sqlalchemy import select

from bot.console import views
from bot.console.service import drawing
from bot.delivery.records import OutboxRow
from bot.groups import service as groups
from bot.rounds.service import evaluation
from bot.rounds.views.refs import MarkRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.views import TakeOverRef
from bot.storage import Tx
from bot.texts import for_language
from tests.console.people import (
    ANNA,
    BRAM,
    DAAN,
    EVALUATION,
    HARVEST,
    console_of,
    session_at,
    sweep,
)
from tests.factories import buttons_of, control, load, open_session, posted, text_of


def letters(tx: Tx, user: str) -> list[str]:
    """The keys of the private messages to somebody."""
    rows = tx.sql.scalars(select(OutboxRow).where(OutboxRow.kind == "direct", OutboxRow.user == user))
    return [str(row.key) for row in rows]


def console_key(session: Session, user: str = BRAM) -> str:
    return f"{session.id}/facilitator/{user}"


def test_whoever_leads_is_asked_within_the_console(tx: Tx) -> None:
    session = session_at(tx, HARVEST)
    assert letters(tx, BRAM) == [f"session/{console_key(session)}"]
    assert "rounds.harvest" in buttons_of(tx, console_key(session))
    assert f"session/{session.id}/mine/{DAAN}" in letters(tx, DAAN)


def test_a_mark_of_whoever_leads_is_shown_in_the_console(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    assert "rounds.mark.use.4" in buttons_of(tx, console_key(session))
    evaluation.give_mark(tx, MarkRef(session.id, "use", 4), BRAM)
    evaluation.give_mark(tx, MarkRef(session.id, "safety", 4), BRAM)
    sweep(tx)
    assert "1 van de 4" in console_of(tx, session)
    assert letters(tx, BRAM) == [f"session/{console_key(session)}"]


def test_whoever_led_is_asked_in_a_message_of_their_own(tx: Tx) -> None:
    session = session_at(tx, HARVEST)
    sessions.take_over(tx, DAAN, TakeOverRef(session.id, BRAM))
    sweep(tx)
    assert "rounds.harvest" in buttons_of(tx, f"{session.id}/mine/{BRAM}")
    assert "rounds.harvest" not in buttons_of(tx, console_key(session))
    # Daan was asked before he led, and is not asked twice.
    assert "rounds.harvest" not in buttons_of(tx, console_key(session, DAAN))


def test_the_language_hint_goes_once_the_session_is_on(tx: Tx) -> None:
    session_id = open_session(tx, meets="room", meets_chosen=True)
    person = groups.ensure_person(tx, BRAM)
    # Nothing was ever written to Bram in private.
    person.language_hint = None
    sweep(tx)
    session = load(tx, session_id)
    assert person.language_hint == f"session/{console_key(session)}"
    assert "Rather in English?" in str(posted(tx, console_key(session)).payload)  # type: ignore[union-attr]  # it is there
    sessions.begin_anyway(tx, BRAM, control(tx, session.id))
    sweep(tx)
    assert "Rather in English?" not in str(posted(tx, console_key(session)).payload)  # type: ignore[union-attr]  # it is there


def test_a_member_who_leads_takes_part_and_a_leader_from_outside_does_not(tx: Tx) -> None:
    session_id = open_session(tx, meets="room", meets_chosen=True)
    sweep(tx)
    session = load(tx, session_id)
    assert "ook jij vraagt en adviseert" in console_of(tx, session)
    values = drawing.values_of(tx, sessions.scene_of(tx, session), BRAM)
    from_outside = views.console(for_language("nl"), replace(values, leads_only=True))
    assert "vragen en adviseren doet de groep" in from_outside.text


def test_nobody_is_thanked_twice(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    sessions.next_phase(tx, BRAM, control(tx, session.id))
    sweep(tx)
    assert "dank jullie allemaal" in text_of(tx, f"{session.id}/summary")
    for user in (ANNA, DAAN):
        for key in ("own", "mine"):
            assert "ank je" not in text_of(tx, f"{session.id}/{key}/{user}")
