"""How one gets to every button and every form of the console, and to the private questions of a session in a room."""

from sqlalchemy import select

from bot.attendance import jobs as attendance_jobs
from bot.attendance import service as attendance
from bot.attendance.service import subjects
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.console import queries, views
from bot.console import service as console
from bot.console.refs import NextTimeRef, ParkRef, ReadRef
from bot.groups.records import Group
from bot.jobs.queue import Job
from bot.meetings import service as meetings
from bot.nudges import service as nudges
from bot.rounds import rules
from bot.rounds.records import SafetyNote
from bot.rounds.service import evaluation, safety
from bot.rounds.views.refs import MarkRef, SafetyRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.views import PhaseRef, SessionRef
from bot.slack import ids
from bot.storage import Tx
from tests.conftest import make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN, control, load, make_case, open_session
from tests.resilience.acts import RECIPES, TOMORROW, Act, Recipe, recipe, sweep
from tests.rounds.people import EVALUATION, PRESENTATION


def in_a_room(tx: Tx, number: int = PRESENTATION) -> Session:
    """A session in a room of Anna (presents), Bram (facilitates), Chloé and Daan, in a phase."""
    session_id = open_session(tx, meets="room", meets_chosen=True)
    sessions.begin(tx, BRAM, control(tx, session_id))
    sweep(tx)
    # Where people speak, they arrive first.
    while load(tx, session_id).phase_index < number:
        sessions.next_phase(tx, BRAM, control(tx, session_id))
        sweep(tx)
    return load(tx, session_id)


def over(tx: Tx) -> Session:
    session = in_a_room(tx, EVALUATION)
    sessions.next_phase(tx, BRAM, control(tx, session.id))
    sweep(tx)
    return session


def pressing(user: str, number: int = PRESENTATION) -> Recipe:
    return lambda tx: Act(user, SessionRef(in_a_room(tx, number).id))


RECIPES[ids.CONSOLE_PRESENT] = pressing(BRAM)
RECIPES[ids.CONSOLE_TIME] = pressing(BRAM)
RECIPES[ids.CONSOLE_PARK] = pressing(CHLOE)
RECIPES[ids.CONSOLE_SENTENCES] = pressing(BRAM)
RECIPES[ids.CONSOLE_NEXT_TIME] = pressing(BRAM, EVALUATION)
RECIPES[ids.CONSOLE_OWN_LINE] = lambda tx: Act(BRAM, SessionRef(over(tx).id))
RECIPES[ids.ROUNDS_NOT_HERE] = pressing(DAAN, EVALUATION)


RECIPES[ids.CONSOLE_MORE] = pressing(BRAM)
RECIPES[ids.CONSOLE_CONTROLS] = pressing(BRAM)


@recipe(ids.CONSOLE_SILENCE)
def in_a_phase(tx: Tx) -> Act:
    session = in_a_room(tx)
    return Act(BRAM, PhaseRef(session.id, session.phase_index, session.pass_no))


@recipe(ids.CONSOLE_PRESENT_FORM)
def ticking(tx: Tx) -> Act:
    """Daan has left, and Chloé has no phone."""
    session = in_a_room(tx, EVALUATION)
    return Act(
        BRAM,
        SessionRef(session.id),
        {"here": [ANNA, BRAM, CHLOE], "aloud": [CHLOE], "meets": {"option": "video"}},
    )


@recipe(ids.CONSOLE_PARK_FORM)
def parking(tx: Tx) -> Act:
    return Act(CHLOE, ParkRef(in_a_room(tx).id), {"line": "Het rooster"}, {"line": "Het verlof"})


@recipe(ids.CONSOLE_NEXT_TIME_FORM)
def agreeing_on_next_time(tx: Tx) -> Act:
    ref = SessionRef(in_a_room(tx, EVALUATION).id)
    return Act(BRAM, ref, {"line": "Eerder beginnen"}, {"line": "Korter vertellen"})


@recipe(ids.CONSOLE_OWN_LINE_FORM)
def writing_for_oneself(tx: Tx) -> Act:
    return Act(BRAM, SessionRef(over(tx).id), {"line": "Meer stilte"}, {"line": "Minder praten"})


@recipe(ids.CONSOLE_LINE_DONE)
def a_line_of_before(tx: Tx) -> Act:
    before = in_a_room(tx, EVALUATION)
    console.write_group_line(tx, before.id, BRAM, "Eerder beginnen")
    sessions.next_phase(tx, BRAM, control(tx, before.id))
    sweep(tx)
    group = sessions.group_of(tx, before)
    case = make_case(tx, group, state=CaseState.CHOSEN, title="De volgende")
    now = sessions.start_session(
        tx, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, auto_advance=False
    )
    sweep(tx)
    [line] = queries.next_time_lines(tx, group.id)
    return Act(BRAM, NextTimeRef(now.id, line.id))


for _what in rules.MARKED:
    for _mark in range(1, 6):

        def _marking(tx: Tx, what: str = _what, mark: int = _mark) -> Act:
            return Act(CHLOE, MarkRef(in_a_room(tx, EVALUATION).id, what, mark))

        RECIPES[f"{ids.ROUNDS_MARK}.{_what}.{_mark}"] = _marking


def answering(told: str) -> Recipe:
    def act(tx: Tx) -> Act:
        session = in_a_room(tx, EVALUATION)
        evaluation.evaluate_session(tx, SessionRef(session.id), CHLOE, (4, 1, 4), "")
        sessions.next_phase(tx, BRAM, control(tx, session.id))
        sweep(tx)
        [note] = tx.sql.scalars(select(SafetyNote).where(SafetyNote.session_id == session.id))
        return Act(CHLOE, SafetyRef(note.id, told))

    return act


for _told in safety.SAFETY_ANSWERS:
    RECIPES[f"{ids.ROUNDS_SAFETY}.{_told}"] = answering(_told)


def about_to_meet(tx: Tx) -> tuple[Group, Case]:
    """Tomorrow Bram leads, with Anna's case; she has been asked whether he may read it."""
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN, facilitation="fixed", facilitator=BRAM)
    case = make_case(tx, group, state=CaseState.CHOSEN)
    meetings.plan_meeting(tx, group.id, BRAM, "", TOMORROW, "15:00", "Kamer 2")
    sweep(tx)
    [meeting] = meetings.upcoming_meetings(tx, group)
    subject = attendance.of_meeting(meeting)
    nudges.plan_nudge(
        tx, ANNA, attendance.PRESENT, subject, tx.now, group=group.id, data=subjects.about(meeting)
    )
    nudges.digest_job(attendance_jobs.DIGESTS)(tx, Job(tx.workspace, nudges.DELIVER, ANNA, tx.now, {}))
    return group, case


def letting_read(name: str) -> Recipe:
    return lambda tx: Act(ANNA, ReadRef(about_to_meet(tx)[1].id, BRAM))


for _said in ("yes", "no"):
    RECIPES[f"{ids.CONSOLE_LET_READ}.{_said}"] = letting_read(_said)


def allowed(tx: Tx) -> ReadRef:
    _, case = about_to_meet(tx)
    ref = ReadRef(case.id, BRAM)
    console.answer_reading(tx, ref, ANNA, allowed=True)
    return ref


RECIPES[ids.CONSOLE_READ] = lambda tx: Act(BRAM, allowed(tx))
RECIPES[ids.CONSOLE_ASK_BACK] = lambda tx: Act(BRAM, allowed(tx))
RECIPES[ids.CONSOLE_ASK_BACK_FORM] = lambda tx: Act(
    BRAM, allowed(tx), {"question": "Wat raakte je?"}, {"question": "Wat bleef hangen?"}
)


@recipe(ids.CONSOLE_READ_QUESTION)
def asked_back(tx: Tx) -> Act:
    ref = allowed(tx)
    console.ask_back(tx, ref, BRAM, "Wat raakte je?")
    return Act(ANNA, ref)


def in_the_window(action_id: str) -> Recipe:
    """What stands in the window is what stands on the card, with an id of its own."""
    return lambda tx: RECIPES[action_id](tx)


for _action in views.AT_ONCE:
    RECIPES[views.act_id(_action)] = in_the_window(_action)
