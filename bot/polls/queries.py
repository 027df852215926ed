"""Queries of polls: the polls of a group, their candidates and votes, and the chosen case."""

from collections.abc import Sequence
from typing import TypeVarTuple

from sqlalchemy import Row, Select, exists, func, select

from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.groups.records import Group, Member
from bot.groups.rules import Role
from bot.polls import rules
from bot.polls.records import Ballot, Candidate, Poll
from bot.polls.rules import PollState
from bot.storage import Tx, Workspace, statement
from bot.texts import Refused, escape

Columns = TypeVarTuple("Columns")


def poll_key(poll_id: str) -> str:
    """The outbox key of the message in the channel."""
    return f"poll/{poll_id}"


def result_key(poll: Poll) -> str:
    """The outbox key of the message that tells the result: one for each case that the choice fell on."""
    return f"poll/{poll.id}/result/{poll.asked_case or 'none'}"


def question_keys(poll: Poll, case_id: str) -> tuple[str, str]:
    """The outbox keys of the question to a presenter, and of its reminder."""
    return f"poll/{poll.id}/ask/{case_id}", f"poll/{poll.id}/ask_again/{case_id}"


def poll_by_id(tx: Tx, poll_id: str) -> Poll | None:
    """A poll of this workspace, locked so that two votes at once are counted in turn."""
    return tx.scalars(tx.locked(_poll(tx.workspace, poll_id))).one_or_none()


@statement
def _poll(workspace: Workspace, poll_id: str) -> Select[Poll]:
    return select(Poll).where(Poll.of(workspace), Poll.id == poll_id)


def poll_for(tx: Tx, poll_id: str, user: str) -> tuple[Poll, Group]:
    """A poll as a member of its group sees it. Raises Refused for anyone else and any other id."""
    poll = poll_by_id(tx, poll_id)
    if poll is None:
        raise no_such_poll()
    return poll, groups.group_for(tx, poll.group_id, user)


def no_such_poll() -> Refused:
    return Refused(lambda t: t("I can't find this poll any more. Type /intervisie vote for the present one."))


def open_poll_of(tx: Tx, group: Group) -> Poll | None:
    """The open poll of a group."""
    return tx.scalars(_in_state(group.workspace, group.id, PollState.OPEN)).first()


@statement
def _in_state(workspace: Workspace, group_id: str, state: PollState) -> Select[Poll]:
    wanted = select(Poll).where(Poll.of(workspace), Poll.group_id == group_id, Poll.state == state)
    return wanted.order_by(Poll.opened_at, Poll.id)


def chosen_poll_of(tx: Tx, group: Group) -> Poll | None:
    """The poll whose chosen case waits for its session, locked: that session may open at this moment."""
    return tx.scalars(tx.locked(_in_state(group.workspace, group.id, PollState.CHOSEN))).first()


def require_undecided(tx: Tx, group: Group) -> None:
    """Raises Refused while a presenter is being asked, or a chosen case has not been treated."""
    if tx.scalars(_in_state(group.workspace, group.id, PollState.ASKING)).first() is not None:
        raise Refused(
            lambda t: t(
                "The last poll is closed, and I am waiting for the presenter's answer. It will be in the channel. "
                "If you want to begin now, you can pick a case with /intervisie start."
            )
        )
    case = chosen_case(tx, group)
    if case is not None:
        title = escape(case.title)
        raise Refused(
            lambda t: t(
                "A case has been chosen already: *{title}*. Begin with /intervisie start; you can also pick "
                "another case there.",
                title=title,
            )
        )


def polls_of(tx: Tx, group: Group) -> list[Poll]:
    """Every poll of a group, the oldest first, locked so that a vote at this moment waits its turn."""
    return list(tx.scalars(tx.locked(_of_group(group.workspace, group.id))))


@statement
def _of_group(workspace: Workspace, group_id: str) -> Select[Poll]:
    wanted = select(Poll).where(Poll.of(workspace), Poll.group_id == group_id)
    return wanted.order_by(Poll.opened_at, Poll.id)


def is_newest(tx: Tx, poll: Poll) -> bool:
    """Whether no later poll was opened in the group."""
    return tx.scalar(_newest(poll.group_id)) == poll.id


@statement
def _newest(group_id: str) -> Select[str]:
    wanted = select(Poll.id).where(Poll.group_id == group_id)
    return wanted.order_by(Poll.opened_at.desc(), Poll.id).limit(1)


def polls_with_case(tx: Tx, case: Case, states: Sequence[PollState]) -> list[Poll]:
    """The polls in these states in which a case takes part, locked."""
    wanted = (
        select(Poll)
        .join(Candidate, Candidate.poll_id == Poll.id)
        .where(Candidate.case_id == case.id, Candidate.fate == "", Poll.state.in_(states))
        .order_by(Poll.opened_at, Poll.id)
        # OF polls: PostgreSQL would lock the joined candidates too.
        .with_for_update(of=Poll)
        .execution_options(populate_existing=True)
    )
    return list(tx.sql.scalars(wanted))


def candidates_of(tx: Tx, poll: Poll) -> list[Candidate]:
    """The candidates of a poll by rank."""
    return list(tx.scalars(_candidates(poll.id)))


@statement
def _candidates(poll_id: str) -> Select[Candidate]:
    wanted = select(Candidate).where(Candidate.poll_id == poll_id)
    return wanted.order_by(Candidate.rank, Candidate.case_id)


def cases_to_vote_on(tx: Tx, poll_id: str) -> list[Case]:
    """The cases that still take part in a poll, the longest waiting first."""
    return list(tx.scalars(_taking_part(poll_id, ranked=False)))


def choices_in(tx: Tx, poll_id: str) -> Sequence[Row[str, str, str, str]]:
    """Id, title, question and kind of the same cases: a ballot needs none of their other words."""
    return tx.rows(_choices(poll_id)).all()


@statement
def _choices(poll_id: str) -> Select[str, str, str, str]:
    return _in_poll(select(Case.id, Case.title, Case.question, Case.kind), poll_id).order_by(
        Case.handed_in_at, Case.id
    )


def ballot_for(tx: Tx, poll_id: str, user: str) -> tuple[set[str], bool]:
    """The ids of the cases that somebody may vote on, none in a closed poll, and whether they have voted.

    The poll is locked for whoever closes or counts it, and not for others who vote.
    """
    if tx.scalar(tx.locked(_state(tx.workspace, poll_id), shared=True)) != PollState.OPEN:
        return set(), False
    # Read after the lock: a case may have left the poll meanwhile.
    rows = tx.rows(_ballot(poll_id, user)).all()
    return {case_id for case_id, _ in rows}, any(voted for _, voted in rows)


@statement
def _state(workspace: Workspace, poll_id: str) -> Select[PollState]:
    return select(Poll.state).where(Poll.of(workspace), Poll.id == poll_id)


@statement
def _ballot(poll_id: str, user: str) -> Select[str, bool]:
    return (
        select(Candidate.case_id, exists().where(Ballot.poll_id == Poll.id, Ballot.user == user))
        .join(Poll, Poll.id == Candidate.poll_id)
        .join(Case, Case.id == Candidate.case_id)
        .join(Member, Member.group_id == Poll.group_id)
        .where(
            Candidate.poll_id == poll_id,
            Candidate.fate == "",
            Case.state == CaseState.HANDED_IN,
            Member.user == user,
            Member.left_at.is_(None),
            Member.role != Role.LEADER,
        )
    )


def cases_by_rank(tx: Tx, poll: Poll) -> list[Case]:
    """The cases of a closed poll whose presenters may still be asked, by rank."""
    return list(tx.scalars(_taking_part(poll.id, ranked=True)))


@statement
def _taking_part(poll_id: str, *, ranked: bool) -> Select[Case]:
    wanted = _in_poll(select(Case), poll_id)
    if ranked:
        return wanted.where(Candidate.rank > 0).order_by(Candidate.rank)
    return wanted.order_by(Case.handed_in_at, Case.id)


def _in_poll(wanted: Select[*Columns], poll_id: str) -> Select[*Columns]:
    return wanted.join(Candidate, Candidate.case_id == Case.id).where(
        Candidate.poll_id == poll_id, Candidate.fate == "", Case.state == CaseState.HANDED_IN
    )


def cases_of(tx: Tx, poll: Poll) -> list[Case]:
    """Every case of a poll, also those that have left it; the longest waiting first."""
    return list(tx.scalars(_cases(poll.id)))


@statement
def _cases(poll_id: str) -> Select[Case]:
    return (
        select(Case)
        .join(Candidate, Candidate.case_id == Case.id)
        .where(Candidate.poll_id == poll_id)
        .order_by(Case.handed_in_at, Case.id)
    )


def ranking_entries(tx: Tx, group: Group, points: dict[str, int], found: list[Case]) -> list[rules.Entry]:
    """The cases as entries of the ranking."""
    turns = cases.treated_counts(tx, group)
    return [
        rules.Entry(
            case.id,
            points.get(case.id, 0),
            case.urgency,
            case.handed_in_at or case.created_at,
            turns.get(case.presenter, 0),
        )
        for case in found
    ]


def votes_of(tx: Tx, poll: Poll, user: str) -> dict[str, int]:
    """The votes of one user, by case."""
    return tx.scalar(_given_by(poll.id, user)) or {}


@statement
def _given_by(poll_id: str, user: str) -> Select[dict[str, int]]:
    return select(Ballot.points).where(Ballot.poll_id == poll_id, Ballot.user == user)


def ballots_of(tx: Tx, poll: Poll) -> Sequence[Ballot]:
    """Every ballot of a poll."""
    return tx.scalars(_ballots(poll.id)).all()


@statement
def _ballots(poll_id: str) -> Select[Ballot]:
    return select(Ballot).where(Ballot.poll_id == poll_id).order_by(Ballot.user)


def voter_count(tx: Tx, poll: Poll) -> int:
    return tx.scalar(_voter_count(poll.id)) or 0


@statement
def _voter_count(poll_id: str) -> Select[int]:
    return select(func.count()).select_from(Ballot).where(Ballot.poll_id == poll_id)


def chosen_case(tx: Tx, group: Group) -> Case | None:
    """The case that is chosen and confirmed, and not yet treated."""
    return tx.scalars(_chosen(group.workspace, group.id)).first()


@statement
def _chosen(workspace: Workspace, group_id: str) -> Select[Case]:
    return (
        select(Case)
        .where(Case.of(workspace), Case.group_id == group_id, Case.state == CaseState.CHOSEN)
        .order_by(Case.handed_in_at, Case.id)
    )


def cases_of_presenter(tx: Tx, group_id: str, user: str) -> Sequence[Case]:
    """A presenter's cases that wait or are chosen, the longest waiting first."""
    return tx.scalars(_of_presenter(tx.workspace, group_id, user)).all()


@statement
def _of_presenter(workspace: Workspace, group_id: str, user: str) -> Select[Case]:
    return (
        select(Case)
        .where(
            Case.of(workspace),
            Case.group_id == group_id,
            Case.presenter == user,
            Case.state.in_((CaseState.HANDED_IN, CaseState.CHOSEN)),
        )
        .order_by(Case.handed_in_at, Case.id)
    )


def questions_to_presenter(tx: Tx, user: str) -> list[tuple[Poll, Group, Case]]:
    """The polls that ask a user to bring in their case, with its group and the case."""
    return [
        (poll, group, case)
        for poll, group, _, case, _ in _polls_around(tx, user)
        # Of an open poll there is no case: the outer join gives None.
        if poll.state == PollState.ASKING and case and case.presenter == user
    ]


def polls_without_vote(tx: Tx, user: str) -> list[tuple[Poll, Group]]:
    """The open polls in which a user has not voted, with their groups."""
    return [
        (poll, group)
        for poll, group, role, _, voted in _polls_around(tx, user)
        if poll.state == PollState.OPEN and poll.closes_at > tx.now and role != Role.LEADER and not voted
    ]


def open_poll_around(tx: Tx, user: str, group: Group) -> Poll | None:
    """The open poll of a group, for one of its members: read with those of their other groups."""
    found = (poll for poll, *_ in _polls_around(tx, user) if poll.group_id == group.id)
    return next((poll for poll in found if poll.state == PollState.OPEN), None)


def _polls_around(tx: Tx, user: str) -> Sequence[Row[Poll, Group, str, Case, bool]]:
    return tx.recall_rows(_around(tx.workspace, user))


@statement
def _around(workspace: Workspace, user: str) -> Select[Poll, Group, str, Case, bool]:
    """The undecided polls in somebody's groups, with their role, the case that is asked for, and whether they voted."""
    return (
        select(Poll, Group, Member.role, Case, exists().where(Ballot.poll_id == Poll.id, Ballot.user == user))
        .join(Group, Group.id == Poll.group_id)
        .join(Member, Member.group_id == Poll.group_id)
        .outerjoin(Case, Case.id == Poll.asked_case)
        .where(
            Poll.of(workspace),
            Member.user == user,
            Member.left_at.is_(None),
            Poll.state.in_((PollState.OPEN, PollState.ASKING)),
        )
        .order_by(Poll.opened_at, Poll.id)
    )
