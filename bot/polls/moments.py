"""What happens to polls when a moment comes, or when somebody or something leaves."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.delivery import gone, outbox
from bot.groups import rules as group_rules
from bot.groups import service as groups
from bot.polls import views
from bot.polls.rules import PollState
from bot.polls.service import anew, choosing, lookup, taking, voting
from bot.storage import Tx
from bot.timing import due


def close(tx: Tx, item: due.Item) -> None:
    """The poll's time is over."""
    poll = lookup.poll_by_id(tx, item.workspace, item.subject)
    if poll is not None:
        choosing.close(tx, poll, groups.group_by_id(tx, item.workspace, poll.group_id))


def ask_again(tx: Tx, item: due.Item) -> None:
    """A presenter has not answered: one kind reminder in working hours, and a day later the next one follows."""
    poll = lookup.poll_by_id(tx, item.workspace, item.subject)
    if poll is None or poll.state != PollState.ASKING or poll.asked_case != item.data["case"]:
        return
    group = groups.group_by_id(tx, item.workspace, poll.group_id)
    case = tx.sql.get_one(Case, poll.asked_case)
    person = groups.person(tx, item.workspace, case.presenter)
    t = groups.texts_of(tx, item.workspace, case.presenter)
    working = group_rules.next_working_moment(tx.now, person.zone, person.from_hour, person.to_hour)
    if working > tx.now + timedelta(minutes=1):
        due.schedule(tx, item.workspace, choosing.ASK_AGAIN, poll.id, working, item.data)
        return
    if item.data["again"]:
        choosing.settle(tx, poll, case.id, views.not_answered(t, group.channel))
        lookup.drop(tx, poll, case.id, "declined")
        choosing.ask_next(tx, poll, group)
        return
    if person.nudges:
        message = views.asking(t, poll.id, case.id, case.title, group.channel)
        outbox.direct(tx, item.workspace, case.presenter, message, key=lookup.ask_keys(poll, case.id)[1])
    again = {**item.data, "again": 1}
    due.schedule(tx, item.workspace, choosing.ASK_AGAIN, poll.id, tx.now + choosing.PATIENCE, again)


def _of_case(fn: Callable[[Tx, Case], None], *states: CaseState) -> due.Handler:
    def handle(tx: Tx, item: due.Item) -> None:
        case = tx.sql.get(Case, item.data["case"])
        if case is not None and case.state in states:
            fn(tx, case)

    return handle


def member_left(tx: Tx, item: due.Item) -> None:
    """Somebody's cases leave the polls with them, and so do their votes."""
    theirs = tx.sql.scalars(
        select(Case)
        .where(
            Case.of(item.workspace),
            Case.group_id == item.data["group"],
            Case.presenter == item.data["user"],
            Case.state.in_((CaseState.HANDED_IN, CaseState.CHOSEN)),
        )
        .order_by(Case.handed_in_at, Case.id)
    ).all()
    for case in theirs:
        case.state = CaseState.HANDED_IN
        taking.gone(tx, case)
    group = groups.group_by_id(tx, item.workspace, item.data["group"])
    running = lookup.open_in(tx, group)
    if running is not None:
        voting.without_voter(tx, running, group, item.data["user"])


DUE: dict[str, due.Handler] = {
    choosing.CLOSE: close,
    choosing.ASK_AGAIN: ask_again,
    cases.WITHDRAWN: _of_case(taking.gone, CaseState.WITHDRAWN),
    cases.CHOSEN: _of_case(taking.taken, CaseState.CHOSEN, CaseState.IN_SESSION, CaseState.TREATED),
    cases.CHANGED: _of_case(taking.changed, CaseState.HANDED_IN, CaseState.CHOSEN),
    "member.left": member_left,
    groups.WAKES: anew.wakes,
    gone.GONE: anew.gone,
}
