"""Queries of sessions: the session, its participants, and the open question about the bot's absence."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute

from bot import logs
from bot.groups import service as groups
from bot.groups.records import Group
from bot.methods.catalogue import KEPT
from bot.sessions.records import Absence, Participant, Session, SessionAttendance
from bot.sessions.rules import State
from bot.storage import Tx, Workspace, statement


def locked_session(tx: Tx, session_id: str) -> Session | None:
    """The session of this workspace, locked: two clicks at the same time are handled one after the other."""
    found = tx.scalars(tx.locked(_session(tx.workspace, session_id))).one_or_none()
    if found is not None:
        logs.know(group=found.group_id, session=found.id)
    return found


@statement
def _session(workspace: Workspace, session_id: str) -> Select[Session]:
    return select(Session).where(Session.of(workspace), Session.id == session_id)


def running_session(tx: Tx, group: Group) -> Session | None:
    """The group's session that has not ended. A group has one at most."""
    return next(iter(tx.recall(_running(group.id))), None)


@statement
def _running(group_id: str) -> Select[Session]:
    return select(Session).where(Session.group_id == group_id, Session.state != State.ENDED)


def locked_running_session(tx: Tx, group_id: str) -> Session | None:
    """The group's session that has not ended, locked."""
    return tx.scalars(tx.locked(_running_of(tx.workspace, group_id))).first()


@statement
def _running_of(workspace: Workspace, group_id: str) -> Select[Session]:
    return select(Session).where(
        Session.of(workspace), Session.group_id == group_id, Session.state != State.ENDED
    )


def locked_running_sessions(tx: Tx) -> list[Session]:
    """Every session of every workspace that has not ended, locked in the order of their ids."""
    return list(tx.scalars(tx.locked(_all_running())))


@statement
def _all_running() -> Select[Session]:
    return select(Session).where(Session.state != State.ENDED).order_by(Session.id)


def locked_running_with(tx: Tx, presenter: str) -> list[Session]:
    """The sessions about somebody's case that have not ended, locked in the order of their ids."""
    return list(tx.scalars(tx.locked(_running_with(tx.workspace, presenter))))


@statement
def _running_with(workspace: Workspace, presenter: str) -> Select[Session]:
    return (
        select(Session)
        .where(Session.of(workspace), Session.presenter == presenter, Session.state != State.ENDED)
        .order_by(Session.id)
    )


def requests_to_presenter(tx: Tx, presenter: str) -> list[Session]:
    """The sessions that wait for this presenter's yes. Who leaves a group is asked no longer."""
    running = [running_session(tx, group) for group in groups.groups_of(tx, presenter)]
    return [one for one in running if one and one.presenter == presenter and one.state == State.ASKED]


def last_session(tx: Tx, group: Group) -> Session | None:
    """The group's latest session that began and has ended."""
    return tx.scalars(_last(group.id)).first()


@statement
def _last(group_id: str) -> Select[Session]:
    began = Session.began_at.is_not(None)
    ended = select(Session).where(Session.group_id == group_id, Session.state == State.ENDED, began)
    return ended.order_by(Session.began_at.desc(), Session.id).limit(1)


def has_finished_with(tx: Tx, group: Group, method: str) -> bool:
    """Whether a group has finished a session with a method, also one of a version without snapshots."""
    of_before = method.removesuffix(KEPT)
    return tx.scalars(_finished_with(group.id, [of_before, of_before + KEPT])).first() is not None


@statement
def _finished_with(group_id: str, keys: list[str]) -> Select[str]:
    wanted = select(Session.id).where(Session.group_id == group_id, Session.method.in_(keys))
    return wanted.where(Session.ended_how == "finished")


def has_ended(session_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Condition for other statements: the session of a row is over."""
    return select(Session.id).where(Session.id == session_id, Session.ended_at.is_not(None)).exists()


def ids_ended_before(group: Group, moment: datetime) -> Select[str]:
    """A subquery: the ids of the group's sessions that ended before a moment."""
    return select(Session.id).where(Session.group_id == group.id, Session.ended_at < moment)


def participants(tx: Tx, session: Session) -> list[Participant]:
    """Everyone who is or was present, in the order in which they came."""
    return list(tx.scalars(_participants(session.id)))


@statement
def _participants(session_id: str) -> Select[Participant]:
    found = select(Participant).where(Participant.session_id == session_id)
    return found.order_by(Participant.since, Participant.user)


def attendances_of(tx: Tx, session: Session) -> list[SessionAttendance]:
    """Who attended a session that is over, as a proof has it."""
    wanted = select(SessionAttendance).where(SessionAttendance.session_id == session.id)
    return list(tx.sql.scalars(wanted.order_by(SessionAttendance.began_at, SessionAttendance.user)))


def open_absence(tx: Tx, session: Session) -> Absence | None:
    """The bot's absence about which the group has not chosen yet."""
    return tx.scalars(_absence(session.id)).one_or_none()


@statement
def _absence(session_id: str) -> Select[Absence]:
    return select(Absence).where(Absence.session_id == session_id)
