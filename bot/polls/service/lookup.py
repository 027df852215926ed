"""Finding a poll, what takes part in it, and the case that was chosen."""

from sqlalchemy import Select, select

from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.groups.records import Group
from bot.polls import rules
from bot.polls.records import Candidate, Poll
from bot.polls.rules import PollState
from bot.polls.service.ballot import Polling
from bot.storage import Tx, Workspace, statement
from bot.texts import Refused, escape


def key(poll_id: str) -> str:
    """The key of the message in the channel."""
    return f"poll/{poll_id}"


def ask_keys(poll: Poll, case_id: str) -> tuple[str, str]:
    """The keys of the question to a presenter, and of its repetition."""
    return f"poll/{poll.id}/ask/{case_id}", f"poll/{poll.id}/ask_again/{case_id}"


def lock_group(tx: Tx, group: Group) -> None:
    """So that two people who open a poll in one instant do not get one each."""
    tx.sql.execute(select(Group.id).where(Group.id == group.id).with_for_update())


def poll_by_id(tx: Tx, workspace: Workspace, poll_id: str) -> Poll | None:
    """A poll of this workspace, locked so that two votes at once are counted in turn."""
    return tx.scalars(tx.locked(_poll(workspace, poll_id))).one_or_none()


@statement
def _poll(workspace: Workspace, poll_id: str) -> Select[Poll]:
    return select(Poll).where(Poll.of(workspace), Poll.id == poll_id)


def find(tx: Tx, workspace: Workspace, poll_id: str, user: str) -> tuple[Poll, Group]:
    """A poll as a member of its group sees it. Raises Refused for anyone else and any other id."""
    poll = poll_by_id(tx, workspace, poll_id)
    if poll is None:
        raise no_such_poll()
    return poll, groups.group_for(tx, workspace, poll.group_id, user)


def no_such_poll() -> Refused:
    return Refused(lambda t: t("I can't find this poll any more. Type /intervisie vote for the present one."))


def require_open(poll: Poll | Polling) -> None:
    if poll.state != PollState.OPEN:
        raise Refused(lambda t: t("This poll is closed. The result is in the channel."))


def open_in(tx: Tx, group: Group) -> Poll | None:
    """The poll that is open in a group."""
    return tx.scalars(_polls(group.workspace, group.id, PollState.OPEN)).first()


@statement
def _polls(workspace: Workspace, group_id: str, state: PollState) -> Select[Poll]:
    wanted = select(Poll).where(Poll.of(workspace), Poll.group_id == group_id, Poll.state == state)
    return wanted.order_by(Poll.opened_at, Poll.id)


def refuse_while_decided(tx: Tx, group: Group) -> None:
    """A new choice has to wait while a presenter thinks about it, or while a chosen case has not had its turn."""
    if tx.scalars(_polls(group.workspace, group.id, PollState.ASKING)).first() is not None:
        raise Refused(
            lambda t: t(
                "The last poll is closed, and I am waiting for the presenter's answer. It will be in the channel. "
                "If you want to begin now, you can pick a case with /intervisie start."
            )
        )
    case = chosen(tx, group)
    if case is not None:
        title = escape(case.title)
        raise Refused(
            lambda t: t(
                "A case has been chosen already: *{title}*. Begin with /intervisie start; you can also pick "
                "another case there.",
                title=title,
            )
        )


def candidates(tx: Tx, poll: Poll) -> list[Candidate]:
    return list(tx.scalars(_candidates(poll.id)))


@statement
def _candidates(poll_id: str) -> Select[Candidate]:
    wanted = select(Candidate).where(Candidate.poll_id == poll_id)
    return wanted.order_by(Candidate.rank, Candidate.case_id)


def still_candidates(tx: Tx, poll: Poll) -> list[Case]:
    """The cases that one can vote for, the longest waiting first."""
    return list(tx.scalars(_taking_part(poll.id, ranked=False)))


def in_order(tx: Tx, poll: Poll) -> list[Case]:
    """The cases of a closed poll whose presenters may still be asked, in the order of the votes."""
    return list(tx.scalars(_taking_part(poll.id, ranked=True)))


@statement
def _taking_part(poll_id: str, *, ranked: bool) -> Select[Case]:
    wanted = (
        select(Case)
        .join(Candidate, Candidate.case_id == Case.id)
        .where(Candidate.poll_id == poll_id, Candidate.fate == "", Case.state == CaseState.HANDED_IN)
    )
    if ranked:
        return wanted.where(Candidate.rank > 0).order_by(Candidate.rank)
    return wanted.order_by(Case.handed_in_at, Case.id)


def entries(tx: Tx, group: Group, points: dict[str, int], found: list[Case]) -> list[rules.Entry]:
    """What counts for each case's place."""
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


def drop(tx: Tx, poll: Poll, case_id: str, fate: str) -> None:
    for candidate in candidates(tx, poll):
        if candidate.case_id == case_id:
            candidate.fate = fate
    tx.sql.flush()


def chosen(tx: Tx, group: Group) -> Case | None:
    """The case that is chosen and confirmed, and not yet treated."""
    return tx.sql.scalars(
        select(Case)
        .where(Case.of(group.workspace), Case.group_id == group.id, Case.state == CaseState.CHOSEN)
        .order_by(Case.handed_in_at, Case.id)
    ).first()
