"""Times: how long each phase took, for whoever led, once the session is over."""

from collections import defaultdict
from datetime import datetime, timedelta

from bot.console import queries
from bot.console.records import PhaseTime
from bot.console.views.after import Taken
from bot.events import PhaseBegan, PhaseEnded
from bot.sessions.service import Scene
from bot.storage import Tx, belonging_to


def note_phase_began(tx: Tx, event: PhaseBegan, at: datetime) -> None:
    """Note when a phase began. The event says it once, so a second one changes nothing."""
    if queries.phase_time(tx, event.session_id, event.number, event.round) is None:
        tx.sql.add(
            PhaseTime(
                session_id=event.session_id,
                phase_index=event.number,
                pass_no=event.round,
                began_at=at,
                **belonging_to(tx.workspace),
            )
        )
        tx.sql.flush()


def note_phase_ended(tx: Tx, event: PhaseEnded, at: datetime) -> None:
    """Note when a phase ended. Of a phase that an older process began nothing is known."""
    found = queries.phase_time(tx, event.session_id, event.number, event.round)
    if found is not None and found.ended_at is None:
        found.ended_at = at
        tx.sql.flush()


def times_taken(tx: Tx, scene: Scene) -> list[Taken]:
    """The minutes planned and taken, for each phase that was on; what was on twice counts together."""
    took: dict[int, timedelta] = defaultdict(timedelta)
    for one in queries.phase_times(tx, scene.session.id):
        if one.ended_at is not None:
            took[one.phase_index] += one.ended_at - one.began_at
    phases = scene.method.phases
    return [
        Taken(phases[index], round(span / timedelta(minutes=1)))
        for index, span in sorted(took.items())
        if index < len(phases)
    ]
