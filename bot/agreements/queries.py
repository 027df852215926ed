"""Queries of agreements, and of the members who agree. They only read."""

from sqlalchemy import Select, func, select

from bot.agreements.records import Agreed, Agreements
from bot.groups.records import Group, Member
from bot.storage import Tx, statement


def own_agreements(tx: Tx, group: Group) -> Agreements | None:
    """The group's own text; None while it goes by the first one."""
    return tx.sql.get(Agreements, group.id)


def agreed_row(tx: Tx, group: Group, user: str) -> Agreed | None:
    """The last version that somebody agreed with."""
    return tx.scalars(_agreed_row(group.id, user)).one_or_none()


@statement
def _agreed_row(group_id: str, user: str) -> Select[Agreed]:
    return select(Agreed).where(Agreed.group_id == group_id, Agreed.user == user)


def agreed_count(tx: Tx, group: Group, version: int) -> int:
    """How many members agree with a version."""
    return tx.scalar(_agreed_count(group.id, version)) or 0


@statement
def _agreed_count(group_id: str, version: int) -> Select[int]:
    return (
        select(func.count())
        .select_from(Agreed)
        .join(Member, (Member.group_id == Agreed.group_id) & (Member.user == Agreed.user))
        .where(Agreed.group_id == group_id, Agreed.version == version, Member.left_at.is_(None))
    )
