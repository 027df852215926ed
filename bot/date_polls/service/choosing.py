"""Choosing a date, or giving the search up."""

from bot.date_polls import views
from bot.date_polls.records import DatePoll, DateSlot
from bot.date_polls.rules import DateSearchState
from bot.date_polls.service import lookup
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import rules
from bot.meetings import service as meetings
from bot.nudges import service as nudges
from bot.slack.blocks import Block
from bot.storage import Tx, Workspace
from bot.texts import Refused, Texts, mention


def choose_form(tx: Tx, workspace: Workspace, search_id: str, user: str, t: Texts, zone: str) -> Block:
    """The dates that are still to come, the best first. Raises Refused for whoever is not to choose."""
    search, group = _for_whoever_chooses(tx, workspace, search_id, user)
    lookup.require(search, *lookup.GOING_ON)
    seen = lookup.poll_view(tx, search, group)
    if not seen.best:
        raise Refused(lambda t: t("All these dates have passed. Stop this search and begin another."))
    return views.choose_form(t, search.id, zone, seen.best, len(seen.missing))


def _for_whoever_chooses(tx: Tx, workspace: Workspace, search_id: str, user: str) -> tuple[DatePoll, Group]:
    search, group = lookup.find(tx, workspace, search_id, user)
    if not lookup.may_choose(tx, search, group, user):
        asker = search.asked_by
        raise Refused(
            lambda t: t(
                "{user} began this search, and chooses; when that takes longer than three days after it closes, everybody can.",
                user=mention(asker),
            )
        )
    return search, group


def choose(tx: Tx, workspace: Workspace, search_id: str, user: str, slot_id: str, form: str) -> None:
    """The date is planned as usual. The same window once more gives it another one of the dates."""
    search, group = _for_whoever_chooses(tx, workspace, search_id, user)
    if not (search.state == DateSearchState.CHOSEN and search.form == form):
        lookup.require(search, *lookup.GOING_ON)
    slot = tx.sql.get(DateSlot, slot_id)
    if slot is None or slot.search_id != search.id:
        raise Refused(lambda t: t("Choose one of the dates."), views.DATE)
    # What was answered for is the moment, whatever zone the group has by now.
    day, hour = rules.local_of(slot.starts_at, group.zone)
    try:
        meeting = meetings.plan_meeting(
            tx,
            workspace,
            group.id,
            user,
            "",
            day,
            hour,
            search.place,
            confirmed=True,
            form=f"dates/{search.id}",
        )
    except Refused as problem:
        raise Refused(problem.say, views.DATE) from None
    search.state, search.meeting_id, search.form = DateSearchState.CHOSEN, meeting.id, form
    _end(tx, search, group)


def cancel(tx: Tx, workspace: Workspace, search_id: str, user: str) -> None:
    """The search is given up; twice is as good as once."""
    search, group = _for_whoever_chooses(tx, workspace, search_id, user)
    if search.state not in lookup.GOING_ON:
        return
    search.state = DateSearchState.CANCELLED
    _end(tx, search, group)


def _end(tx: Tx, search: DatePoll, group: Group) -> None:
    queue.cancel_all(tx, group.workspace, search.id)
    nudges.cancel_nudges(tx, group.workspace, search.id)
    lookup.show_poll(tx, search, group)
    lookup.answer_everybody(tx, search, group)
