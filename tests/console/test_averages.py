"""The averages are shown once, while everybody is still there, and then stay as they are."""

import pytest

from bot.console import service as console
from bot.rounds.records import Evaluation, ShownAverages
from bot.rounds.service import evaluation
from bot.rounds.views.refs import MarkRef
from bot.sessions import service as sessions
from bot.sessions.views import SessionRef
from bot.storage import Tx
from bot.texts import Refused
from tests.console.people import (
    ANNA,
    BRAM,
    CHLOE,
    DAAN,
    EVALUATION,
    EVERYONE,
    HARVEST,
    console_of,
    give_marks,
    go_on,
    rows,
    session_at,
    sweep,
)
from tests.factories import buttons_of, posted, stands, text_of

SHOWN = "Cijfers (4 antwoorden)"


@pytest.mark.parametrize("meets", ["room", "video", "thread"])
def test_they_appear_when_all_who_are_present_have_answered(tx: Tx, meets: str) -> None:
    session = session_at(tx, EVALUATION, meets=meets)
    for user in EVERYONE[:3]:
        give_marks(tx, session, user)
    prompt = f"phase/{session.phase_index}/1/prompt"
    assert SHOWN not in text_of(tx, prompt)
    assert "Cijfers" not in console_of(tx, session)
    first = "Geef eerst ieder je eigen cijfers" if meets == "thread" else "Geef eerst in stilte je cijfers"
    assert f"*Zeg:* _{first}" in console_of(tx, session)
    assert "*Zeg daarna:* _Wat doen we volgende keer anders?_" in console_of(tx, session)
    give_marks(tx, session, DAAN)
    assert SHOWN in text_of(tx, prompt)
    assert SHOWN in console_of(tx, session)
    assert "eerst" not in console_of(tx, session).lower()
    assert "*Zeg:* _Wat doen we volgende keer anders?_" in console_of(tx, session)
    assert session.phase_index == EVALUATION


def test_they_do_not_change_afterwards(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    for user in EVERYONE:
        give_marks(tx, session, user, safety=4)
    before = console_of(tx, session)
    assert "‘Ik voelde me veilig’ 4,0" in before
    for user in EVERYONE:
        give_marks(tx, session, user, safety=1)
    assert "‘Ik voelde me veilig’ 4,0" in console_of(tx, session)
    go_on(tx, session)
    assert "‘Ik voelde me veilig’ 4,0" in text_of(tx, f"{session.id}/summary")


def test_whoever_has_given_marks_reads_whether_another_mark_still_changes_anything(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    for user in EVERYONE[:3]:
        evaluation.give_mark(tx, MarkRef(session.id, "use", 4), user)
        evaluation.give_mark(tx, MarkRef(session.id, "safety", 4), user)
    mine = f"{session.id}/mine/{ANNA}"
    assert "Tot de gemiddelden er staan, kun je ze nog veranderen." in blocks_of(tx, mine)
    give_marks(tx, session, DAAN)
    assert "De gemiddelden staan vast" in blocks_of(tx, mine)
    assert "nog veranderen" not in blocks_of(tx, mine)


def blocks_of(tx: Tx, key: str) -> str:
    """What a message shows beside its first words."""
    row = posted(tx, key)
    assert row is not None
    return str((stands(tx, row) or {})["blocks"])


def test_the_count_is_in_the_singular_for_one(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    give_marks(tx, session, ANNA)
    assert "1 van de 4 heeft cijfers gegeven." in console_of(tx, session)
    give_marks(tx, session, CHLOE)
    assert "2 van de 4 hebben cijfers gegeven." in console_of(tx, session)


def test_with_fewer_than_four_answers_nothing_is_shown(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    console.record_presence(tx, session.id, BRAM, {ANNA, BRAM, CHLOE})
    for user in (ANNA, BRAM, CHLOE):
        give_marks(tx, session, user)
    assert rows(tx, ShownAverages) == []
    assert "Dat was iedereen" in console_of(tx, session)


def test_somebody_without_a_phone_counts_as_having_answered_and_has_no_mark(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    for user in (ANNA, BRAM, CHLOE):
        give_marks(tx, session, user)
    assert "3 van de 4 hebben cijfers gegeven" in console_of(tx, session)
    console.record_presence(tx, session.id, BRAM, set(EVERYONE), aloud={DAAN})
    assert "Dat was iedereen" in console_of(tx, session)
    assert DAAN not in {one.user for one in rows(tx, Evaluation)}
    # Three marks stay three.
    assert rows(tx, ShownAverages) == []
    console.record_presence(tx, session.id, BRAM, set(EVERYONE), aloud=set())
    assert "3 van de 4" in console_of(tx, session)


def test_a_harvest_may_be_said_aloud_too(tx: Tx) -> None:
    session = session_at(tx, HARVEST)
    console.record_presence(tx, session.id, BRAM, set(EVERYONE), aloud=set(EVERYONE))
    assert "Dat was iedereen" in console_of(tx, session)
    go_on(tx, session)
    # Of the evaluation nobody has said anything yet.
    assert "0 van de 4" in console_of(tx, session)


def test_whoever_was_ticked_and_is_elsewhere_leaves_by_a_press(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    for user in (ANNA, BRAM, CHLOE):
        give_marks(tx, session, user)
    assert "rounds.not_here" in buttons_of(tx, f"{session.id}/mine/{DAAN}")
    evaluation.leave_out(tx, SessionRef(session.id), DAAN)
    sweep(tx)
    assert DAAN not in [one.user for one in sessions.scene_of(tx, session).everyone]
    assert buttons_of_text(tx, session.id, DAAN) == "Goed, dan tel ik je niet mee. Tot de volgende keer."
    assert "Dat was iedereen" in console_of(tx, session)


def buttons_of_text(tx: Tx, session_id: str, user: str) -> str:
    return text_of(tx, f"{session_id}/mine/{user}")


def test_whoever_leads_cannot_be_elsewhere(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    assert "rounds.not_here" not in buttons_of(tx, f"{session.id}/facilitator/{BRAM}")
    with pytest.raises(Refused):
        evaluation.leave_out(tx, SessionRef(session.id), BRAM)


def test_somebody_who_is_ticked_late_gets_the_question_too(tx: Tx) -> None:
    session = session_at(tx, HARVEST)
    console.record_presence(tx, session.id, BRAM, {ANNA, BRAM, CHLOE})
    go_on(tx, session)
    assert "rounds.mark.use.1" in buttons_of(tx, f"{session.id}/mine/{CHLOE}")
    console.record_presence(tx, session.id, BRAM, set(EVERYONE))
    assert "rounds.mark.use.1" in buttons_of(tx, f"{session.id}/mine/{DAAN}")
