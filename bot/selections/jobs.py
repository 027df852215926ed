"""Jobs and events of selections: the end of a step or a vote, a selection that stands still, and news of cases and people."""

from bot import events
from bot.cases import service as cases
from bot.cases.records import Case
from bot.delivery import outbox
from bot.events import CaseChanged, CaseWithdrawn, ChannelLost, GroupResumed, MemberLeft, MessageLost
from bot.jobs import queue
from bot.selections import queries
from bot.selections.rules import OVER, Outcome, SelectionState
from bot.selections.service import access, choice, people, showing, steps
from bot.storage import Tx


def on_step_end(tx: Tx, job: queue.Job) -> None:
    """The time of a step is up: a vote is counted, steps go on where they do by themselves, and else whoever leads hears it."""
    choosing = _as_it_was(tx, job)
    if choosing is None:
        return
    selection = choosing.selection
    if selection.ends_at is None or selection.ends_at > tx.now:
        # It was paused or got more time at the same moment.
        return
    if selection.state == SelectionState.POLLING:
        choice.close_vote(choosing)
    elif not (selection.auto_advance and steps.go_on(choosing)):
        showing.tell_time_is_up(choosing)
        showing.show(choosing)


def on_unattended(tx: Tx, job: queue.Job) -> None:
    """Nothing has happened for an hour: close it."""
    choosing = _as_it_was(tx, job)
    if choosing is not None:
        steps.close_selection(choosing, Outcome.UNATTENDED)


def on_member_left(tx: Tx, event: MemberLeft) -> None:
    choosing = access.choosing_of_group(tx, event.group_id)
    if choosing is not None:
        people.leave_selection(choosing, event.user)


def on_case_withdrawn(tx: Tx, event: CaseWithdrawn) -> None:
    case = cases.case_or_none(tx, event.case_id)
    if case is not None and not queries.may_be_chosen(case):
        _follow_case(tx, case)


def on_case_changed(tx: Tx, event: CaseChanged) -> None:
    case = cases.case_or_none(tx, event.case_id)
    if case is not None:
        _follow_case(tx, case)


def _follow_case(tx: Tx, case: Case) -> None:
    choosing = access.choosing_of_group(tx, case.group_id)
    if choosing is None:
        return
    if choosing.selection.asked_case == case.id and not queries.may_be_chosen(case):
        choice.lose_asked_case(choosing)
    else:
        showing.show(choosing)


def on_channel_deleted(tx: Tx, event: ChannelLost) -> None:
    """A deleted channel does not come back, so its selection ends."""
    choosing = access.choosing_of_group(tx, event.group_id)
    if choosing is not None and event.reason == "deleted":
        steps.close_selection(choosing, Outcome.STOPPED)


def on_group_resumed(tx: Tx, event: GroupResumed) -> None:
    """The channel can be reached again: what Slack refused is posted."""
    choosing = access.choosing_of_group(tx, event.group_id)
    if choosing is not None and outbox.refused_keys(tx, showing.key(choosing.selection) + "/"):
        showing.repost_selection(choosing, with_thread=False)


def on_message_lost(tx: Tx, event: MessageLost) -> None:
    """Somebody deleted a message by hand: it is posted again while it is of use."""
    match event.key.split("/"):
        case ["selection", selection_id, "card" | "candidates" as what]:
            choosing = access.choosing_or_none(tx, selection_id)
            if choosing is not None and choosing.selection.state not in OVER:
                showing.repost_selection(choosing, with_thread=what == "card")


def _as_it_was(tx: Tx, job: queue.Job) -> access.Choosing | None:
    """The selection, when its state is still the one for which the job was scheduled."""
    choosing = access.choosing_or_none(tx, job.subject)
    if choosing is None or choosing.selection.state in OVER:
        return None
    return choosing if choosing.selection.version == job.data["version"] else None


JOBS: dict[str, queue.Handler] = {
    steps.STEP_END: on_step_end,
    steps.UNATTENDED: on_unattended,
    **events.on(MemberLeft, on_member_left),
    **events.on(CaseWithdrawn, on_case_withdrawn),
    **events.on(CaseChanged, on_case_changed),
    **events.on(ChannelLost, on_channel_deleted),
    **events.on(GroupResumed, on_group_resumed),
    **events.on(MessageLost, on_message_lost),
}
