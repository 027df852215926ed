"""Queries of the console."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select

from bot.console.records import NextTimeLine, ParkedLine, PhaseTime, ReadAlong
from bot.sessions.records import Session
from bot.storage import Tx, Workspace, statement

# The user of a line that belongs to the group.
THE_GROUP = ""


def parked_lines(tx: Tx, session_id: str) -> Sequence[ParkedLine]:
    """The lines that were parked in a session, in their order."""
    return tx.scalars(_parked_in(session_id)).all()


@statement
def _parked_in(session_id: str) -> Select[ParkedLine]:
    return (
        select(ParkedLine)
        .where(ParkedLine.session_id == session_id)
        .order_by(ParkedLine.parked_at, ParkedLine.id)
    )


def line_of_form(tx: Tx, session_id: str, user: str, form: str) -> ParkedLine | None:
    """The line that this very window parked."""
    return next((one for one in parked_lines(tx, session_id) if (one.user, one.form) == (user, form)), None)


def next_time_lines(tx: Tx, group_id: str, user: str = THE_GROUP) -> Sequence[NextTimeLine]:
    """The group's lines for next time that are not done, or a person's own in that group; the newest first."""
    return tx.scalars(_next_time(tx.workspace, group_id, user)).all()


@statement
def _next_time(workspace: Workspace, group_id: str, user: str) -> Select[NextTimeLine]:
    return (
        select(NextTimeLine)
        .where(NextTimeLine.of(workspace), NextTimeLine.group_id == group_id, NextTimeLine.user == user)
        .order_by(NextTimeLine.written_at.desc(), NextTimeLine.id)
    )


def line_from_before(tx: Tx, session: Session, user: str = THE_GROUP) -> NextTimeLine | None:
    """The newest line for next time from an earlier session than this one; None once it is done."""
    found = next_time_lines(tx, session.group_id, user)
    return next((one for one in found if one.session_id != session.id), None)


def line_of_session(tx: Tx, session: Session) -> str:
    """The group's line for next time, written in this session; empty without one."""
    found = next_time_lines(tx, session.group_id)
    return next((one.text for one in found if one.session_id == session.id), "")


def phase_time(tx: Tx, session_id: str, phase_index: int, pass_no: int) -> PhaseTime | None:
    wanted = select(PhaseTime).where(PhaseTime.session_id == session_id)
    this = wanted.where(PhaseTime.phase_index == phase_index, PhaseTime.pass_no == pass_no)
    return tx.sql.scalars(this).one_or_none()


def phase_times(tx: Tx, session_id: str) -> Sequence[PhaseTime]:
    """The phases of a session that were on, in their order."""
    wanted = select(PhaseTime).where(PhaseTime.session_id == session_id)
    return tx.sql.scalars(wanted.order_by(PhaseTime.began_at)).all()


def read_along(tx: Tx, case_id: str, facilitator: str) -> ReadAlong | None:
    """Whether somebody who leads may read a case beforehand, as its presenter was asked; locked."""
    return tx.scalars(tx.locked(_read_along(tx.workspace, case_id, facilitator))).one_or_none()


@statement
def _read_along(workspace: Workspace, case_id: str, facilitator: str) -> Select[ReadAlong]:
    return select(ReadAlong).where(
        ReadAlong.of(workspace), ReadAlong.case_id == case_id, ReadAlong.facilitator == facilitator
    )


def has_let_read(tx: Tx, case_id: str, facilitator: str) -> bool:
    """Whether a presenter lets somebody who leads read the case beforehand."""
    return tx.scalars(_allowed(tx.workspace, case_id, facilitator)).first() is not None


@statement
def _allowed(workspace: Workspace, case_id: str, facilitator: str) -> Select[str]:
    return select(ReadAlong.id).where(
        ReadAlong.of(workspace),
        ReadAlong.case_id == case_id,
        ReadAlong.facilitator == facilitator,
        ReadAlong.allowed.is_(True),
    )


def read_alongs_of(tx: Tx, case_id: str) -> Sequence[ReadAlong]:
    wanted = select(ReadAlong).where(ReadAlong.of(tx.workspace), ReadAlong.case_id == case_id)
    return tx.sql.scalars(wanted).all()


def texts_before(group_id: str, moment: datetime) -> tuple[Select[NextTimeLine], Select[ReadAlong]]:
    """The lines and questions of a group from before a moment, which retention deletes."""
    lines = select(NextTimeLine).where(NextTimeLine.group_id == group_id, NextTimeLine.written_at < moment)
    return lines, select(ReadAlong).where(ReadAlong.group_id == group_id, ReadAlong.asked_at < moment)
