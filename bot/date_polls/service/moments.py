"""What happens to a search by itself, and what is said of it in private."""

from collections.abc import Mapping

from sqlalchemy import select, update

from bot import events
from bot.date_polls import rules, views
from bot.date_polls.records import DatePoll
from bot.date_polls.rules import DateSearchState
from bot.date_polls.service import lookup
from bot.date_polls.service.answering import ask_to_choose, everyone_has_answered
from bot.delivery import outbox
from bot.events import (
    GroupPurged,
    GroupResumed,
    MeetingCancelled,
    MeetingMoved,
    MeetingPlanned,
    MemberLeft,
    MessageLost,
)
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.storage import Tx, Workspace
from bot.texts import Texts


def on_closing_time(tx: Tx, item: queue.Job) -> None:
    """Nobody answers any more; the best dates stand in the channel, and whoever asked hears of it."""
    found = _search(tx, item.subject)
    if found is None or found[0].state != DateSearchState.OPEN:
        return
    search, group = found
    search.state = DateSearchState.CLOSED
    nudges.cancel_nudges(tx, item.workspace, search.id)
    queue.schedule(tx, item.workspace, lookup.LATE, search.id, tx.now + rules.TO_CHOOSE)
    lookup.show_poll(tx, search, group)
    ask_to_choose(tx, search, group)


def on_choice_overdue(tx: Tx, item: queue.Job) -> None:
    """Whoever asked has not chosen: from now on anybody can, and the channel reads that."""
    found = _search(tx, item.subject)
    if found is not None and found[0].state == DateSearchState.CLOSED:
        lookup.show_poll(tx, *found)


def on_slots_passed(tx: Tx, item: queue.Job) -> None:
    """The last of the dates has come and none was chosen; a draft that nobody came back to goes."""
    found = _search(tx, item.subject)
    if found is None:
        return
    search, group = found
    if search.state == DateSearchState.DRAFT:
        tx.sql.delete(search)
    elif search.state in lookup.GOING_ON:
        search.state = DateSearchState.OVER
        nudges.cancel_nudges(tx, item.workspace, search.id)
        lookup.show_poll(tx, search, group)
        lookup.answer_everybody(tx, search, group)


def on_member_left(tx: Tx, workspace: Workspace, event: MemberLeft) -> None:
    """What somebody said who has left counts no more."""
    group = groups.group_by_id(tx, workspace, event.group_id)
    search = lookup.going_on(tx, group)
    if search is not None:
        lookup.show_poll(tx, search, group)
        everyone_has_answered(tx, search, group, lookup.poll_view(tx, search, group))


def on_dates_changed(
    tx: Tx, workspace: Workspace, event: MeetingPlanned | MeetingMoved | MeetingCancelled
) -> None:
    """Somebody planned a meeting while the group is being asked, or called that off: the message follows."""
    group = groups.group_by_id(tx, workspace, event.group_id)
    search = lookup.going_on(tx, group)
    if search is not None:
        lookup.show_poll(tx, search, group)


def on_group_resumed(tx: Tx, workspace: Workspace, event: GroupResumed) -> None:
    """The channel is back, or the group goes on: what Slack refused of a search is said as it is now."""
    missed = outbox.refused_keys(tx, workspace, "dates/")
    for where in sorted(missed):
        found = _search(tx, where.partition("/")[2])
        if found is not None and found[1].id == event.group_id:
            lookup.tell(tx, *found)


def on_message_lost(tx: Tx, workspace: Workspace, event: MessageLost) -> None:
    """Somebody deleted the message of a search by hand: while it goes on it comes back."""
    kind, _, search_id = event.key.partition("/")
    found = _search(tx, search_id) if kind == "dates" else None
    if found is not None:
        lookup.tell(tx, *found)


def on_group_purged(tx: Tx, workspace: Workspace, event: GroupPurged) -> None:
    """Where they meant to meet goes when the group's other texts go."""
    of_group = (DatePoll.of(workspace), DatePoll.group_id == event.group_id)
    ended = (
        DatePoll.state.not_in((DateSearchState.DRAFT, *lookup.GOING_ON)),
        DatePoll.created_at < event.before,
    )
    tx.sql.execute(update(DatePoll).where(*of_group, *ended).values(place=""))


def _search(tx: Tx, search_id: str) -> tuple[DatePoll, Group] | None:
    found = tx.sql.scalars(select(DatePoll).where(DatePoll.id == search_id).with_for_update()).one_or_none()
    return (found, groups.group_by_id(tx, found.workspace, found.group_id)) if found else None


def compose_question(tx: Tx, nudge: Nudge, t: Texts) -> nudges.DigestItem | None:
    found = _search(tx, nudge.subject)
    if found is None or found[0].state != DateSearchState.OPEN:
        return None
    search, group = found
    seen = lookup.poll_view(tx, search, group)
    if nudge.user not in seen.missing:
        return None
    return nudges.DigestItem(*views.ask_part(t, seen, group.channel))


def compose_choice(tx: Tx, nudge: Nudge, t: Texts) -> nudges.DigestItem | None:
    found = _search(tx, nudge.subject)
    if found is None or found[0].state not in lookup.GOING_ON:
        return None
    search, group = found
    seen = lookup.poll_view(tx, search, group)
    if not seen.best or not lookup.may_choose(tx, search, group, nudge.user):
        return None
    return nudges.DigestItem(*views.choose_part(t, seen, group.channel))


DUE: dict[str, queue.Handler] = {
    lookup.CLOSE: on_closing_time,
    lookup.LATE: on_choice_overdue,
    lookup.OVER: on_slots_passed,
    **events.on(MemberLeft, on_member_left),
    **events.on(MeetingPlanned, on_dates_changed),
    **events.on(MeetingMoved, on_dates_changed),
    **events.on(MeetingCancelled, on_dates_changed),
    **events.on(GroupResumed, on_group_resumed),
    **events.on(MessageLost, on_message_lost),
    **events.on(GroupPurged, on_group_purged),
}
NUDGES: Mapping[str, nudges.Compose] = {lookup.ASK: compose_question, lookup.CHOOSE: compose_choice}
