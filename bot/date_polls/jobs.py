"""Jobs, events and digest items of date polls."""

from collections.abc import Mapping

from sqlalchemy import update

from bot import events
from bot.date_polls import queries, rules, views
from bot.date_polls.records import DatePoll
from bot.date_polls.rules import DatePollState
from bot.date_polls.service import messages
from bot.date_polls.service.proposing import CLOSE, LATE, OVER
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
from bot.jobs import queue
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.storage import Tx
from bot.texts import Texts


def on_closing_time(tx: Tx, item: queue.Job) -> None:
    """The date poll closes: the channel shows the best dates, and the asker is asked to choose."""
    found = queries.date_poll_with_group(tx, item.subject)
    if found is None or found[0].state != DatePollState.OPEN:
        return
    search, group = found
    search.state = DatePollState.CLOSED
    nudges.cancel_nudges(tx, search.id)
    queue.schedule(tx, LATE, search.id, rules.overdue_at(tx.now, queries.hours_of(search, group)))
    messages.update_date_poll(tx, search, group)
    messages.plan_choice(tx, search, group)


def on_choice_overdue(tx: Tx, item: queue.Job) -> None:
    """The asker has not chosen in time: from now on any member can."""
    found = queries.date_poll_with_group(tx, item.subject)
    if found is not None and found[0].state == DatePollState.CLOSED:
        messages.update_date_poll(tx, *found)


def on_slots_passed(tx: Tx, item: queue.Job) -> None:
    """The last date has passed without a choice, or a draft has expired."""
    found = queries.date_poll_with_group(tx, item.subject)
    if found is None:
        return
    search, group = found
    if search.state == DatePollState.DRAFT:
        tx.sql.delete(search)
    elif search.state in queries.GOING_ON:
        search.state = DatePollState.OVER
        nudges.cancel_nudges(tx, search.id)
        messages.update_date_poll(tx, search, group)
        messages.replace_questions(tx, search, group)


def on_member_left(tx: Tx, event: MemberLeft) -> None:
    """A member left: their votes no longer count."""
    group = groups.group_by_id(tx, event.group_id)
    search = queries.running_date_poll(tx, group)
    if search is not None:
        messages.update_date_poll(tx, search, group)
        messages.choose_if_complete(tx, search, group, queries.standing_of(tx, search, group))


def on_dates_changed(tx: Tx, event: MeetingPlanned | MeetingMoved | MeetingCancelled) -> None:
    """A meeting was planned, moved or cancelled meanwhile: the message says so."""
    group = groups.group_by_id(tx, event.group_id)
    search = queries.running_date_poll(tx, group)
    if search is not None:
        messages.update_date_poll(tx, search, group)


def on_group_resumed(tx: Tx, event: GroupResumed) -> None:
    """The channel is back, or the group goes on: messages that Slack refused are posted again."""
    missed = outbox.refused_keys(tx, "dates/")
    for key in sorted(missed):
        found = queries.date_poll_with_group(tx, key.partition("/")[2])
        if found is not None and found[1].id == event.group_id:
            messages.repost_date_poll(tx, *found)


def on_message_lost(tx: Tx, event: MessageLost) -> None:
    """Somebody deleted the message by hand: while the date poll runs, it is posted again."""
    kind, _, search_id = event.key.partition("/")
    found = queries.date_poll_with_group(tx, search_id) if kind == "dates" else None
    if found is not None:
        messages.repost_date_poll(tx, *found)


def on_group_purged(tx: Tx, event: GroupPurged) -> None:
    """Purge the places of old date polls."""
    of_group = (DatePoll.of(tx.workspace), DatePoll.group_id == event.group_id)
    ended = (
        DatePoll.state.not_in((DatePollState.DRAFT, *queries.GOING_ON)),
        DatePoll.created_at < event.before,
    )
    tx.change((update(DatePoll).where(*of_group, *ended).values(place=""), {}))


def compose_date_question(tx: Tx, nudge: Nudge, t: Texts) -> nudges.DigestItem | None:
    found = queries.date_poll_with_group(tx, nudge.subject)
    if found is None or found[0].state != DatePollState.OPEN:
        return None
    search, group = found
    seen = queries.standing_of(tx, search, group)
    if views.has_answered(seen, nudge.user):
        return None
    return nudges.DigestItem(*views.ask_part(t, seen, group.channel))


def compose_date_choice(tx: Tx, nudge: Nudge, t: Texts) -> nudges.DigestItem | None:
    found = queries.date_poll_with_group(tx, nudge.subject)
    if found is None or found[0].state not in queries.GOING_ON:
        return None
    search, group = found
    seen = queries.standing_of(tx, search, group)
    if not seen.best or not queries.is_chooser(tx, search, group, nudge.user):
        return None
    return nudges.DigestItem(*views.choose_part(t, seen, group.channel))


JOBS: dict[str, queue.Handler] = {
    CLOSE: on_closing_time,
    LATE: on_choice_overdue,
    OVER: on_slots_passed,
    **events.on(MemberLeft, on_member_left),
    **events.on(MeetingPlanned, on_dates_changed),
    **events.on(MeetingMoved, on_dates_changed),
    **events.on(MeetingCancelled, on_dates_changed),
    **events.on(GroupResumed, on_group_resumed),
    **events.on(MessageLost, on_message_lost),
    **events.on(GroupPurged, on_group_purged),
}
DIGESTS: Mapping[str, nudges.Compose] = {
    messages.ASK: compose_date_question,
    messages.CHOOSE: compose_date_choice,
}
