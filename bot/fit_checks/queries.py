"""Queries of fit checks."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select

from bot.fit_checks import rules
from bot.fit_checks.records import FitCheck
from bot.groups import service as groups
from bot.groups.records import Group
from bot.nudges.records import Nudge
from bot.storage import Tx, Workspace, statement
from bot.texts import Refused

# The nudge that shares an answer with the group contact. SHARED: planned by an older version.
SHARED, SHARED_REASON = "presence.shared", "presence.shared_reason"


def fit_check_by_id(tx: Tx, fit_id: str) -> FitCheck | None:
    return tx.get(FitCheck, fit_id)


def fit_check_for(tx: Tx, fit_id: str, user: str) -> tuple[FitCheck, Group]:
    """A user's own fit check. Raises Refused for anyone else and any other id."""
    fit = tx.scalars(_own(tx.workspace, fit_id, user)).one_or_none()
    if fit is None:
        raise Refused(lambda t: t("I can't find this question any more. You can let it go."))
    return fit, groups.group_by_id(tx, fit.group_id)


@statement
def _own(workspace: Workspace, fit_id: str, user: str) -> Select[FitCheck]:
    return select(FitCheck).where(FitCheck.of(workspace), FitCheck.id == fit_id, FitCheck.user == user)


def is_asked(tx: Tx, user: str, meeting_id: str) -> bool:
    """Whether a user was asked about this missed meeting already."""
    return tx.scalar(_about(user, meeting_id)) is not None


@statement
def _about(user: str, meeting_id: str) -> Select[str]:
    return select(FitCheck.id).where(FitCheck.user == user, FitCheck.meeting_id == meeting_id)


def fit_checks_before(tx: Tx, group_id: str, before: datetime) -> Sequence[FitCheck]:
    """The fit checks of a group that were asked before a moment."""
    return tx.scalars(_before(tx.workspace, group_id, before)).all()


@statement
def _before(workspace: Workspace, group_id: str, before: datetime) -> Select[FitCheck]:
    return select(FitCheck).where(
        FitCheck.of(workspace), FitCheck.group_id == group_id, FitCheck.asked_at < before
    )


def is_share_waiting(tx: Tx, fit: FitCheck) -> bool:
    """Whether the nudge with a shared answer is still waiting, for any recipient."""
    return tx.scalar(_waiting(fit.workspace, (SHARED, SHARED_REASON), fit.id)) is not None


@statement
def _waiting(workspace: Workspace, kinds: tuple[str, ...], subject: str) -> Select[str]:
    return select(Nudge.id).where(Nudge.of(workspace), Nudge.kind.in_(kinds), Nudge.subject == subject)


def unnamed_fit_checks(tx: Tx, group_id: str) -> Sequence[FitCheck]:
    """The fit checks of the last months whose reason may be passed on without a name."""
    return tx.scalars(_unnamed(tx.workspace, group_id, tx.now - rules.FRESH)).all()


@statement
def _unnamed(workspace: Workspace, group_id: str, since: datetime) -> Select[FitCheck]:
    return select(FitCheck).where(
        FitCheck.of(workspace), FitCheck.group_id == group_id, FitCheck.unnamed, FitCheck.asked_at >= since
    )
