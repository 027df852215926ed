"""Proofs: what a proof of attendance will need is kept when a session ends, and for some years."""

from datetime import timedelta

from bot.methods.catalogue import KEPT
from bot.sessions import rules
from bot.sessions.records import SessionAttendance
from bot.sessions.service.scene import Scene
from bot.storage import Tx, belonging_to, delete_some

# Retention of attendances: registers look back five years.
RETENTION = timedelta(days=5 * 365 + 2)


def keep_attendances(tx: Tx, scene: Scene) -> None:
    """Keep who was there from when to when, how they met, by which method, and in which role."""
    session = scene.session
    if session.began_at is None or session.ended_at is None:
        return
    for one in scene.everyone:
        span = rules.attended(one.since, one.left_at, session.began_at, session.ended_at)
        if span is None:
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
                **belonging_to(session.workspace),
            )
        )


def purge_old_attendances(tx: Tx) -> bool:
    """Retention: delete some attendances that are older than a proof may need them; return whether there may be more."""
    return delete_some(tx, SessionAttendance, SessionAttendance.ended_at < tx.now - RETENTION)
