"""What happens to polls when a moment comes, or when somebody leaves."""

from datetime import timedelta

from sqlalchemy import select

from bot.cases.records import Case
from bot.delivery import outbox
from bot.groups import rules as group_rules
from bot.groups import service as groups
from bot.polls import service, views
from bot.polls.records import Poll
from bot.storage import Tx
from bot.timing import due


def close(tx: Tx, item: due.Item) -> None:
    """The poll's time is over."""
    poll = tx.sql.get(Poll, item.subject)
    if poll is not None and poll.state == "open":
        service.close(tx, poll, groups.group_by_id(tx, item.workspace, poll.group_id))


def ask_again(tx: Tx, item: due.Item) -> None:
    """A presenter has not answered: one kind reminder in working hours, and a day later the next one follows."""
    poll = tx.sql.get(Poll, item.subject)
    if poll is None or poll.state != "asking" or poll.asked_case != item.data["case"]:
        return
    group = groups.group_by_id(tx, item.workspace, poll.group_id)
    case = tx.sql.get_one(Case, poll.asked_case)
    if item.data["again"]:
        service.drop(tx, poll, case.id, "declined")
        service.ask_next(tx, poll, group)
        return
    person = groups.person(tx, item.workspace, case.presenter)
    working = group_rules.next_working_moment(tx.now, person.zone, person.from_hour, person.to_hour)
    if working > tx.now + timedelta(minutes=1):
        due.schedule(tx, item.workspace, service.ASK_AGAIN, poll.id, working, item.data)
        return
    outbox.direct(
        tx,
        item.workspace,
        case.presenter,
        views.asking(groups.texts_of(tx, item.workspace, case.presenter), poll.id, case, group.channel),
        key=f"poll/{poll.id}/ask_again/{case.id}",
    )
    due.schedule(
        tx, item.workspace, service.ASK_AGAIN, poll.id, tx.now + service.PATIENCE, {**item.data, "again": 1}
    )


def case_withdrawn(tx: Tx, item: due.Item) -> None:
    """A case was taken back."""
    case = tx.sql.get(Case, item.data["case"])
    if case is not None:
        service.case_gone(tx, case)


def member_left(tx: Tx, item: due.Item) -> None:
    """Somebody's cases leave the open poll with them; the number of members changes."""
    theirs = tx.sql.scalars(
        select(Case).where(
            Case.of(item.workspace),
            Case.group_id == item.data["group"],
            Case.presenter == item.data["user"],
            Case.state.in_(("handed_in", "chosen")),
        )
    ).all()
    for case in theirs:
        service.case_gone(tx, case)
        case.state = "handed_in"


DUE: dict[str, due.Handler] = {
    service.CLOSE: close,
    service.ASK_AGAIN: ask_again,
    "case.withdrawn": case_withdrawn,
    "member.left": member_left,
}
