"""Who is here: ticked by whoever leads, from when to when, and kept for proofs without a word of what was said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.console import service as console
from bot.console.service import presence
from bot.meetings import service as meetings
from bot.rounds.service import evaluation
from bot.sessions import queries as session_queries
from bot.sessions import rules
from bot.sessions import service as sessions
from bot.sessions.records import Session, SessionAttendance
from bot.sessions.service.proofs import RETENTION
from bot.sessions.views import SessionRef
from bot.storage import Tx
from tests.console.people import (
    ADVICE,
    ANALYSIS,
    ANNA,
    BRAM,
    CHLOE,
    DAAN,
    EVALUATION,
    EVERYONE,
    HARVEST,
    RESPONSE,
    REWORDED,
    begin,
    console_of,
    end,
    go_on,
    rows,
    session_at,
    sweep,
)
from tests.factories import buttons_of, load, open_session, text_of


def later(tx: Tx, minutes: int) -> Tx:
    return replace(tx, now=tx.now + timedelta(minutes=minutes))


def minutes_of(tx: Tx, session: Session) -> dict[str, tuple[int, int]]:
    """From which minute to which everybody was there."""
    assert session.began_at is not None
    found = {}
    for one in session_queries.attendances_of(tx, session):
        span = (one.began_at - session.began_at, one.ended_at - session.began_at)
        found[one.user] = (int(span[0] / timedelta(minutes=1)), int(span[1] / timedelta(minutes=1)))
    return found


def test_latecomers_count_from_then_and_who_left_until_then(tx: Tx) -> None:
    session = load(tx, open_session(tx, meets="room", meets_chosen=True))
    sessions.mark_absent(tx, sessions.scene_of(tx, session), CHLOE)
    begin(later(tx, 5), session)
    console.record_presence(later(tx, 25), session.id, BRAM, set(EVERYONE))
    console.record_presence(later(tx, 45), session.id, BRAM, {ANNA, BRAM, CHLOE})
    end(later(tx, 65), session)
    assert minutes_of(tx, session) == {ANNA: (0, 60), BRAM: (0, 60), CHLOE: (20, 60), DAAN: (0, 40)}


def test_a_proof_knows_way_method_and_role_and_no_word(tx: Tx) -> None:
    session = session_at(tx, meets="video")
    end(later(tx, 60), session)
    found = {one.user: one for one in rows(tx, SessionAttendance)}
    assert {user: one.role for user, one in found.items()} == {
        ANNA: "presenter",
        BRAM: "facilitator",
        CHLOE: "participant",
        DAAN: "participant",
    }
    assert {(one.meets, one.method) for one in found.values()} == {("video", "incident")}
    assert {column.name for column in SessionAttendance.__table__.columns} == {
        *("id", "team_id", "enterprise_id", "session_id", "user"),
        *("began_at", "ended_at", "meets", "method", "role", "keep_years"),
    }


def test_a_session_that_never_began_leaves_no_attendance(tx: Tx) -> None:
    session = load(tx, open_session(tx, meets="room", meets_chosen=True))
    sessions.stop(later(tx, 9), BRAM, SessionRef(session.id))
    assert rows(tx, SessionAttendance) == []


def test_attendances_are_kept_for_five_years(tx: Tx) -> None:
    session = session_at(tx)
    end(later(tx, 60), session)
    ended = tx.now + timedelta(minutes=60)
    sessions.purge_old_attendances(replace(tx, now=ended + RETENTION))
    assert len(rows(tx, SessionAttendance)) == 4
    sessions.purge_old_attendances(replace(tx, now=ended + RETENTION + timedelta(days=1)))
    assert rows(tx, SessionAttendance) == []


def test_who_left_before_the_beginning_did_not_attend() -> None:
    from tests.clock import START

    hour = timedelta(hours=1)
    assert rules.attended(START - hour, START - hour / 2, START, START + hour) is None
    assert rules.attended(START - hour, None, START, START + hour) == (START, START + hour)


def test_the_yes_sayers_are_ticked_until_the_session_begins(tx: Tx) -> None:
    from bot.attendance import service as attendance

    session = load(tx, open_session(tx, meets="room", meets_chosen=True))
    scene = sessions.scene_of(tx, session)
    for user in (CHLOE, DAAN):
        sessions.mark_absent(tx, scene, user)
    day = (tx.now + timedelta(hours=3)).date().isoformat()
    meeting = meetings.plan_meeting(tx, session.group_id, BRAM, "", day, "18:00", "Kamer 2")
    sweep(tx)
    attendance.answer_invitation(tx, meeting.id, int(meeting.starts_at.timestamp()), CHLOE, "yes")
    assert set(presence.present_form_for(tx, session.id, BRAM).ticked) == {ANNA, BRAM, CHLOE}


def test_not_here_counts_for_no_proof(tx: Tx) -> None:
    session = session_at(tx, HARVEST)
    evaluation.leave_out(tx, SessionRef(session.id), DAAN)
    end(later(tx, 60), session)
    assert DAAN not in minutes_of(tx, session)


@pytest.mark.parametrize("number", [HARVEST, EVALUATION])
def test_they_go_on_in_a_room_in_the_middle_of_a_session(tx: Tx, number: int) -> None:
    """The way of meeting changes in mid-session: the prompt loses its buttons, and each is asked in private."""
    session = session_at(tx, number, meets="thread")
    prompt = f"phase/{number}/1/prompt"
    assert buttons_of(tx, prompt)
    console.record_presence(tx, session.id, BRAM, set(EVERYONE), meets="room")
    sweep(tx)
    assert session.meets == "room"
    assert buttons_of(tx, prompt) == []
    asked = "rounds.harvest" if number == HARVEST else "rounds.mark.use.1"
    assert asked in buttons_of(tx, f"{session.id}/mine/{DAAN}")
    assert "Zeg:" in console_of(tx, session)


def test_they_go_on_in_the_thread_in_the_middle_of_a_session(tx: Tx) -> None:
    session = session_at(tx, ANALYSIS)
    prompt = f"phase/{ANALYSIS}/1/prompt"
    assert buttons_of(tx, prompt) == []
    console.record_presence(tx, session.id, BRAM, set(EVERYONE), meets="thread")
    sweep(tx)
    assert "rounds.done" in buttons_of(tx, prompt)
    assert "Nog niets van" in console_of(tx, session)
    go_on(tx, session)
    assert "rounds.write_advice" in buttons_of(tx, f"phase/{ADVICE}/1/prompt")


def test_the_group_keeps_its_own_way_of_meeting(tx: Tx) -> None:
    session = session_at(tx)
    console.record_presence(tx, session.id, BRAM, set(EVERYONE), meets="video")
    assert sessions.group_of(tx, session).meets == "room"


def test_a_form_of_before_changes_neither_the_way_nor_who_spoke(tx: Tx) -> None:
    session = session_at(tx, EVALUATION)
    console.record_presence(tx, session.id, BRAM, set(EVERYONE), aloud={DAAN})
    console.record_presence(tx, session.id, BRAM, set(EVERYONE))
    assert session.meets == "room"
    assert "1 van de 4" in console_of(tx, session)


def test_the_presenter_has_a_note_button_from_the_first_silent_minute(tx: Tx) -> None:
    """In writing it stands in the prompts of analysis and advice; where people speak, paper does."""
    session = session_at(tx, REWORDED, meets="thread")
    assert "rounds.write_note" not in buttons_of(tx, f"phase/{REWORDED}/1/prompt")
    for number in (ANALYSIS, ADVICE):
        go_on(tx, session)
        assert "rounds.write_note" in buttons_of(tx, f"phase/{number}/1/prompt")
    go_on(tx, session)
    assert "rounds.write_note" not in buttons_of(tx, f"phase/{RESPONSE}/1/prompt")
    assert text_of(tx, f"phase/{RESPONSE}/1/prompt")
