"""Steps: a selection opens, goes from one step to the next, and ends."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from bot import events
from bot.cases import service as cases
from bot.cases.rules import CaseState
from bot.events import SelectionClosed
from bot.groups import service as groups
from bot.groups.records import Group
from bot.groups.rules import Meets
from bot.jobs import queue
from bot.methods import catalogue
from bot.selections import queries, rules
from bot.selections.records import Selection, SelectionCase, SelectionMark, SelectionParticipant
from bot.selections.rules import Outcome, SelectionState
from bot.selections.service import showing
from bot.selections.service.access import Choosing, OfferToLead, choosing_for, second_click
from bot.selections.views import SelectionControl, SelectionRef
from bot.selections.views.card import takeover_offer
from bot.selections.views.private import line_lapsed, question_closed
from bot.selections.views.refs import TakeOverSelection
from bot.storage import Tx, belonging_to
from bot.texts import Refused

STEP_END = "selection.step_end"
UNATTENDED = "selection.unattended"
TABLES = (SelectionParticipant, SelectionMark, SelectionCase)


def open_selection(
    tx: Tx,
    group: Group,
    user: str,
    *,
    method: str,
    facilitator: str,
    meets: Meets,
    auto_advance: bool,
    ends_by: datetime | None,
) -> Selection:
    """Open a selection: gather the people, with what the session will have. The caller has locked the group."""
    selection = Selection(
        group_id=group.id,
        started_by=user,
        facilitator=facilitator,
        method=method,
        meets=meets,
        auto_advance=auto_advance,
        ends_by=ends_by,
        state=SelectionState.GATHERING,
        version=0,
        outcome=Outcome.NONE,
        opened_at=tx.now,
        **belonging_to(group.workspace),
    )
    tx.sql.add(selection)
    tx.sql.flush()
    choosing = Choosing(tx, selection, group)
    add_present(choosing, user)
    _schedule(choosing)
    showing.show(choosing)
    return selection


def begin_next_step(tx: Tx, user: str, ref: SelectionControl) -> None:
    """Go on to the next step."""
    choosing = require_control(tx, user, ref)
    if not go_on(choosing):
        raise second_click()


def go_on(choosing: Choosing) -> bool:
    """Begin the next step; returns False where none follows by itself."""
    selection = choosing.selection
    following = rules.next_step(selection.state, is_written=selection.meets == Meets.THREAD)
    if following is not None:
        change_state(choosing, following)
    return following is not None


def go_round_again(tx: Tx, user: str, ref: SelectionControl) -> None:
    """Once more round, from the choice."""
    choosing = require_control(tx, user, ref)
    if choosing.selection.state != SelectionState.CHOOSING:
        raise second_click()
    change_state(choosing, SelectionState.INVENTORY)


def stop_selection(tx: Tx, user: str, ref: SelectionRef) -> None:
    """End the selection without a choice."""
    close_selection(require_leader(tx, user, ref.selection), Outcome.STOPPED)


def take_over_selection(tx: Tx, user: str, ref: TakeOverSelection) -> None:
    """Make a member the facilitator. Raises Refused when somebody else was quicker."""
    choosing = choosing_for(tx, ref.selection, user)
    selection = choosing.selection
    if selection.facilitator == user:
        raise Refused(lambda t: t("You facilitate already."))
    if (selection.facilitator or "") != ref.instead_of:
        raise _offer(choosing)
    before, selection.facilitator = selection.facilitator, user
    add_present(choosing, user)
    if before is not None:
        showing.take_console_away(choosing, before)
    _schedule(choosing)
    showing.show(choosing)


def change_state(choosing: Choosing, state: SelectionState, outcome: Outcome = Outcome.NONE) -> None:
    """Store a new state, with the timer, the jobs and the messages that follow from it."""
    tx, selection = choosing.tx, choosing.selection
    selection.state, selection.outcome = state, outcome
    selection.version += 1
    selection.ends_at, selection.remaining, selection.extensions = _end_of(tx, selection), None, 0
    showing.take_calls_away(choosing)
    if state in rules.OVER:
        selection.ended_at = tx.now
        _forget_rows(choosing)
        queue.cancel_all(tx, selection.id)
    else:
        _schedule(choosing)
    showing.show(choosing)


def set_clock(choosing: Choosing, *, ends_at: datetime | None, remaining: timedelta | None) -> None:
    """Store another clock for the step that is on: until when, or what is left of it in a pause."""
    choosing.selection.ends_at, choosing.selection.remaining = ends_at, remaining
    showing.take_calls_away(choosing)
    _schedule(choosing)
    showing.show(choosing)


def close_selection(choosing: Choosing, outcome: Outcome) -> None:
    """Close a selection without a choice."""
    close_question(choosing)
    change_state(choosing, SelectionState.CLOSED, outcome)
    events.publish(choosing.tx, SelectionClosed(choosing.selection.id))


def close_question(choosing: Choosing) -> None:
    """Close the question to the presenter who is being asked."""
    tx, selection = choosing.tx, choosing.selection
    case = cases.case_or_none(tx, selection.asked_case) if selection.asked_case is not None else None
    if case is not None:
        message = question_closed(groups.texts_of(tx, case.presenter))
        groups.update_dm(tx, case.presenter, question_key(selection), message)
        groups.refresh_home(tx, case.presenter)
    selection.asked_case = None


def question_key(selection: Selection) -> str:
    """The key of the question to the presenter. The version is that of the moment at which they were asked."""
    return showing.key(selection, "ask", str(selection.asked_case), selection.version)


def choosing_for_leader(tx: Tx, user: str, selection_id: str) -> Choosing:
    """The selection, for its facilitator. Raises OfferToLead for any other member."""
    choosing = choosing_for(tx, selection_id, user)
    if choosing.selection.facilitator != user:
        raise _offer(choosing)
    return choosing


def choosing_for_control(tx: Tx, user: str, ref: SelectionControl) -> Choosing:
    """The same, for a control that was drawn for the present state. Raises Refused for the second of two clicks."""
    choosing = choosing_for_leader(tx, user, ref.selection)
    if choosing.selection.version != ref.version:
        raise second_click()
    return choosing


def require_leader(tx: Tx, user: str, selection_id: str) -> Choosing:
    """The selection, for its facilitator, who is there then."""
    choosing = choosing_for_leader(tx, user, selection_id)
    add_present(choosing, user)
    return choosing


def require_control(tx: Tx, user: str, ref: SelectionControl) -> Choosing:
    """The same, for a control that was drawn for the present state."""
    choosing = choosing_for_control(tx, user, ref)
    add_present(choosing, user)
    return choosing


def add_present(choosing: Choosing, user: str) -> bool:
    """Record that a member is there; returns whether that is new."""
    tx, selection = choosing.tx, choosing.selection
    found = next((one for one in queries.everyone_of(tx, selection) if one.user == user), None)
    if found is None:
        tx.sql.add(
            SelectionParticipant(
                selection_id=selection.id, user=user, since=tx.now, **belonging_to(selection.workspace)
            )
        )
    elif found.left_at is not None:
        found.left_at = None
    else:
        return False
    tx.sql.flush()
    return True


def _offer(choosing: Choosing) -> OfferToLead:
    view = showing.view_of(choosing)
    return OfferToLead(lambda t: takeover_offer(t, view))


def _end_of(tx: Tx, selection: Selection) -> datetime | None:
    if selection.state == SelectionState.POLLING:
        return tx.now + rules.POLL_LASTS
    phase = showing.phase_in(selection, selection.state)
    if phase is None or selection.state == SelectionState.ASKING:
        return None
    is_short = selection.method.endswith(catalogue.SHORT)
    return tx.now + timedelta(minutes=phase.least if is_short else phase.minutes)


def _schedule(choosing: Choosing) -> None:
    tx, selection = choosing.tx, choosing.selection
    data = {"version": selection.version}
    if selection.ends_at is not None and selection.ends_at > tx.now:
        queue.schedule(tx, STEP_END, selection.id, selection.ends_at, data)
    else:
        queue.cancel(tx, STEP_END, selection.id)
    queue.schedule(tx, UNATTENDED, selection.id, tx.now + rules.CLOSES_AFTER, data)


def _forget_rows(choosing: Choosing) -> None:
    """What was said on the spot ends with the selection; lines that nobody took are deleted."""
    tx, selection = choosing.tx, choosing.selection
    for known in queries.cases_known(tx, selection).values():
        case = cases.case_or_none(tx, known.case_id) if known.is_line else None
        if case is not None and case.state == CaseState.DRAFT:
            cases.delete_case(tx, case.id, case.presenter)
            message = line_lapsed(groups.texts_of(tx, case.presenter))
            groups.update_dm(tx, case.presenter, showing.key(selection, "line", case.id), message)
    for table in TABLES:
        tx.sql.execute(delete(table).where(table.selection_id == selection.id))
    tx.sql.flush()
