"""How one gets to every button and every form of a session and its rounds."""

from datetime import timedelta

from bot.cases.rules import CaseState
from bot.groups.rules import Meets
from bot.groups.views import GroupRef
from bot.rounds import queries as round_queries
from bot.rounds.rules import MARKED
from bot.rounds.service import advice, evaluation, phases, progress, questions, takeaways
from bot.rounds.views.refs import DiscussedRef, MarkRef, QuestionForm, StepRef, TurnRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.service import absence
from bot.sessions.views import ControlRef, PhaseRef, SessionRef, StartRef, TakeOverRef
from bot.slack import ids
from bot.storage import Tx
from tests.conftest import make_group
from tests.factories import ANNA, BRAM, CHLOE, DAAN, control, load, make_case, open_session
from tests.remembered import remembered
from tests.resilience.acts import RECIPES, TOMORROW, Act, Recipe, recipe, step, sweep
from tests.rounds.people import (
    ADVICE,
    ANALYSIS,
    EVALUATION,
    HARVEST,
    PRESENTATION,
    QUESTIONS,
    RESPONSE,
    REWORDED,
)

# Sessions


def at(tx: Tx, number: int = PRESENTATION, *, auto_advance: bool = False) -> Session:
    """A session of Anna (presents), Bram (facilitates), Chloé and Daan, in a phase."""
    return load(
        tx, remembered(tx, lambda tx: _brought_to(tx, number, auto_advance), at, number, auto_advance)
    )


def _brought_to(tx: Tx, number: int, auto_advance: bool) -> str:
    if number > PRESENTATION:
        session_id = at(tx, number - 1, auto_advance=auto_advance).id
        sessions.next_phase(tx, BRAM, control(tx, session_id))
    else:
        session_id = open_session(tx, auto_advance=auto_advance)
        sessions.begin(tx, BRAM, control(tx, session_id))
    sweep(tx)
    return session_id


def ref(session: Session) -> PhaseRef:
    return PhaseRef(session.id, session.phase_index, session.pass_no)


def asked(tx: Tx) -> SessionRef:
    """Bram would like to begin with Anna's case, and she is asked."""
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    case = make_case(tx, group)
    started = sessions.start_session(
        tx, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, auto_advance=False
    )
    return SessionRef(started.id)


RECIPES[ids.SESSIONS_CONFIRM] = lambda tx: Act(ANNA, asked(tx))
RECIPES[ids.SESSIONS_DECLINE] = lambda tx: Act(ANNA, asked(tx))
RECIPES[ids.SESSIONS_WITHDRAW] = lambda tx: Act(BRAM, asked(tx))


def gathering(tx: Tx) -> ControlRef:
    return control(tx, open_session(tx))


def steered(number: int = PRESENTATION, user: str = BRAM) -> Recipe:
    return lambda tx: Act(user, control(tx, at(tx, number).id))


RECIPES[ids.SESSIONS_BEGIN] = lambda tx: Act(BRAM, gathering(tx))
RECIPES[ids.SESSIONS_BEGIN_ANYWAY] = lambda tx: Act(BRAM, gathering(tx))
RECIPES[ids.SESSIONS_GO_ON] = lambda tx: Act(CHLOE, gathering(tx))
RECIPES[ids.SESSIONS_PAUSE] = steered(user=DAAN)
RECIPES[ids.SESSIONS_EXTEND] = steered()
RECIPES[ids.SESSIONS_NEXT] = steered(EVALUATION)
RECIPES[ids.SESSIONS_BACK] = steered(QUESTIONS)
RECIPES[ids.SESSIONS_STOP] = lambda tx: Act(BRAM, SessionRef(at(tx, EVALUATION).id))
RECIPES[ids.SESSIONS_STOP_NOW] = lambda tx: Act(BRAM, SessionRef(at(tx).id))
RECIPES[ids.SESSIONS_EVALUATE_ONLY] = steered(ADVICE)


@recipe(ids.SESSIONS_KEEP_END, ids.SESSIONS_END_LATER, ids.SESSIONS_SKIP_PHASE, ids.SESSIONS_JUMP)
def running_late(tx: Tx) -> Act:
    """A session that ends too late, and whose leader is offered a way to end in time."""
    session = at(tx, QUESTIONS)
    session.ends_by, session.offers_time = tx.now + timedelta(minutes=30), True
    return Act(BRAM, control(tx, session.id))


@recipe(ids.SESSIONS_HERE)
def not_there_yet(tx: Tx) -> Act:
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    case = make_case(tx, group, state=CaseState.CHOSEN)
    started = sessions.start_session(
        tx, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, auto_advance=False
    )
    return Act(DAAN, SessionRef(started.id))


@recipe(ids.SESSIONS_RESUME)
def paused(tx: Tx) -> Act:
    session = at(tx)
    sessions.pause(tx, DAAN, control(tx, session.id))
    return Act(BRAM, control(tx, session.id))


@recipe(ids.SESSIONS_GIVE_BACK, ids.SESSIONS_KEEP_TO_PLAN)
def the_bot_was_away(tx: Tx) -> Act:
    session = at(tx)
    # Five minutes into the phase, and away for three of them.
    assert session.timer_set_at is not None
    assert session.ends_at is not None
    session.timer_set_at -= timedelta(minutes=5)
    session.ends_at -= timedelta(minutes=5)
    absence._ask_group(tx, sessions.scene_of(tx, session), tx.now - timedelta(minutes=3), tx.now)
    return Act(BRAM, control(tx, session.id))


@recipe(ids.SESSIONS_TAKE_OVER)
def taking_over(tx: Tx) -> Act:
    return Act(CHLOE, TakeOverRef(at(tx).id, BRAM))


@recipe(ids.SESSIONS_SKIP_LOOK_BACK)
def looking_back(tx: Tx) -> Act:
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    step(tx, group, DAAN, is_presenter=True).kept_at = tx.now - timedelta(days=42)
    tx.sql.flush()
    case = make_case(tx, group, state=CaseState.CHOSEN)
    started = sessions.start_session(
        tx, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, auto_advance=False
    )
    sessions.mark_present(tx, sessions.scene_of(tx, started), ANNA)
    sessions.begin_anyway(tx, BRAM, control(tx, started.id))
    sweep(tx)
    assert load(tx, started.id).phase_index == 0
    return Act(DAAN, PhaseRef(started.id, 0, 1))


@recipe(ids.SESSIONS_OPEN)
def about_to_start(tx: Tx) -> Act:
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    make_case(tx, group, state=CaseState.CHOSEN)
    return Act(BRAM, GroupRef(group.id))


@recipe(ids.SESSIONS_START_FORM)
def starting(tx: Tx) -> Act:
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    case = make_case(tx, group, state=CaseState.CHOSEN)
    typed = {"case": case.id, "method": "incident", "facilitator": BRAM, "pace": "wait"}
    return Act(BRAM, StartRef(group.id), typed)


# The clock on the table

RECIPES[ids.TABLE_PAGE_OPEN] = lambda tx: Act(BRAM, SessionRef(at(tx).id))
RECIPES[ids.TABLE_PAGE_RENEW] = lambda tx: Act(BRAM, SessionRef(at(tx).id))
RECIPES[ids.TABLE_PAGE_LINK] = lambda tx: Act(BRAM)

# Rounds


def in_phase(number: int, user: str) -> Recipe:
    return lambda tx: Act(user, ref(at(tx, number)))


RECIPES[ids.ROUNDS_WRITE_QUESTION] = in_phase(QUESTIONS, CHLOE)
RECIPES[ids.ROUNDS_RESPOND] = in_phase(RESPONSE, ANNA)
RECIPES[ids.ROUNDS_HARVEST] = in_phase(HARVEST, CHLOE)
RECIPES[ids.ROUNDS_EVALUATE] = in_phase(EVALUATION, CHLOE)
RECIPES[ids.ROUNDS_WRITE_ADVICE] = in_phase(ADVICE, CHLOE)
RECIPES[ids.ROUNDS_REWORD] = in_phase(REWORDED, ANNA)
RECIPES[ids.ROUNDS_SAME_QUESTION] = in_phase(REWORDED, ANNA)
RECIPES[ids.ROUNDS_HARVEST_LATER] = lambda tx: Act(CHLOE, SessionRef(at(tx, HARVEST).id))
RECIPES[ids.ROUNDS_WRITE_NOTE] = lambda tx: Act(CHLOE, SessionRef(at(tx).id))
RECIPES[ids.ROUNDS_NO_NUDGES] = lambda tx: Act(CHLOE, SessionRef(at(tx).id))


@recipe(ids.ROUNDS_DONE)
def the_last_to_be_done(tx: Tx) -> Act:
    session = at(tx, ANALYSIS, auto_advance=True)
    for user in (BRAM, DAAN):
        phases.mark_done(tx, ref(session), user)
    return Act(CHLOE, ref(session))


@recipe(ids.ROUNDS_REVEAL)
def two_have_written(tx: Tx) -> Act:
    session = at(tx, QUESTIONS)
    for place, user in enumerate((CHLOE, DAAN)):
        questions.write_question(tx, ref(session), user, [f"Wat wil {user}?"])
        round_queries.current_questions(tx, session)[-1].written_at -= timedelta(seconds=9 - place)
    return Act(BRAM, ref(session))


def turns(tx: Tx, *, auto_advance: bool = False) -> Session:
    """The advice, once the time for writing it is over and the first turn is called."""
    session = at(tx, ADVICE, auto_advance=auto_advance)
    progress.end_activity(tx, sessions.scene_of(tx, session))
    return session


RECIPES[ids.ROUNDS_PASS] = lambda tx: Act(CHLOE, ref(turns(tx)))


@recipe(ids.ROUNDS_NEXT_TURN)
def a_turn(tx: Tx) -> Act:
    session = turns(tx)
    return Act(BRAM, TurnRef(session.id, session.phase_index, session.pass_no, 0))


@recipe(ids.ROUNDS_TURN_DONE)
def own_turn(tx: Tx) -> Act:
    session = turns(tx)
    return Act(CHLOE, TurnRef(session.id, session.phase_index, session.pass_no, 0))


@recipe(ids.ROUNDS_STEP)
def a_step(tx: Tx) -> Act:
    session = at(tx, ADVICE)
    return Act(BRAM, StepRef(session.id, session.phase_index, session.pass_no, 0))


def two_questions(tx: Tx) -> Session:
    """Two questions stand there, and the presenter is about to give them a word."""
    session = at(tx, QUESTIONS)
    for place, user in enumerate((CHLOE, DAAN)):
        questions.write_question(tx, ref(session), user, [f"Wat wil {user}?"])
        round_queries.current_questions(tx, session)[-1].written_at -= timedelta(seconds=9 - place)
    sessions.next_phase(tx, BRAM, control(tx, session.id))
    sweep(tx)
    return session


RECIPES[ids.ROUNDS_RATE] = lambda tx: Act(ANNA, ref(two_questions(tx)))


@recipe(ids.ROUNDS_RATE_FORM)
def rating(tx: Tx) -> Act:
    words = {"rating1": {"option": "2"}, "rating2": {"option": "0"}}
    return Act(ANNA, ref(two_questions(tx)), words, {**words, "rating2": {"option": "1"}})


@recipe(ids.ROUNDS_NEXT_QUESTION)
def the_first_question(tx: Tx) -> Act:
    session = two_questions(tx)
    progress.end_activity(tx, sessions.scene_of(tx, session))
    return Act(ANNA, DiscussedRef(session.id, session.phase_index, session.pass_no, 1))


@recipe(ids.ROUNDS_REWORD_FORM)
def rewording(tx: Tx) -> Act:
    typed = {"question": "Wat wil ik zelf?", "help": ["mirror"], "returns": ["returns"]}
    return Act(ANNA, ref(at(tx, REWORDED)), typed, {**typed, "question": "Wat wil ik nu?"})


@recipe(ids.ROUNDS_QUESTION_FORM)
def the_last_question(tx: Tx) -> Act:
    session = at(tx, QUESTIONS)
    for place, user in enumerate((BRAM, DAAN)):
        questions.write_question(tx, ref(session), user, [f"Wat wil {user}?"])
        round_queries.current_questions(tx, session)[-1].written_at -= timedelta(seconds=9 - place)
    carries = QuestionForm(session.id, session.phase_index, session.pass_no, 1)
    return Act(
        CHLOE,
        carries,
        {"first": "Wat hoop jij?", "second": "Wie helpt jou?"},
        {"first": "Wat wens jij?", "second": "Wie steunt jou?"},
    )


@recipe(ids.ROUNDS_ADVICE_FORM)
def the_last_advice(tx: Tx) -> Act:
    session = turns(tx, auto_advance=True)
    for user in (DAAN, BRAM):
        advice.write_advice(tx, ref(session), user, f"Ik zou wachten, zei {user}")
    return Act(CHLOE, ref(session), {"advice": "Ik zou bellen"}, {"advice": "Ik zou langsgaan"})


@recipe(ids.ROUNDS_RESPONSE_FORM)
def responding(tx: Tx) -> Act:
    typed = {"takeaway": "Ik mag nee zeggen", "step": "Bellen", "by": {"day": TOMORROW}, "share": ["share"]}
    return Act(
        ANNA,
        ref(at(tx, RESPONSE, auto_advance=True)),
        typed,
        {**typed, "takeaway": "Ik zeg nee", "step": "Langsgaan"},
    )


@recipe(ids.ROUNDS_HARVEST_FORM)
def the_last_to_harvest(tx: Tx) -> Act:
    session = at(tx, HARVEST, auto_advance=True)
    for user in (ANNA, BRAM, DAAN):
        takeaways.keep_harvest(tx, SessionRef(session.id), user, "Iets", "", None, shared=False)
    typed = {"takeaway": "Iets moois", "step": "Oefenen", "by": {"day": TOMORROW}, "share": ["share"]}
    return Act(CHLOE, SessionRef(session.id), typed, {**typed, "takeaway": "Iets anders", "step": "Doen"})


@recipe(ids.ROUNDS_EVALUATION_FORM)
def the_last_marks(tx: Tx) -> Act:
    session = at(tx, EVALUATION, auto_advance=True)
    for user in (ANNA, BRAM, DAAN):
        evaluation.evaluate_session(tx, SessionRef(session.id), user, (4, 4, 4), "")
    marks = {"use": {"option": "5"}, "safety": {"option": "4"}, "method": {"option": "3"}, "line": "Fijn"}
    return Act(CHLOE, SessionRef(session.id), marks)


@recipe(ids.ROUNDS_NOTE_FORM)
def noting(tx: Tx) -> Act:
    return Act(CHLOE, SessionRef(at(tx).id), {"note": "Niet vergeten"}, {"note": "Wel vergeten"})


def marking(what: str, mark: int) -> Recipe:
    return lambda tx: Act(CHLOE, MarkRef(spoken(tx, EVALUATION).id, what, mark))


def spoken(tx: Tx, number: int) -> Session:
    """The same session, in a room."""
    session = at(tx, number)
    session.meets = Meets.ROOM
    return session


for _what in MARKED:
    for _mark in range(1, 6):
        RECIPES[f"{ids.ROUNDS_MARK}.{_what}.{_mark}"] = marking(_what, _mark)
