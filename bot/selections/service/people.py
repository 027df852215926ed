"""People: who is there, by their own press or ticked by whoever leads."""

from collections.abc import Collection

from bot.attendance import service as attendance
from bot.cases import service as cases
from bot.groups import service as groups
from bot.groups.rules import Meets
from bot.selections import queries
from bot.selections.rules import SelectionState
from bot.selections.service import choice, showing
from bot.selections.service.access import Choosing, choosing_for
from bot.selections.service.steps import add_present, choosing_for_leader, require_leader
from bot.selections.views import SelectionRef
from bot.selections.views.forms import Attendance
from bot.storage import Tx
from bot.texts import name_of


def check_in_to_choose(tx: Tx, user: str, ref: SelectionRef) -> bool:
    """Record that a member is there. Returns whether that is new."""
    choosing = choosing_for(tx, ref.selection, user)
    is_new = add_present(choosing, user)
    if is_new:
        showing.show(choosing)
    return is_new


def attendance_form(tx: Tx, user: str, ref: SelectionRef) -> Attendance:
    """The values of the form. While they gather, those who said that they come are ticked too."""
    choosing = choosing_for_leader(tx, user, ref.selection)
    selection, group, t = choosing.selection, choosing.group, choosing.t
    users = [member.user for member in groups.members(tx, group)]
    ticked = queries.people_there(tx, selection)
    if selection.state == SelectionState.GATHERING and selection.meets != Meets.THREAD:
        said = attendance.people_coming(tx, group)
        ticked += [one for one in users if one in said and one not in ticked]
    return Attendance([(one, name_of(t, one)) for one in users], ticked)


def tick_people(tx: Tx, user: str, ref: SelectionRef, here: Collection[str]) -> None:
    """Record who is here. Members who are no longer ticked have gone."""
    choosing = require_leader(tx, user, ref.selection)
    for member in groups.members(tx, choosing.group):
        if member.user in here:
            add_present(choosing, member.user)
        else:
            _mark_gone(choosing, member.user)
    _follow_departures(choosing)


def leave_selection(choosing: Choosing, user: str) -> None:
    """Somebody has left the group."""
    selection = choosing.selection
    _mark_gone(choosing, user)
    if selection.facilitator == user:
        showing.take_console_away(choosing, user)
        selection.facilitator = None
    _follow_departures(choosing)


def _mark_gone(choosing: Choosing, user: str) -> None:
    tx = choosing.tx
    for one in queries.everyone_of(tx, choosing.selection):
        if one.user == user and one.left_at is None:
            one.left_at = tx.now
    tx.sql.flush()


def _follow_departures(choosing: Choosing) -> None:
    """A presenter who has gone is not waited for, and a vote waits for nobody who has gone."""
    tx, selection = choosing.tx, choosing.selection
    if selection.asked_case is not None:
        case = cases.case_or_none(tx, selection.asked_case)
        if case is None or case.presenter not in choosing.there:
            choice.lose_asked_case(choosing)
            return
    if not choice.close_vote_when_complete(choosing):
        showing.show(choosing)
