"""Use cases of the priority poll: opening, voting, closing, and asking the presenter."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from bot.cases import rules as case_rules
from bot.cases import service as cases
from bot.cases.records import Case
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.groups.records import Group
from bot.polls import rules, views
from bot.polls.records import Candidate, Poll, Vote
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused, mention
from bot.timing import due

CLOSE = "poll.close"
ASK_AGAIN = "poll.ask_again"
# How long a presenter may think before being asked once more, in the working hours of that person.
PATIENCE = timedelta(hours=24)
CLOSES_AT_LEAST = timedelta(minutes=1)
CLOSES_AT_MOST = timedelta(days=90)


def candidates_for(tx: Tx, group: Group) -> list[Case]:
    """The cases that a new poll would hold. Raises Refused when there are too few to choose from."""
    waiting = cases.backlog(tx, group)
    if not waiting:
        raise Refused(
            lambda t: t(
                "No case is waiting, so there is nothing to choose yet. Bring one in with /intervisie casus."
            )
        )
    return waiting


def open_poll(tx: Tx, workspace: Workspace, group_id: str, user: str, closes_at: datetime | None) -> Poll:
    """Opens a poll over what is handed in; when one is open already, that one."""
    group = groups.group_for(tx, workspace, group_id, user)
    running = open_in(tx, group)
    if running is not None:
        return running
    if closes_at is None or closes_at < tx.now + CLOSES_AT_LEAST:
        raise Refused(lambda t: t("Choose a moment that is still to come."), "hour")
    if closes_at > tx.now + CLOSES_AT_MOST:
        raise Refused(lambda t: t("That is very far away. Choose a day within three months."), "day")
    chosen = candidates_for(tx, group)[: rules.AT_MOST]
    if len(chosen) < rules.AT_LEAST:
        raise Refused(lambda t: t("There is only one case, so there is nothing to choose."), "day")
    poll = Poll(
        group_id=group.id,
        opened_by=user,
        state="open",
        opened_at=tx.now,
        closes_at=closes_at,
        **belonging_to(workspace),
    )
    tx.sql.add(poll)
    tx.sql.flush()
    for case in chosen:
        tx.sql.add(Candidate(poll_id=poll.id, case_id=case.id, **belonging_to(workspace)))
    tx.sql.flush()
    due.schedule(tx, workspace, CLOSE, poll.id, closes_at)
    outbox.post(tx, workspace, group.channel, _open_post(tx, group, poll), key=_key(poll))
    for member in groups.members(tx, group):
        groups.refresh_home(tx, workspace, member.user)
    return poll


def open_in(tx: Tx, group: Group) -> Poll | None:
    """The poll that is open in a group."""
    return tx.sql.scalars(
        select(Poll).where(Poll.of(group.workspace), Poll.group_id == group.id, Poll.state == "open")
    ).first()


def find(tx: Tx, workspace: Workspace, poll_id: str, user: str) -> tuple[Poll, Group]:
    """A poll as a member of its group sees it. Raises Refused for anyone else and any other id."""
    poll = tx.sql.scalars(select(Poll).where(Poll.of(workspace), Poll.id == poll_id)).one_or_none()
    if poll is None:
        raise Refused(
            lambda t: t("I can't find this poll any more. Type /intervisie stem for the present one.")
        )
    return poll, groups.group_for(tx, workspace, poll.group_id, user)


def _require_open(poll: Poll) -> None:
    if poll.state != "open":
        raise Refused(lambda t: t("This poll is closed. The result is in the channel."))


def still_candidates(tx: Tx, poll: Poll) -> list[Case]:
    """The cases that take part and have not dropped out, the longest waiting first."""
    return list(
        tx.sql.scalars(
            select(Case)
            .join(Candidate, Candidate.case_id == Case.id)
            .where(Candidate.poll_id == poll.id, Candidate.fate == "")
            .order_by(Case.handed_in_at, Case.id)
        )
    )


def ballot_of(tx: Tx, workspace: Workspace, poll_id: str, user: str) -> tuple[list[Case], dict[str, int]]:
    """What somebody can vote on, and how they have voted so far."""
    poll, _ = find(tx, workspace, poll_id, user)
    _require_open(poll)
    votes = tx.sql.scalars(select(Vote).where(Vote.poll_id == poll.id, Vote.user == user))
    return still_candidates(tx, poll), {vote.case_id: vote.points for vote in votes}


def vote(tx: Tx, workspace: Workspace, poll_id: str, user: str, points: dict[str, int]) -> None:
    """Counts somebody's votes instead of those they gave before."""
    poll, group = find(tx, workspace, poll_id, user)
    _require_open(poll)
    known = {case.id for case in still_candidates(tx, poll)}
    if not set(points) <= known:
        raise Refused(
            lambda t: t("A case has left the poll in the meantime. Close this window and vote once more.")
        )
    problem = rules.ballot_problem(list(points.values()))
    if problem is not None:
        field = next(iter(points), None)
        raise Refused(
            lambda t: (
                t("You have {votes} votes: divide no more than that.", votes=rules.VOTES)
                if problem == "too_many"
                else t("Give at least one vote, to the case that you can learn most from.")
            ),
            next((case for case, given in points.items() if given), field),
        )
    tx.sql.execute(delete(Vote).where(Vote.poll_id == poll.id, Vote.user == user))
    for case_id, given in points.items():
        if given:
            tx.sql.add(
                Vote(poll_id=poll.id, user=user, case_id=case_id, points=given, **belonging_to(workspace))
            )
    tx.sql.flush()
    count_voters(tx, poll)
    outbox.update(tx, workspace, _key(poll), _open_post(tx, group, poll))
    groups.refresh_home(tx, workspace, user)
    if rules.everyone_has_voted(poll.voters, len(groups.members(tx, group))):
        close(tx, poll, group)


def count_voters(tx: Tx, poll: Poll) -> None:
    poll.voters = (
        tx.sql.scalar(select(func.count(func.distinct(Vote.user))).where(Vote.poll_id == poll.id)) or 0
    )


def close_now(tx: Tx, workspace: Workspace, poll_id: str, user: str) -> None:
    """Closes by hand: whoever opened the poll, or who leads the group."""
    poll, group = find(tx, workspace, poll_id, user)
    _require_open(poll)
    leaders = {poll.opened_by, group.facilitator if group.facilitation == "fixed" else poll.opened_by}
    if user not in leaders:
        who = mention(poll.opened_by)
        raise Refused(
            lambda t: t("{who} opened this poll and can close it. It also closes by itself.", who=who)
        )
    close(tx, poll, group)


def close(tx: Tx, poll: Poll, group: Group) -> None:
    """Makes up the order, writes it in the channel, and asks the first presenter."""
    due.cancel(tx, group.workspace, CLOSE, poll.id)
    ranked = rules.order(entries(tx, group, poll))
    by_case = {candidate.case_id: candidate for candidate in _candidates(tx, poll)}
    for rank, entry in enumerate(ranked, start=1):
        by_case[entry.case].rank, by_case[entry.case].points = rank, entry.points
    tx.sql.flush()
    ask_next(tx, poll, group)
    for member in groups.members(tx, group):
        groups.refresh_home(tx, group.workspace, member.user)


def entries(tx: Tx, group: Group, poll: Poll) -> list[rules.Entry]:
    """What counts for each case's place."""
    given = dict(
        tx.sql.execute(
            select(Vote.case_id, func.sum(Vote.points)).where(Vote.poll_id == poll.id).group_by(Vote.case_id)
        ).all()
    )
    turns = cases.turns(tx, group)
    return [
        rules.Entry(
            case.id,
            int(given.get(case.id, 0)),
            case.urgency,
            case.handed_in_at or case.created_at,
            turns.get(case.presenter, 0),
        )
        for case in still_candidates(tx, poll)
    ]


def _candidates(tx: Tx, poll: Poll) -> list[Candidate]:
    return list(
        tx.sql.scalars(
            select(Candidate).where(Candidate.poll_id == poll.id).order_by(Candidate.rank, Candidate.case_id)
        )
    )


def ask_next(tx: Tx, poll: Poll, group: Group) -> None:
    """Asks the presenter of the highest case that is still in, in private."""
    case = next(iter(_in_order(tx, poll)), None)
    t = groups.texts_in(group)
    if case is None:
        poll.state, poll.asked_case = "empty", None
        outbox.update(tx, group.workspace, _key(poll), views.nobody_post(t))
        return
    poll.state, poll.asked_case = "asking", case.id
    outbox.update(tx, group.workspace, _key(poll), result(tx, poll, group))
    reader = groups.texts_of(tx, group.workspace, case.presenter)
    outbox.direct(
        tx,
        group.workspace,
        case.presenter,
        views.asking(reader, poll.id, case, group.channel),
        key=_ask_key(poll, case.id),
    )
    due.schedule(tx, group.workspace, ASK_AGAIN, poll.id, tx.now + PATIENCE, {"case": case.id, "again": 0})


def _in_order(tx: Tx, poll: Poll) -> list[Case]:
    return list(
        tx.sql.scalars(
            select(Case)
            .join(Candidate, Candidate.case_id == Case.id)
            .where(Candidate.poll_id == poll.id, Candidate.fate == "", Candidate.rank > 0)
            .order_by(Candidate.rank)
        )
    )


def result(tx: Tx, poll: Poll, group: Group) -> Message:
    """The closed poll as the channel sees it. Who declined is not in it: the order simply begins later."""
    t = groups.texts_in(group)
    points = {candidate.case_id: candidate.points for candidate in _candidates(tx, poll)}
    ordered = _in_order(tx, poll)
    places = rules.order(entries(tx, group, poll))
    reason = rules.reason(places[0], places[1] if len(places) > 1 else None) if places else "only"
    themes = case_rules.shared_themes(case.theme for case in ordered)
    return views.result_post(
        t,
        views.Result(
            [(case, points[case.id]) for case in ordered],
            0,
            reason,
            waiting=poll.state == "asking",
            themes=themes,
        ),
    )


def answer(tx: Tx, workspace: Workspace, poll_id: str, case_id: str, user: str, *, accepted: bool) -> Message:
    """The presenter says yes or rather not."""
    poll, group = find(tx, workspace, poll_id, user)
    case = cases.own_case(tx, group, case_id, user)
    t = groups.texts_of(tx, workspace, user)
    if poll.asked_case != case.id or poll.state not in ("asking", "chosen"):
        raise Refused(lambda t: t("This question is no longer open. Thank you all the same."))
    if poll.state == "chosen":
        return views.answered(t, accepted=True)
    due.cancel(tx, workspace, ASK_AGAIN, poll.id)
    if accepted:
        poll.state = "chosen"
        cases.choose(tx, case)
        outbox.update(tx, workspace, _key(poll), result(tx, poll, group))
    else:
        drop(tx, poll, case.id, "declined")
        ask_next(tx, poll, group)
    told = views.answered(t, accepted=accepted)
    outbox.update(tx, workspace, _ask_key(poll, case.id), told)
    return told


def drop(tx: Tx, poll: Poll, case_id: str, fate: str) -> None:
    for candidate in _candidates(tx, poll):
        if candidate.case_id == case_id:
            candidate.fate = fate
    tx.sql.flush()


def chosen(tx: Tx, group: Group) -> Case | None:
    """The case that is chosen and confirmed, and not yet treated."""
    return tx.sql.scalars(
        select(Case)
        .where(Case.group_id == group.id, Case.state == "chosen")
        .order_by(Case.handed_in_at, Case.id)
    ).first()


def case_gone(tx: Tx, case: Case) -> None:
    """A case was withdrawn, or its presenter left: the poll goes on without it."""
    polls = tx.sql.scalars(
        select(Poll)
        .join(Candidate, Candidate.poll_id == Poll.id)
        .where(
            Candidate.case_id == case.id, Candidate.fate == "", Poll.state.in_(("open", "asking", "chosen"))
        )
    ).all()
    for poll in polls:
        group = groups.group_by_id(tx, poll.workspace, poll.group_id)
        drop(tx, poll, case.id, "out")
        if poll.state == "open":
            _without(tx, poll, group, case)
        elif poll.asked_case == case.id:
            ask_next(tx, poll, group)


def _without(tx: Tx, poll: Poll, group: Group, case: Case) -> None:
    voters = list(tx.sql.scalars(select(Vote.user).where(Vote.poll_id == poll.id, Vote.case_id == case.id)))
    tx.sql.execute(delete(Vote).where(Vote.poll_id == poll.id, Vote.case_id == case.id))
    count_voters(tx, poll)
    for user in voters:
        reader = groups.texts_of(tx, group.workspace, user)
        outbox.direct(
            tx,
            group.workspace,
            user,
            views.votes_returned(reader),
            key=f"poll/{poll.id}/returned/{case.id}/{user}",
        )
    if len(still_candidates(tx, poll)) < rules.AT_LEAST:
        close(tx, poll, group)
    else:
        outbox.update(tx, group.workspace, _key(poll), _open_post(tx, group, poll))


def _open_post(tx: Tx, group: Group, poll: Poll) -> Message:
    members = len(groups.members(tx, group))
    return views.poll_post(
        groups.texts_in(group),
        poll.id,
        still_candidates(tx, poll),
        poll.voters,
        members,
        poll.closes_at,
        group.zone,
    )


def _key(poll: Poll) -> str:
    return f"poll/{poll.id}"


def _ask_key(poll: Poll, case_id: str) -> str:
    return f"poll/{poll.id}/ask/{case_id}"
