"""Proofs: what a proof of attendance will need is kept when a session ends, for as long as each person chose."""

from collections.abc import Collection

from sqlalchemy import and_, func, or_, select, update

from bot.groups import service as groups
from bot.methods.catalogue import KEPT
from bot.sessions import rules
from bot.sessions.records import SessionAttendance
from bot.sessions.service.scene import Scene
from bot.storage import Tx, belonging_to, delete_some

# Retention of attendances of people who have not chosen: registers look back five years.
RETENTION = rules.attendance_retention(None)


def keep_attendances(tx: Tx, scene: Scene) -> None:
    """Keep who was there from when to when, how they met, by which method, and in which role."""
    session = scene.session
    if session.began_at is None or session.ended_at is None:
        return
    chosen = attendance_terms(tx, [one.user for one in scene.everyone])
    for one in scene.everyone:
        span = rules.attended(one.since, one.left_at, session.began_at, session.ended_at)
        if span is None or chosen.get(one.user) == rules.NOT_AT_ALL:
            continue
        tx.sql.add(
            SessionAttendance(
                session_id=session.id,
                user=one.user,
                began_at=span[0],
                ended_at=span[1],
                meets=session.meets,
                method=session.method.removesuffix(KEPT),
                role=rules.role_of(one.user, session.presenter, session.facilitator),
                keep_years=chosen.get(one.user),
                **belonging_to(session.workspace),
            )
        )


def attendance_terms(tx: Tx, users: Collection[str]) -> dict[str, int]:
    """The years that people chose for their attendance; who has not chosen is not among them.

    The person's row goes two years after their last group. What is kept longer still says what they chose.
    """
    kept = select(SessionAttendance.user, func.max(SessionAttendance.keep_years)).where(
        SessionAttendance.of(tx.workspace),
        SessionAttendance.user.in_(users),
        SessionAttendance.keep_years.is_not(None),
    )
    rows = tx.sql.execute(kept.group_by(SessionAttendance.user))
    found = {user: years for user, years in rows if years is not None}
    return {**found, **groups.attendance_choices(tx, users)}


def change_attendance_term(tx: Tx, user: str, years: int) -> None:
    """Change the term of all attendances of a person, also of earlier ones; what is too old goes at night."""
    mine = (SessionAttendance.of(tx.workspace), SessionAttendance.user == user)
    tx.sql.execute(update(SessionAttendance).where(*mine).values(keep_years=years))


def outdated_attendances(tx: Tx, user: str, years: int) -> int:
    """How many attendances of a person are older than so many years."""
    before = tx.now - rules.attendance_retention(years)
    wanted = select(func.count()).where(
        SessionAttendance.of(tx.workspace),
        SessionAttendance.user == user,
        SessionAttendance.ended_at < before,
    )
    return tx.sql.scalars(wanted).one()


def purge_old_attendances(tx: Tx) -> bool:
    """Retention: delete some attendances that are older than their person wants; return whether there may be more."""
    of_term = [
        and_(
            SessionAttendance.keep_years == years,
            SessionAttendance.ended_at < tx.now - rules.attendance_retention(years),
        )
        for years in rules.ATTENDANCE_YEARS
    ]
    of_others = and_(SessionAttendance.keep_years.is_(None), SessionAttendance.ended_at < tx.now - RETENTION)
    return delete_some(tx, SessionAttendance, or_(of_others, *of_term))
