"""Queries of standstills."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from bot.groups import service as groups
from bot.groups.records import Group
from bot.standstill.records import Standstill
from bot.storage import Tx, Workspace, statement
from bot.texts import Refused


def standstill_by_id(tx: Tx, standstill_id: str) -> Standstill | None:
    """A standstill of this workspace."""
    return tx.scalars(_standstill(tx.workspace, standstill_id)).one_or_none()


@statement
def _standstill(workspace: Workspace, standstill_id: str) -> Select[Standstill]:
    return select(Standstill).where(Standstill.of(workspace), Standstill.id == standstill_id)


def standstill_for(tx: Tx, standstill_id: str, user: str) -> tuple[Standstill, Group]:
    """A standstill as a member of its group sees it. Raises Refused for anyone else and any other id."""
    found = standstill_by_id(tx, standstill_id)
    if found is None:
        raise Refused(lambda t: t("I can't find this question any more. Type /intervisie plan to go on."))
    return found, groups.group_for(tx, found.group_id, user)


def open_standstills(tx: Tx, group: Group) -> Sequence[Standstill]:
    """The standstills of a group that nothing has ended: at most one, unless groups were merged."""
    return tx.scalars(_open(group.workspace, group.id)).all()


@statement
def _open(workspace: Workspace, group_id: str) -> Select[Standstill]:
    return select(Standstill).where(
        Standstill.of(workspace), Standstill.group_id == group_id, Standstill.answer.is_(None)
    )
