"""Queries of cases. They only read."""

from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased, defer

from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.groups.records import Group, Member
from bot.storage import Tx, Workspace, statement

# A list shows title and question. Reading and decrypting the rest of 500 long cases took longer than Slack waits.
_LISTED = tuple(
    defer(column) for column in (Case.situation, Case.own_part, Case.tried, Case.hope, Case.theme, Case.typed)
)
# As many as a menu has options. https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
MOST_LISTED = 100
_IN_THE_GROUP = (CaseState.HANDED_IN, CaseState.CHOSEN, CaseState.IN_SESSION)


def case_or_none(tx: Tx, case_id: str) -> Case | None:
    """A case by its id, of any workspace and presenter: the caller checks these."""
    return tx.sql.get(Case, case_id)


def find_own_case(tx: Tx, case_id: str, user: str) -> Case | None:
    """Somebody's own case, locked: its presenter may withdraw it while the group chooses it."""
    return tx.scalars(tx.locked(_own_case(tx.workspace, case_id, user))).one_or_none()


@statement
def _own_case(workspace: Workspace, case_id: str, user: str) -> Select[Case]:
    return select(Case).where(Case.of(workspace), Case.id == case_id, Case.presenter == user)


def backlog(tx: Tx, group: Group, *, at_most: int = MOST_LISTED) -> list[Case]:
    """The cases that were handed in by people who are still members, the longest waiting first."""
    return list(tx.scalars(_backlog(group.id, at_most)))


@statement
def _backlog(group_id: str, at_most: int) -> Select[Case]:
    return (
        select(Case)
        .options(*_LISTED)
        .join(Member, (Member.group_id == Case.group_id) & (Member.user == Case.presenter))
        .where(Case.group_id == group_id, Case.state == CaseState.HANDED_IN, Member.left_at.is_(None))
        .order_by(Case.handed_in_at, Case.id)
        .limit(at_most)
    )


def backlog_size(tx: Tx, group: Group) -> int:
    """How many cases the backlog holds."""
    return tx.scalar(_backlog_size(group.id)) or 0


def backlog_size_and_chosen(tx: Tx, group: Group) -> tuple[int, Case | None]:
    """The size of the backlog, and the case that is chosen and confirmed."""
    size, chosen = tx.rows(_size_and_chosen(group.id)).first() or (0, None)
    return size, chosen


@statement
def _size_and_chosen(group_id: str) -> Select[int, Case]:
    chosen = aliased(Case)
    return (
        select(_waiting(group_id).scalar_subquery(), chosen)
        .select_from(Group)
        .outerjoin(chosen, (chosen.group_id == Group.id) & (chosen.state == CaseState.CHOSEN))
        .where(Group.id == group_id)
        .order_by(chosen.handed_in_at, chosen.id)
    )


@statement
def _backlog_size(group_id: str) -> Select[int]:
    return _waiting(group_id)


def _waiting(group_id: str) -> Select[int]:
    return (
        select(func.count())
        .select_from(Case)
        .join(Member, (Member.group_id == Case.group_id) & (Member.user == Case.presenter))
        .where(Case.group_id == group_id, Case.state == CaseState.HANDED_IN, Member.left_at.is_(None))
    )


def cases_of(tx: Tx, user: str, group: Group | None = None, *, at_most: int | None = None) -> list[Case]:
    """Somebody's cases that are not withdrawn and still have words, the newest first."""
    found = tx.recall(_of_presenter(tx.workspace, user))
    return [case for case in found if group is None or case.group_id == group.id][:at_most]


@statement
def _of_presenter(workspace: Workspace, user: str) -> Select[Case]:
    return (
        select(Case)
        .options(*_LISTED)
        .where(
            Case.of(workspace),
            Case.presenter == user,
            Case.state != CaseState.WITHDRAWN,
            Case.forgotten_at.is_(None),
        )
        .order_by(Case.created_at.desc(), Case.id)
    )


def treated_of(tx: Tx, user: str, *, at_most: int = MOST_LISTED) -> list[Case]:
    """Somebody's treated cases that still have words, of every group, also of those they left; the newest first."""
    wanted = select(Case).where(
        Case.of(tx.workspace),
        Case.presenter == user,
        Case.state == CaseState.TREATED,
        Case.forgotten_at.is_(None),
    )
    return list(tx.sql.scalars(wanted.order_by(Case.treated_at.desc(), Case.id).limit(at_most)))


def withdrawn_of(tx: Tx, user: str, group: Group, *, at_most: int = MOST_LISTED) -> list[Case]:
    """Somebody's withdrawn cases that still have words, the newest first."""
    return list(tx.scalars(_withdrawn(group.id, user, at_most)))


@statement
def _withdrawn(group_id: str, user: str, at_most: int) -> Select[Case]:
    return (
        select(Case)
        .options(*_LISTED)
        .where(
            Case.group_id == group_id,
            Case.presenter == user,
            Case.state == CaseState.WITHDRAWN,
            Case.forgotten_at.is_(None),
        )
        .order_by(Case.created_at.desc(), Case.id)
        .limit(at_most)
    )


def newest_draft(tx: Tx, group: Group, user: str) -> Case | None:
    """The draft that somebody wrote last in a group."""
    return tx.scalars(_newest_draft(group.id, user)).first()


@statement
def _newest_draft(group_id: str, user: str) -> Select[Case]:
    return (
        select(Case)
        .where(Case.group_id == group_id, Case.presenter == user, Case.state == CaseState.DRAFT)
        .order_by(func.coalesce(Case.written_at, Case.created_at).desc(), Case.id)
        .limit(1)
    )


def waiting_of(tx: Tx, group: Group, user: str) -> list[Case]:
    """The cases that somebody has handed in and that are waiting, chosen or in session."""
    return list(tx.scalars(_waiting_of(group.id, user, [*_IN_THE_GROUP])))


@statement
def _waiting_of(group_id: str, user: str, states: list[CaseState]) -> Select[Case]:
    return (
        select(Case)
        .options(*_LISTED)
        .where(
            Case.group_id == group_id,
            Case.presenter == user,
            Case.state.in_(states),
            Case.forgotten_at.is_(None),
        )
        .order_by(Case.created_at.desc(), Case.id)
    )


def waiting_count(tx: Tx, group: Group, user: str) -> int:
    """How many cases of somebody wait in a group until they are chosen."""
    return tx.scalar(_waiting_count(group.id, user)) or 0


@statement
def _waiting_count(group_id: str, user: str) -> Select[int]:
    return (
        select(func.count())
        .select_from(Case)
        .where(Case.group_id == group_id, Case.state == CaseState.HANDED_IN, Case.presenter == user)
    )


def treated_counts(tx: Tx, group: Group) -> dict[str, int]:
    """How many cases of each presenter have been treated in this group."""
    return {presenter: int(number) for presenter, number in tx.rows(_treated_counts(group.id))}


@statement
def _treated_counts(group_id: str) -> Select[str, int]:
    return (
        select(Case.presenter, func.count())
        .where(Case.group_id == group_id, Case.state == CaseState.TREATED)
        .group_by(Case.presenter)
    )


def newest_drafts(tx: Tx, user: str) -> list[tuple[Case, Group]]:
    """The newest draft in each of somebody's groups, the group of the oldest draft first."""
    mine = {group.id: group for group in groups.groups_of(tx, user)}
    drafts = [case for case in cases_of(tx, user) if case.state == CaseState.DRAFT and case.group_id in mine]
    drafts.sort(key=lambda case: (case.created_at, case.id))
    return [(case, mine[group]) for group, case in {case.group_id: case for case in drafts}.items()]


def cases_with_words(tx: Tx, user: str) -> list[Case]:
    """Every case of somebody whose words are still stored."""
    return list(tx.scalars(_with_words(tx.workspace, user)))


@statement
def _with_words(workspace: Workspace, user: str) -> Select[Case]:
    return select(Case).where(Case.of(workspace), Case.presenter == user, Case.forgotten_at.is_(None))


def purgeable_cases(tx: Tx, group: Group, moment: datetime) -> list[Case]:
    """The cases with words that were treated or withdrawn before a moment, and drafts that nobody wrote in since.

    Older rows have no moment of withdrawal: the last known moment counts. Drafts of before have no moment of writing, and
    stay as was promised when they were written.
    """
    withdrawn_at = func.coalesce(Case.withdrawn_at, Case.handed_in_at, Case.created_at)
    return list(
        tx.sql.scalars(
            select(Case).where(
                Case.group_id == group.id,
                Case.forgotten_at.is_(None),
                or_(
                    and_(Case.state == CaseState.TREATED, Case.treated_at < moment),
                    and_(Case.state == CaseState.WITHDRAWN, withdrawn_at < moment),
                    and_(Case.state == CaseState.DRAFT, Case.written_at < moment),
                ),
            )
        )
    )
