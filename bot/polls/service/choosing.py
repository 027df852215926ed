"""From the last vote to a presenter who says yes."""

from datetime import timedelta

from sqlalchemy import delete, func, select

from bot.cases import rules as case_rules
from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.polls import rules, views
from bot.polls.records import Candidate, Poll, Vote
from bot.polls.rules import PollState
from bot.polls.service import lookup
from bot.storage import Tx, Workspace
from bot.texts import Refused, mention

CLOSE = "poll.close"
ASK_AGAIN = "poll.ask_again"
# How long a presenter may think before being asked once more, in the working hours of that person.
ANSWER_DEADLINE = timedelta(hours=24)


def close_now(tx: Tx, workspace: Workspace, poll_id: str, user: str) -> None:
    """Closes by hand: whoever opened the poll or leads the group, and anyone when that person has left."""
    poll, group = lookup.find(tx, workspace, poll_id, user)
    lookup.require_open(poll)
    present = {member.user for member in groups.members(tx, group)}
    leaders = {poll.opened_by, group.facilitator if group.facilitation == "fixed" else poll.opened_by}
    if user not in leaders and poll.opened_by in present:
        who = mention(poll.opened_by)
        raise Refused(
            lambda t: t("{who} opened this poll and can close it. It also closes by itself.", who=who)
        )
    close_poll(tx, poll, group)


def close_poll(tx: Tx, poll: Poll, group: Group) -> None:
    """Makes up the order, forgets who voted for what, and asks the first presenter."""
    if poll.state != PollState.OPEN:
        return
    queue.cancel(tx, group.workspace, CLOSE, poll.id)
    given = select(Vote.case_id, func.sum(Vote.points)).where(Vote.poll_id == poll.id).group_by(Vote.case_id)
    points = {case_id: int(total) for case_id, total in tx.sql.execute(given)}
    ranked = rules.order(lookup.entries(tx, group, points, lookup.still_candidates(tx, poll)))
    by_case = {candidate.case_id: candidate for candidate in lookup.candidates(tx, poll)}
    for rank, entry in enumerate(ranked, start=1):
        by_case[entry.case].rank, by_case[entry.case].points = rank, entry.points
    tx.sql.execute(delete(Vote).where(Vote.poll_id == poll.id))
    tx.sql.flush()
    ask_next(tx, poll, group)


def ask_next(tx: Tx, poll: Poll, group: Group) -> None:
    """Asks the presenter of the highest case that is still in, in private."""
    case = next(iter(lookup.in_order(tx, poll)), None)
    poll.state, poll.asked_case = (PollState.ASKING, case.id) if case else (PollState.EMPTY, None)
    show_poll(tx, poll, group)
    refresh_homes(tx, group)
    if case is None:
        return
    outbox.post_dm(
        tx,
        group.workspace,
        case.presenter,
        views.asking(
            groups.texts_of(tx, group.workspace, case.presenter), poll.id, case.id, case.title, group.channel
        ),
        key=lookup.ask_keys(poll, case.id)[0],
    )
    queue.schedule(
        tx, group.workspace, ASK_AGAIN, poll.id, tx.now + ANSWER_DEADLINE, {"case": case.id, "again": 0}
    )


def answer_presenter(
    tx: Tx, workspace: Workspace, poll_id: str, case_id: str, user: str, *, accepted: bool
) -> None:
    """The presenter says yes or rather not."""
    poll, group = lookup.find(tx, workspace, poll_id, user)
    case = cases.own_case_of_group(tx, group, case_id, user)
    if poll.asked_case == case.id and poll.state in (PollState.CHOSEN, PollState.DONE):
        return
    if poll.asked_case != case.id or poll.state != PollState.ASKING or case.state != CaseState.HANDED_IN:
        raise Refused(lambda t: t("This question is no longer open. Thank you all the same."))
    t = groups.texts_of(tx, workspace, user)
    settle_poll(tx, poll, case.id, views.answered(t, group.channel, accepted=accepted))
    if accepted:
        cases.mark_chosen(tx, case)
        confirm(tx, poll, group)
    else:
        lookup.drop(tx, poll, case.id, "declined")
        ask_next(tx, poll, group)


def confirm(tx: Tx, poll: Poll, group: Group, *, state: PollState = PollState.CHOSEN) -> None:
    """The asked case is the one; `state` is "done" when its session has opened already."""
    poll.state = state
    show_poll(tx, poll, group)
    refresh_homes(tx, group)


def settle_poll(tx: Tx, poll: Poll, case_id: str, message: Message) -> None:
    """The question to a presenter is over: what was sent loses its buttons, and nothing is repeated."""
    queue.cancel(tx, poll.workspace, ASK_AGAIN, poll.id)
    for where in lookup.ask_keys(poll, case_id):
        outbox.update(tx, poll.workspace, where, message)


def show_poll(tx: Tx, poll: Poll, group: Group) -> None:
    """Brings the message of a closed poll up to date."""
    outbox.update(tx, group.workspace, lookup.key(poll.id), closed_post(tx, poll, group))


def closed_post(tx: Tx, poll: Poll, group: Group) -> Message:
    """The closed poll as the channel sees it. No case is named before its presenter agrees, so nobody can tell
    who would rather not."""
    t = groups.texts_in(group)
    if poll.state == PollState.EMPTY or poll.asked_case is None:
        return views.nobody_post(t)
    taking_part = lookup.candidates(tx, poll)
    if poll.state == PollState.ASKING:
        return views.asking_post(t, poll.voters, len(taking_part))
    found = {case.id: case for case in _cases_of(tx, poll)}
    points = {candidate.case_id: candidate.points for candidate in taking_part}
    ordered = [one.case_id for one in taking_part if one.rank > 0 and one.fate != "out"]
    places = {
        entry.case: entry for entry in lookup.entries(tx, group, points, [found[one] for one in ordered])
    }
    is_first = ordered[0] == poll.asked_case
    second = places[ordered[1]] if len(ordered) > 1 else None
    others = [
        case
        for case in found.values()
        if case.id != poll.asked_case and case.state in (CaseState.HANDED_IN, CaseState.CHOSEN)
    ]
    return views.result_post(
        t,
        views.Result(
            chosen=found[poll.asked_case],
            points=points[poll.asked_case],
            # Why it comes before a case that was set aside is nobody's business.
            reason=rules.reason(places[ordered[0]], second) if is_first else "",
            second=found[second.case] if second else None,
            voters=poll.voters,
            others=others,
            themes=case_rules.shared_themes(case.theme for case in [found[poll.asked_case], *others]),
        ),
    )


def _cases_of(tx: Tx, poll: Poll) -> list[Case]:
    return list(
        tx.sql.scalars(
            select(Case)
            .join(Candidate, Candidate.case_id == Case.id)
            .where(Candidate.poll_id == poll.id)
            .order_by(Case.handed_in_at, Case.id)
        )
    )


def refresh_homes(tx: Tx, group: Group) -> None:
    for member in groups.members(tx, group):
        groups.refresh_home(tx, group.workspace, member.user)
