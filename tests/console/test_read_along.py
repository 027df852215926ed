"""A presenter may let whoever leads read the case beforehand, and gets one question back in private."""

import pytest

from bot.attendance import service as attendance
from bot.attendance.service import digests
from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.console import service as console
from bot.console.records import ReadAlong
from bot.console.refs import ReadRef
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.nudges.records import Nudge
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.views import SessionRef, TakeOverRef
from bot.storage import Tx, belonging_to
from bot.texts import Refused
from tests.conftest import make_group
from tests.console.people import ANNA, BRAM, CHLOE, DAAN, begin, console_of, end, rows, sweep
from tests.factories import buttons_of, load, make_case, posted, stands, text_of
from tests.resilience.acts import TOMORROW

QUESTION = "Wat raakte je het meest?"


def meeting_of(tx: Tx) -> tuple[Group, Meeting, Case]:
    """Tomorrow Bram leads, with Anna's case."""
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN, facilitation="fixed", facilitator=BRAM)
    case = make_case(tx, group, state=CaseState.CHOSEN)
    meeting = meetings.plan_meeting(tx, group.id, BRAM, "", TOMORROW, "15:00", "Kamer 2")
    sweep(tx)
    assert meeting.facilitator == BRAM
    return group, meeting, case


def nudge(tx: Tx, group: Group, meeting: Meeting, user: str, kind: str) -> Nudge:
    data = {"meeting": meeting.id, "at": int(meeting.starts_at.timestamp())}
    return Nudge(
        user=user,
        kind=kind,
        subject="x",
        group_id=group.id,
        data=data,
        at=tx.now,
        **belonging_to(tx.workspace),
    )


def presenters_message(tx: Tx, group: Group, meeting: Meeting) -> str:
    """What the presenter reads the day before, with the buttons."""
    found = digests.compose_presents(
        tx, nudge(tx, group, meeting, ANNA, attendance.PRESENT), groups.texts_of(tx, ANNA)
    )
    assert found is not None
    return f"{found.text} {found.blocks}"


def leaders_card(tx: Tx, group: Group, meeting: Meeting) -> str:
    found = digests.compose_card(
        tx, nudge(tx, group, meeting, BRAM, "presence.card"), groups.texts_of(tx, BRAM)
    )
    assert found is not None
    return f"{found.text} {found.blocks}"


def allowed(tx: Tx) -> tuple[Group, Meeting, Case, ReadRef]:
    group, meeting, case = meeting_of(tx)
    presenters_message(tx, group, meeting)
    ref = ReadRef(case.id, BRAM)
    console.answer_reading(tx, ref, ANNA, allowed=True)
    return group, meeting, case, ref


def test_the_presenter_is_asked_in_a_message_that_comes_anyway(tx: Tx) -> None:
    group, meeting, _ = meeting_of(tx)
    said = presenters_message(tx, group, meeting)
    assert "Mag <@U0BRAM> je casus vooraf lezen" in said
    assert "console.let_read.yes" in said
    assert "console.let_read.no" in said


def test_without_a_yes_nobody_reads(tx: Tx) -> None:
    group, meeting, case = meeting_of(tx)
    ref = ReadRef(case.id, BRAM)
    with pytest.raises(Refused):
        console.case_to_read(tx, ref, BRAM)
    presenters_message(tx, group, meeting)
    with pytest.raises(Refused):
        console.case_to_read(tx, ref, BRAM)
    console.answer_reading(tx, ref, ANNA, allowed=False)
    with pytest.raises(Refused):
        console.case_to_read(tx, ref, BRAM)
    assert "console.read" not in leaders_card(tx, group, meeting)


def test_nobody_says_yes_for_the_presenter(tx: Tx) -> None:
    group, meeting, case = meeting_of(tx)
    presenters_message(tx, group, meeting)
    for user in (BRAM, CHLOE):
        with pytest.raises(Refused):
            console.answer_reading(tx, ReadRef(case.id, BRAM), user, allowed=True)


def test_after_a_yes_whoever_leads_reads_and_nobody_else(tx: Tx) -> None:
    group, meeting, case, ref = allowed(tx)
    assert "console.read" in leaders_card(tx, group, meeting)
    assert console.case_to_read(tx, ref, BRAM)[0] is case
    for user in (CHLOE, DAAN):
        with pytest.raises(Refused):
            console.case_to_read(tx, ref, user)
    told = console.compose_read_along(
        tx, nudge(tx, group, meeting, BRAM, attendance.READ_ALONG), groups.texts_of(tx, BRAM)
    )
    assert told is not None
    assert "Te vaak ja" in told.text


def test_one_question_comes_back_and_a_notification_does_not_show_it(tx: Tx) -> None:
    *_, ref = allowed(tx)
    console.ask_back(tx, ref, BRAM, "Wat?")
    console.ask_back(tx, ref, BRAM, QUESTION)
    [found] = rows(tx, ReadAlong)
    row = posted(tx, f"asked_back/{found.id}")
    assert row is not None
    assert row.user == ANNA
    assert QUESTION not in str(stands(tx, row))
    assert console.question_to_read(tx, ref, ANNA) == QUESTION
    for user in (BRAM, CHLOE):
        with pytest.raises(Refused):
            console.question_to_read(tx, ref, user)


def test_a_case_that_is_withdrawn_is_gone(tx: Tx) -> None:
    _, _, case, ref = allowed(tx)
    console.ask_back(tx, ref, BRAM, QUESTION)
    cases.withdraw(tx, case.id, ANNA)
    with pytest.raises(Refused):
        console.case_to_read(tx, ref, BRAM)
    sweep(tx)
    assert rows(tx, ReadAlong) == []
    with pytest.raises(Refused):
        console.question_to_read(tx, ref, ANNA)


def test_with_somebody_else_who_leads_it_is_gone(tx: Tx) -> None:
    group, meeting, case, _ = allowed(tx)
    meeting.facilitator = DAAN
    tx.sql.flush()
    for user in (BRAM, DAAN):
        with pytest.raises(Refused):
            console.case_to_read(tx, ReadRef(case.id, user), user)
    # The presenter is asked anew, for that person.
    assert "Mag <@U0DAAN> je casus vooraf lezen" in presenters_message(tx, group, meeting)


def started(tx: Tx) -> Session:
    """Bram begins with Anna's case, and she has said yes to that."""
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    case = make_case(tx, group)
    session = sessions.start_session(
        tx, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, auto_advance=False
    )
    sweep(tx)
    sessions.confirm_case(tx, ANNA, SessionRef(session.id))
    sweep(tx)
    return load(tx, session.id)


def test_in_a_session_of_now_the_message_of_the_yes_asks_it(tx: Tx) -> None:
    session = started(tx)
    ask = f"{session.id}/ask"
    assert "Mag <@U0BRAM> je casus vooraf lezen" in text_of(tx, ask)
    assert "console.read" not in buttons_of(tx, f"{session.id}/facilitator/{BRAM}")
    console.answer_reading(tx, ReadRef(session.case_id, BRAM), ANNA, allowed=True)
    sweep(tx)
    assert "<@U0BRAM> mag je casus vooraf lezen." in text_of(tx, ask)
    assert "console.read" in buttons_of(tx, f"{session.id}/facilitator/{BRAM}")
    assert console.case_to_read(tx, ReadRef(session.case_id, BRAM), BRAM)


def test_a_takeover_takes_the_case_away_and_asks_anew(tx: Tx) -> None:
    session = started(tx)
    console.answer_reading(tx, ReadRef(session.case_id, BRAM), ANNA, allowed=True)
    sessions.take_over(tx, DAAN, TakeOverRef(session.id, BRAM))
    sweep(tx)
    with pytest.raises(Refused):
        console.case_to_read(tx, ReadRef(session.case_id, BRAM), BRAM)
    assert "console.read" not in buttons_of(tx, f"{session.id}/facilitator/{DAAN}")
    assert "Mag <@U0DAAN> je casus vooraf lezen" in text_of(tx, f"{session.id}/ask")


def test_after_the_session_nobody_reads_along_any_more(tx: Tx) -> None:
    session = started(tx)
    ref = ReadRef(session.case_id, BRAM)
    console.answer_reading(tx, ref, ANNA, allowed=True)
    console.ask_back(tx, ref, BRAM, QUESTION)
    [found] = rows(tx, ReadAlong)
    key = f"asked_back/{found.id}"
    end(tx, session)
    assert rows(tx, ReadAlong) == []
    assert buttons_of(tx, key) == []
    with pytest.raises(Refused):
        console.case_to_read(tx, ref, BRAM)
    assert "console.read" not in console_of(tx, session)


def test_once_the_session_has_begun_nobody_need_answer_any_more(tx: Tx) -> None:
    session = started(tx)
    ask = f"{session.id}/ask"
    assert [button for button in buttons_of(tx, ask) if button.startswith("console.let_read")]
    begin(tx, session)
    assert buttons_of(tx, ask) == []
    assert "staat open in" in text_of(tx, ask)
    assert "vooraf lezen" not in text_of(tx, ask)
    with pytest.raises(Refused):
        console.answer_reading(tx, ReadRef(session.case_id, BRAM), ANNA, allowed=True)


def test_an_answer_can_be_changed_until_the_session_is_over(tx: Tx) -> None:
    session = started(tx)
    ask, ref = f"{session.id}/ask", ReadRef(session.case_id, BRAM)
    console.answer_reading(tx, ref, ANNA, allowed=True)
    begin(tx, session)
    assert buttons_of(tx, ask) == ["console.let_read.no"]
    console.answer_reading(tx, ref, ANNA, allowed=False)
    end(tx, session)
    assert buttons_of(tx, ask) == []
