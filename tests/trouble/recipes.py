"""For every button and every form of the bot: how one gets to where it can be pressed, and what it then carries.

Each recipe prepares a workspace of its own and returns what somebody does there.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.app import _due_handlers
from bot.cases import service as cases
from bot.cases import views as case_views
from bot.cases.records import Case
from bot.cases.rules import Draft
from bot.delivery.records import OutboxRow
from bot.followups import rules as followup_rules
from bot.followups import service as followups
from bot.followups import views as step_views
from bot.followups.records import Keepsake
from bot.groups import views as group_views
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings import views as meeting_views
from bot.polls import service as polls
from bot.polls import views as poll_views
from bot.polls.records import Poll
from bot.rounds.service import advice, closing, moments, questions
from bot.rounds.views.refs import QuestionForm, TurnRef
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.views import ControlRef, PhaseRef, SessionRef, StartRef, TakeOverRef
from bot.slack import ids
from bot.storage import Tx, Workspace
from bot.timing.due import Item
from tests.conftest import make_group, run_due
from tests.rounds.people import ADVICE, ANALYSIS, EVALUATION, HARVEST, PRESENTATION, QUESTIONS, RESPONSE
from tests.sessions.people import ANNA, BRAM, CHLOE, DAAN, control, load, make_case, open_session

HANDLERS = dict(_due_handlers())
TOMORROW = "2027-01-15"


@dataclass
class Act:
    """Who presses or sends, what the button or the form carries, and what was typed and chosen."""

    user: str
    carries: Any = None
    fields: dict[str, Any] = field(default_factory=dict)
    # Other words in the same form, when it is sent again.
    reworded: dict[str, Any] = field(default_factory=dict)


Recipe = Callable[[Tx, Workspace], Act]
RECIPES: dict[str, Recipe] = {}


def number_of(ws: Workspace) -> str:
    """A number as `new_id` makes them, the same each time."""
    return hashlib.sha256(ws.team_id.encode()).hexdigest()[:16]


def recipe(*names: str) -> Callable[[Recipe], Recipe]:
    def register(fn: Recipe) -> Recipe:
        for name in names:
            RECIPES[name] = fn
        return fn

    return register


def sweep(tx: Tx) -> None:
    """What falls due in every room."""
    run_due(tx, HANDLERS)


# Sessions


def at(tx: Tx, ws: Workspace, number: int = PRESENTATION, *, by_itself: bool = False) -> Session:
    """A session of Anna (presents), Bram (facilitates), Chloé and Daan, in a phase."""
    session_id = open_session(tx, by_itself=by_itself, workspace=ws)
    sessions.begin(tx, ws, BRAM, control(tx, session_id))
    sweep(tx)
    for _ in range(number - PRESENTATION):
        sessions.go_on(tx, ws, BRAM, control(tx, session_id))
        sweep(tx)
    return load(tx, session_id)


def ref(session: Session) -> PhaseRef:
    return PhaseRef(session.id, session.number, session.round)


def asked(tx: Tx, ws: Workspace) -> SessionRef:
    """Bram would like to begin with Anna's case, and she is asked."""
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN, workspace=ws)
    case = make_case(tx, group)
    started = sessions.start(
        tx, ws, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, by_itself=False
    )
    return SessionRef(started.id)


RECIPES[ids.SESSIONS_CONFIRM] = lambda tx, ws: Act(ANNA, asked(tx, ws))
RECIPES[ids.SESSIONS_DECLINE] = lambda tx, ws: Act(ANNA, asked(tx, ws))
RECIPES[ids.SESSIONS_WITHDRAW] = lambda tx, ws: Act(BRAM, asked(tx, ws))


def gathering(tx: Tx, ws: Workspace) -> ControlRef:
    return control(tx, open_session(tx, workspace=ws))


def steered(number: int = PRESENTATION, user: str = BRAM) -> Recipe:
    return lambda tx, ws: Act(user, control(tx, at(tx, ws, number).id))


RECIPES[ids.SESSIONS_BEGIN] = lambda tx, ws: Act(BRAM, gathering(tx, ws))
RECIPES[ids.SESSIONS_BEGIN_ANYWAY] = lambda tx, ws: Act(BRAM, gathering(tx, ws))
RECIPES[ids.SESSIONS_GO_ON] = lambda tx, ws: Act(CHLOE, gathering(tx, ws))
RECIPES[ids.SESSIONS_PAUSE] = steered(user=DAAN)
RECIPES[ids.SESSIONS_EXTEND] = steered()
RECIPES[ids.SESSIONS_NEXT] = steered(EVALUATION)
RECIPES[ids.SESSIONS_BACK] = steered(QUESTIONS)
RECIPES[ids.SESSIONS_STOP] = lambda tx, ws: Act(BRAM, SessionRef(at(tx, ws).id))


@recipe(ids.SESSIONS_HERE)
def not_there_yet(tx: Tx, ws: Workspace) -> Act:
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN, workspace=ws)
    case = make_case(tx, group, state="chosen")
    started = sessions.start(
        tx, ws, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, by_itself=False
    )
    return Act(DAAN, SessionRef(started.id))


@recipe(ids.SESSIONS_RESUME)
def paused(tx: Tx, ws: Workspace) -> Act:
    session = at(tx, ws)
    sessions.pause(tx, ws, DAAN, control(tx, session.id))
    return Act(BRAM, control(tx, session.id))


@recipe(ids.SESSIONS_TAKE_OVER)
def taking_over(tx: Tx, ws: Workspace) -> Act:
    return Act(CHLOE, TakeOverRef(at(tx, ws).id, BRAM))


@recipe(ids.SESSIONS_SKIP_LOOK_BACK)
def looking_back(tx: Tx, ws: Workspace) -> Act:
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN, workspace=ws)
    step(tx, group, DAAN, is_presenter=True)
    case = make_case(tx, group, state="chosen")
    started = sessions.start(
        tx, ws, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, by_itself=False
    )
    sessions.present(tx, started, ANNA)
    sessions.begin_all_the_same(tx, ws, BRAM, control(tx, started.id))
    sweep(tx)
    assert load(tx, started.id).number == 0
    return Act(DAAN, PhaseRef(started.id, 0, 1))


@recipe(ids.SESSIONS_START_FORM)
def starting(tx: Tx, ws: Workspace) -> Act:
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN, workspace=ws)
    case = make_case(tx, group, state="chosen")
    typed = {"case": case.id, "method": "incident", "facilitator": BRAM, "pace": "wait"}
    return Act(BRAM, StartRef(group.id), typed)


# Rounds


def in_phase(number: int, user: str) -> Recipe:
    return lambda tx, ws: Act(user, ref(at(tx, ws, number)))


RECIPES[ids.ROUNDS_WRITE_QUESTION] = in_phase(QUESTIONS, CHLOE)
RECIPES[ids.ROUNDS_PASS] = in_phase(ADVICE, CHLOE)
RECIPES[ids.ROUNDS_RESPOND] = in_phase(RESPONSE, ANNA)
RECIPES[ids.ROUNDS_HARVEST] = in_phase(HARVEST, CHLOE)
RECIPES[ids.ROUNDS_EVALUATE] = in_phase(EVALUATION, CHLOE)
RECIPES[ids.ROUNDS_WRITE_ADVICE] = in_phase(ADVICE, CHLOE)
RECIPES[ids.ROUNDS_HARVEST_LATER] = lambda tx, ws: Act(CHLOE, SessionRef(at(tx, ws, HARVEST).id))
RECIPES[ids.ROUNDS_WRITE_NOTE] = lambda tx, ws: Act(CHLOE, SessionRef(at(tx, ws).id))
RECIPES[ids.ROUNDS_NO_NUDGES] = lambda tx, ws: Act(CHLOE, SessionRef(at(tx, ws).id))


@recipe(ids.ROUNDS_DONE)
def the_last_to_be_done(tx: Tx, ws: Workspace) -> Act:
    session = at(tx, ws, ANALYSIS, by_itself=True)
    for user in (BRAM, DAAN):
        moments.done(tx, ws, ref(session), user)
    return Act(CHLOE, ref(session))


@recipe(ids.ROUNDS_REVEAL)
def two_have_written(tx: Tx, ws: Workspace) -> Act:
    session = at(tx, ws, QUESTIONS)
    for place, user in enumerate((CHLOE, DAAN)):
        questions.write(tx, ws, ref(session), user, [f"Wat wil {user}?"])
        questions.of_phase(tx, session)[-1].written_at -= timedelta(seconds=9 - place)
    return Act(BRAM, ref(session))


@recipe(ids.ROUNDS_NEXT_TURN)
def a_turn(tx: Tx, ws: Workspace) -> Act:
    session = at(tx, ws, ADVICE)
    return Act(BRAM, TurnRef(session.id, session.number, session.round, 0))


@recipe(ids.ROUNDS_QUESTION_FORM)
def the_last_question(tx: Tx, ws: Workspace) -> Act:
    session = at(tx, ws, QUESTIONS)
    for place, user in enumerate((BRAM, DAAN)):
        questions.write(tx, ws, ref(session), user, [f"Wat wil {user}?"])
        questions.of_phase(tx, session)[-1].written_at -= timedelta(seconds=9 - place)
    carries = QuestionForm(session.id, session.number, session.round, 1)
    return Act(
        CHLOE,
        carries,
        {"first": "Wat hoop jij?", "second": "Wie helpt jou?"},
        {"first": "Wat wens jij?", "second": "Wie steunt jou?"},
    )


@recipe(ids.ROUNDS_ADVICE_FORM)
def the_last_advice(tx: Tx, ws: Workspace) -> Act:
    session = at(tx, ws, ADVICE, by_itself=True)
    for user in (DAAN, BRAM):
        advice.write(tx, ws, ref(session), user, f"Ik zou wachten, zei {user}")
    return Act(CHLOE, ref(session), {"advice": "Ik zou bellen"}, {"advice": "Ik zou langsgaan"})


@recipe(ids.ROUNDS_RESPONSE_FORM)
def responding(tx: Tx, ws: Workspace) -> Act:
    typed = {"takeaway": "Ik mag nee zeggen", "step": "Bellen", "by": {"day": TOMORROW}, "share": ["share"]}
    return Act(
        ANNA,
        ref(at(tx, ws, RESPONSE, by_itself=True)),
        typed,
        {**typed, "takeaway": "Ik zeg nee", "step": "Langsgaan"},
    )


@recipe(ids.ROUNDS_HARVEST_FORM)
def the_last_to_harvest(tx: Tx, ws: Workspace) -> Act:
    session = at(tx, ws, HARVEST, by_itself=True)
    for user in (ANNA, BRAM, DAAN):
        closing.harvest(tx, ws, SessionRef(session.id), user, "Iets", "", None, shared=False)
    typed = {"takeaway": "Iets moois", "step": "Oefenen", "by": {"day": TOMORROW}, "share": ["share"]}
    return Act(CHLOE, SessionRef(session.id), typed, {**typed, "takeaway": "Iets anders", "step": "Doen"})


@recipe(ids.ROUNDS_EVALUATION_FORM)
def the_last_marks(tx: Tx, ws: Workspace) -> Act:
    session = at(tx, ws, EVALUATION, by_itself=True)
    for user in (ANNA, BRAM, DAAN):
        closing.evaluate(tx, ws, SessionRef(session.id), user, (4, 4, 4), "")
    marks = {"use": {"option": "5"}, "safety": {"option": "4"}, "method": {"option": "3"}, "line": "Fijn"}
    return Act(CHLOE, SessionRef(session.id), marks)


@recipe(ids.ROUNDS_NOTE_FORM)
def noting(tx: Tx, ws: Workspace) -> Act:
    return Act(CHLOE, SessionRef(at(tx, ws).id), {"note": "Niet vergeten"}, {"note": "Wel vergeten"})


# Groups and Home


def group_of(tx: Tx, ws: Workspace) -> Group:
    return make_group(tx, ANNA, BRAM, CHLOE, DAAN, workspace=ws)


def settings(zone: str) -> dict[str, Any]:
    return {
        "language": {"option": "nl"},
        "zone": zone,
        "facilitation": {"option": "claim"},
        "facilitator": {"user": None},
        "choices": ["reads"],
    }


SETTINGS = settings("Europe/Brussels"), settings("Europe/Berlin")
RECIPES[ids.GROUP_SET_UP] = lambda tx, ws: Act(ANNA, group_views.ChannelRef("C0OOST"))
RECIPES[ids.GROUP_SET_UP_FORM] = lambda tx, ws: Act(ANNA, group_views.ChannelRef("C0OOST"), *SETTINGS)
RECIPES[ids.GROUP_SETTINGS_FORM] = lambda tx, ws: Act(
    ANNA, group_views.GroupRef(group_of(tx, ws).id), *SETTINGS
)


@recipe(ids.HOME_SETTINGS, ids.HOME_SETTINGS_FORM)
def at_home(tx: Tx, ws: Workspace) -> Act:
    group_of(tx, ws)
    return Act(ANNA, None, {"language": {"option": "en"}, "choices": [], "from_hour": {"option": "8"}})


# Cases

STORY = {
    "title": "Te vaak ja zeggen",
    "situation": "Een collega vraagt me elke week iets erbij, en ik zeg altijd ja.",
    "own_part": "Ik wil graag aardig gevonden worden.",
    "question": "Hoe kan ik nee zeggen zonder me schuldig te voelen?",
}
REWORDED = {**STORY, "title": "Vaker nee zeggen"}
MORE = {"tried": "Uitstellen", "hope": "Rust", "theme": "grenzen", "urgency": {"option": "now"}}


def a_case(tx: Tx, ws: Workspace, state: str = "handed_in") -> Case:
    return make_case(tx, group_of(tx, ws), ANNA, state=state)


def of_case(tx: Tx, ws: Workspace) -> case_views.CaseRef:
    case = a_case(tx, ws)
    return case_views.CaseRef(case.group_id, case.id)


RECIPES[ids.CASE_OPEN] = lambda tx, ws: Act(ANNA, of_case(tx, ws))
RECIPES[ids.CASE_LIST] = lambda tx, ws: Act(ANNA, of_case(tx, ws))
RECIPES[ids.CASE_WITHDRAW_FORM] = lambda tx, ws: Act(ANNA, of_case(tx, ws))
RECIPES[ids.CASE_MENU] = lambda tx, ws: Act(
    ANNA, case_views.CaseChoice(a_case(tx, ws, "draft").id, "hand_in")
)


@recipe(ids.CASE_FORM)
def writing_a_case(tx: Tx, ws: Workspace) -> Act:
    # A form carries the number of its case from its opening on.
    number = number_of(ws)
    then = {"next": {"option": "hand_in"}}
    carries = case_views.CaseForm(group_of(tx, ws).id, number, 1)
    return Act(ANNA, carries, {**STORY, **then}, {**REWORDED, **then})


@recipe(ids.CASE_MORE_FORM)
def writing_more(tx: Tx, ws: Workspace) -> Act:
    group = group_of(tx, ws)
    number = number_of(ws)
    cases.save(
        tx,
        ws,
        group.id,
        ANNA,
        number,
        Draft(STORY["title"], STORY["situation"], STORY["own_part"], STORY["question"]),
        then="more",
    )
    then = {"finish": {"option": "hand_in"}}
    carries = case_views.CaseForm(group.id, number, 1)
    return Act(ANNA, carries, {**MORE, **then}, {**MORE, **then, "hope": "Ruimte"})


# Polls


def poll(tx: Tx, ws: Workspace, *, closed: bool = False, number: int = 3) -> Poll:
    """Anna, Chloé and Daan have a case each, and Bram has opened a poll over them."""
    group = group_of(tx, ws)
    for place, user in enumerate((ANNA, CHLOE, DAAN)[:number]):
        make_case(tx, group, user, title=f"Casus {place}").handed_in_at = tx.now - timedelta(days=9 - place)
    opened = polls.open_poll(tx, ws, group.id, BRAM, tx.now + timedelta(days=1))
    if closed:
        polls.close_now(tx, ws, opened.id, BRAM)
    return opened


def asking(tx: Tx, ws: Workspace) -> poll_views.AskRef:
    closed = poll(tx, ws, closed=True)
    assert closed.asked_case is not None
    return poll_views.AskRef(closed.id, closed.asked_case)


RECIPES[ids.POLL_VOTE] = lambda tx, ws: Act(CHLOE, poll_views.PollRef(poll(tx, ws).id))
RECIPES[ids.POLL_CLOSE] = lambda tx, ws: Act(BRAM, poll_views.PollRef(poll(tx, ws).id))
RECIPES[ids.POLL_ACCEPT] = lambda tx, ws: Act(ANNA, asking(tx, ws))
RECIPES[ids.POLL_DECLINE] = lambda tx, ws: Act(ANNA, asking(tx, ws))


@recipe(ids.POLL_TAKE)
def taking_the_only_one(tx: Tx, ws: Workspace) -> Act:
    group = group_of(tx, ws)
    make_case(tx, group, ANNA)
    return Act(BRAM, poll_views.GroupRef(group.id))


@recipe(ids.POLL_OPEN_FORM)
def opening_a_poll(tx: Tx, ws: Workspace) -> Act:
    group = group_of(tx, ws)
    for user in (ANNA, CHLOE):
        make_case(tx, group, user)
    typed = {"day": {"day": TOMORROW}, "hour": {"hour": "12:00"}}
    return Act(BRAM, poll_views.GroupRef(group.id), typed, {**typed, "hour": {"hour": "13:00"}})


@recipe(ids.POLL_BALLOT_FORM)
def the_last_ballot(tx: Tx, ws: Workspace) -> Act:
    opened = poll(tx, ws)
    found, _ = polls.ballot_of(tx, ws, opened.id, BRAM)
    for user in (ANNA, CHLOE, DAAN):
        polls.vote(tx, ws, opened.id, user, {found[0].id: 2, found[1].id: 1})
    ballot = {case.id: {"option": "1"} for case in found}
    return Act(BRAM, poll_views.PollRef(opened.id), ballot)


# Meetings


def meeting(tx: Tx, ws: Workspace) -> meeting_views.MeetingRef:
    group = group_of(tx, ws)
    planned = meetings.plan(tx, ws, group.id, BRAM, "", "2027-02-11", "15:00", "Kamer 2")
    return meeting_views.MeetingRef(planned.id)


RECIPES[ids.MEETING_CANCEL] = lambda tx, ws: Act(BRAM, meeting(tx, ws))
RECIPES[ids.MEETING_CANCEL_FORM] = lambda tx, ws: Act(BRAM, meeting(tx, ws))


@recipe(ids.MEETING_FORM)
def planning(tx: Tx, ws: Workspace) -> Act:
    typed = {"day": {"day": "2027-02-11"}, "hour": {"hour": "15:00"}, "place": "Kamer 2"}
    carries = meeting_views.PlanRef(group_of(tx, ws).id, "")
    return Act(BRAM, carries, typed, {**typed, "place": "Kamer 3"})


# Steps


def step(tx: Tx, group: Group, user: str, *, is_presenter: bool = False) -> Keepsake:
    """Something that was taken home from an earlier session."""
    return followups.keep(
        tx,
        group,
        number_of(group.workspace),
        user,
        takeaway="Ik mag nee zeggen",
        step="Bellen",
        by=None,
        is_presenter=is_presenter,
        shared=False,
    )


def asked_about(tx: Tx, ws: Workspace) -> str:
    """A step that we have asked about."""
    kept = step(tx, group_of(tx, ws), ANNA, is_presenter=True)
    followups.ask(tx, Item(ws, followups.NUDGE, kept.id, tx.now, {}))
    return kept.id


def answering(how: str) -> Recipe:
    return lambda tx, ws: Act(ANNA, step_views.StepAnswer(asked_about(tx, ws), how))


for _how in followup_rules.ANSWERS:
    RECIPES[f"{ids.STEP_ANSWER}.{_how}"] = answering(_how)
RECIPES[ids.STEP_SNOOZE] = lambda tx, ws: Act(
    ANNA, step_views.Snooze(asked_about(tx, ws), followup_rules.SNOOZE_DAYS[0])
)
RECIPES[ids.STEP_EDIT] = lambda tx, ws: Act(ANNA, step_views.StepRef(asked_about(tx, ws)))
RECIPES[ids.STEP_LOOK_BACK] = lambda tx, ws: Act(ANNA, step_views.StepRef(asked_about(tx, ws)))
RECIPES[ids.STEP_FORM] = lambda tx, ws: Act(
    ANNA,
    step_views.StepRef(asked_about(tx, ws)),
    {"step": "Langsgaan", "by": {"day": "2027-02-01"}},
    {"step": "Schrijven", "by": {"day": "2027-02-02"}},
)
RECIPES[ids.STEP_LOOK_BACK_FORM] = lambda tx, ws: Act(
    ANNA,
    step_views.StepRef(asked_about(tx, ws)),
    {"told": "Het ging goed", "skip": []},
    {"told": "Het ging beter", "skip": []},
)


def as_sent(tx: Tx, ws: Workspace) -> None:
    """What was said so far stands in its channel, so that from now on an edit is an edit."""
    rows = tx.sql.scalars(select(OutboxRow).where(OutboxRow.of(ws)).order_by(OutboxRow.id)).all()
    for number, row in enumerate(rows):
        row.state, row.payload, row.token = "sent", None, 1
        row.ts, row.channel = f"1799999999.{number:06}", row.channel or "D0"
    tx.sql.flush()
