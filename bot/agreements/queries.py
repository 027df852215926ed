"""Queries of agreements, of the members who agree, and of private answers. They only read."""

from sqlalchemy import Select, func, select

from bot.agreements.records import Agreed, Agreements, TalkFirst, TrialAnswer
from bot.groups.records import Group, Member
from bot.groups.rules import Role
from bot.storage import Tx, statement

# A leader from outside is asked nothing, and counts nowhere.
_TAKES_PART = (Member.left_at.is_(None), Member.role != Role.LEADER)


def own_agreements(tx: Tx, group: Group) -> Agreements | None:
    """The group's own text; None while it goes by the first one."""
    return tx.sql.get(Agreements, group.id)


def agreed_row(tx: Tx, group: Group, user: str) -> Agreed | None:
    """The last version that somebody agreed with."""
    return tx.scalars(_agreed_row(group.id, user)).one_or_none()


@statement
def _agreed_row(group_id: str, user: str) -> Select[Agreed]:
    return select(Agreed).where(Agreed.group_id == group_id, Agreed.user == user)


def current_and_agreed_version(tx: Tx, group: Group, user: str) -> tuple[int | None, int | None]:
    """The version of the group's own text, and the one that somebody agreed with; None where there is none."""
    version, agreed = tx.rows(_versions(group.id, user)).one()
    return version, agreed


@statement
def _versions(group_id: str, user: str) -> Select[int | None, int | None]:
    return select(
        select(Agreements.version).where(Agreements.group_id == group_id).scalar_subquery(),
        select(Agreed.version).where(Agreed.group_id == group_id, Agreed.user == user).scalar_subquery(),
    )


def agreed_count(tx: Tx, group: Group, version: int) -> int:
    """How many members agree with a version."""
    return tx.scalar(_agreed_count(group.id, version)) or 0


@statement
def _agreed_count(group_id: str, version: int) -> Select[int]:
    return (
        select(func.count())
        .select_from(Agreed)
        .join(Member, (Member.group_id == Agreed.group_id) & (Member.user == Agreed.user))
        .where(Agreed.group_id == group_id, Agreed.version == version, *_TAKES_PART)
    )


def trial_answers(tx: Tx, group: Group) -> list[TrialAnswer]:
    """The questions to present members after a trial, answered or not, in a fixed order."""
    return list(tx.scalars(_trial_answers(group.id)))


@statement
def _trial_answers(group_id: str) -> Select[TrialAnswer]:
    return (
        select(TrialAnswer)
        .join(Member, (Member.group_id == TrialAnswer.group_id) & (Member.user == TrialAnswer.user))
        .where(TrialAnswer.group_id == group_id, *_TAKES_PART)
        .order_by(TrialAnswer.user)
    )


def talk_first_row(tx: Tx, group: Group, newcomer: str, user: str) -> TalkFirst | None:
    """Whether a member said that they would rather talk first about somebody new."""
    wanted = select(TalkFirst).where(TalkFirst.group_id == group.id, TalkFirst.newcomer == newcomer)
    return tx.sql.scalars(wanted.where(TalkFirst.user == user)).one_or_none()


def talk_first_count(tx: Tx, group: Group, newcomer: str) -> int:
    """How many members said so."""
    wanted = select(func.count()).select_from(TalkFirst).where(TalkFirst.group_id == group.id)
    return tx.sql.scalar(wanted.where(TalkFirst.newcomer == newcomer)) or 0
