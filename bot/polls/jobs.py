"""Jobs and events of polls."""

from datetime import timedelta

from bot import events
from bot.cases import service as cases
from bot.cases.rules import CaseState
from bot.delivery import outbox
from bot.events import (
    CaseChanged,
    CaseChosen,
    CaseWithdrawn,
    GroupResumed,
    MeetingCancelled,
    MeetingPlanned,
    MemberLeft,
    MessageLost,
)
from bot.groups import service as groups
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.polls import queries, views
from bot.polls.rules import PollState
from bot.polls.service import case_events, choosing, reposting, voting
from bot.storage import Tx


def on_closing_time(tx: Tx, item: queue.Job) -> None:
    """The closing time of a poll has come."""
    poll = queries.poll_by_id(tx, item.subject)
    if poll is not None:
        choosing.close_poll(tx, poll, groups.group_by_id(tx, poll.group_id))


def on_count_due(tx: Tx, item: queue.Job) -> None:
    """Count the votes of the last second, in the poll's message; the last one closes the poll."""
    poll = queries.poll_by_id(tx, item.subject)
    if poll is not None and poll.state == PollState.OPEN:
        voting.recount_voters(tx, groups.group_by_id(tx, poll.group_id), poll)


def on_ask_again(tx: Tx, item: queue.Job) -> None:
    """A presenter has not answered: they are reminded once in their working hours; a day later the next is asked."""
    poll = queries.poll_by_id(tx, item.subject)
    if poll is None or poll.state != PollState.ASKING or poll.asked_case != item.data["case"]:
        return
    group = groups.group_by_id(tx, poll.group_id)
    case = cases.case_of_group(tx, group, str(poll.asked_case))
    person = groups.ensure_person(tx, case.presenter)
    t = groups.texts_of(tx, case.presenter)
    working = person.working_hours.next_working(tx.now)
    if working > tx.now + timedelta(minutes=1):
        queue.schedule(tx, choosing.ASK_AGAIN, poll.id, working, item.data)
        return
    if item.data["again"]:
        choosing.close_question(tx, poll, case, views.not_answered(t, group.channel))
        choosing.drop_candidate(tx, poll, case.id, "declined")
        choosing.ask_next_presenter(tx, poll, group)
        return
    if person.nudges:
        message = views.asking(t, poll.id, case.id, case.title, group.channel)
        message = groups.discreet_in(t, group, message)
        groups.post_dm(tx, case.presenter, message, key=queries.question_keys(poll, case.id)[1])
    again = {**item.data, "again": 1}
    queue.schedule(tx, choosing.ASK_AGAIN, poll.id, tx.now + choosing.ANSWER_DEADLINE, again)


def on_case_withdrawn(tx: Tx, event: CaseWithdrawn) -> None:
    case = cases.case_or_none(tx, event.case_id)
    if case is not None and case.state == CaseState.WITHDRAWN:
        case_events.drop_case(tx, case)


def on_case_chosen(tx: Tx, event: CaseChosen) -> None:
    case = cases.case_or_none(tx, event.case_id)
    if case is not None and case.state in (CaseState.CHOSEN, CaseState.IN_SESSION, CaseState.TREATED):
        case_events.take_case(tx, case)


def on_case_changed(tx: Tx, event: CaseChanged) -> None:
    case = cases.case_or_none(tx, event.case_id)
    if case is not None and case.state in (CaseState.HANDED_IN, CaseState.CHOSEN):
        case_events.update_case_words(tx, case)


def on_member_left(tx: Tx, event: MemberLeft) -> None:
    """A member left: their cases leave the polls, and their votes are removed."""
    for case in queries.cases_of_presenter(tx, event.group_id, event.user):
        case.state = CaseState.HANDED_IN
        case_events.drop_case(tx, case)
    group = groups.group_by_id(tx, event.group_id)
    running = queries.open_poll_of(tx, group)
    if running is not None:
        voting.remove_voter(tx, running, group, event.user)


def on_dates_changed(tx: Tx, event: MeetingPlanned | MeetingCancelled) -> None:
    """The first meeting was planned, or the last one cancelled: the result asks for a day only while there is none."""
    group = groups.group_by_id(tx, event.group_id)
    chosen = queries.chosen_poll_of(tx, group)
    first = meetings.next_meeting(tx, group)
    changed = first is None or (isinstance(event, MeetingPlanned) and first.id == event.meeting_id)
    if chosen is not None and changed:
        choosing.update_next_steps(tx, chosen, group)


def on_group_resumed(tx: Tx, event: GroupResumed) -> None:
    """The channel is back, or the group goes on: polls that Slack refused are posted again."""
    missed = outbox.refused_keys(tx, "poll/")
    group = groups.group_by_id(tx, event.group_id)
    for poll in queries.polls_of(tx, group):
        if queries.poll_key(poll.id) in missed:
            reposting.repost_poll(tx, poll, group, told=False)
        if poll.state == PollState.CHOSEN and queries.result_key(poll) in missed:
            choosing.announce_result(tx, poll, group)


def on_message_lost(tx: Tx, event: MessageLost) -> None:
    """Somebody deleted the message of a poll by hand: it is posted again while it is of use."""
    kind, _, poll_id = event.key.partition("/")
    poll = queries.poll_by_id(tx, poll_id) if kind == "poll" else None
    if poll is not None:
        group = groups.group_by_id(tx, poll.group_id)
        reposting.repost_poll(tx, poll, group, told=event.told)


JOBS: dict[str, queue.Handler] = {
    choosing.CLOSE: on_closing_time,
    choosing.COUNT: on_count_due,
    choosing.ASK_AGAIN: on_ask_again,
    **events.on(CaseWithdrawn, on_case_withdrawn),
    **events.on(CaseChosen, on_case_chosen),
    **events.on(CaseChanged, on_case_changed),
    **events.on(MeetingPlanned, on_dates_changed),
    **events.on(MeetingCancelled, on_dates_changed),
    **events.on(MemberLeft, on_member_left),
    **events.on(GroupResumed, on_group_resumed),
    **events.on(MessageLost, on_message_lost),
}
