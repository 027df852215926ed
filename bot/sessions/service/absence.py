"""When no time was kept: the bot was away, or the machine's clock was set."""

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.events import PhaseBegan, PhaseEnded, SessionEnded
from bot.jobs import rescheduling
from bot.sessions import rules
from bot.sessions.records import Absence, Session
from bot.sessions.rules import Afterwards, State
from bot.sessions.service import lookup, transitions
from bot.sessions.service.moments import ANSWER_WITHIN
from bot.sessions.service.scene import Scene
from bot.sessions.views import absence
from bot.storage import Tx


def on_downtime(tx: Tx, since: datetime, until: datetime) -> None:
    """The bot was not there between two moments. Call it before anything that fell due in between is handled.

    Where a phase's timer ran, it stops as it stood, and the group chooses; after hours the session is closed. A session
    that stood still needs no choice, but nobody could answer it: what would close it waits for as long again. Whatever
    else fell due is handled late by its own rules: whether somebody is still there is asked on return.
    """
    for scene in _not_ended(tx):
        session = scene.session
        match rules.afterwards(_timer(scene), session.timer_set_at, since, until):
            case Afterwards.ASK:
                _ask(tx, scene, since, until)
            case Afterwards.END:
                message = absence.too_long(scene.t, scene.view(), since, until)
                lookup.post_in_thread(tx, scene, message, f"away/{session.version}")
                transitions.end_session(tx, scene, "away")
            case Afterwards.NOTHING:
                _give_time_to_answer(tx, session, until)


def on_clock_step(tx: Tx, by: timedelta) -> None:
    """The machine's clock was set forward (or back, when negative) while no time passed.

    What was so many minutes away still is. What is meant by the calendar, in other rooms, stays where it is.
    """
    for scene in _not_ended(tx):
        session, found = scene.session, scene.absence
        if session.ends_at is not None:
            session.ends_at += by
        if session.timer_set_at is not None:
            session.timer_set_at += by
        if found is not None:
            found.since, found.until, found.meant = found.since + by, found.until + by, found.meant + by
        tx.sql.flush()
        rescheduling.shift_subject(tx, session.workspace, session.id, by)
        if session.state in (State.GATHERING, State.RUNNING) or found is not None:
            transitions.show_card(tx, scene)
    # Words to other rooms, which would otherwise come at once anyway; also of sessions that have just ended.
    for kind in (PhaseEnded.kind, PhaseBegan.kind, SessionEnded.kind):
        rescheduling.shift_kind(tx, kind, by)


def _not_ended(tx: Tx) -> list[Scene]:
    """Every session of every workspace that is not over, locked one after the other."""
    found = tx.sql.scalars(
        select(Session)
        .where(Session.state != State.ENDED)
        .order_by(Session.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return [lookup.scene_of(tx, session) for session in found.all()]


def _timer(scene: Scene) -> rules.Timer | None:
    """None while the session is only asked for: it has no clock yet."""
    return None if scene.session.state == State.ASKED else scene.timer


def _ask(tx: Tx, scene: Scene, since: datetime, until: datetime) -> None:
    session, timer = scene.session, scene.timer
    assert timer.ends_at is not None
    # Somebody may have set the clock after the last sign of life that we know of.
    since = max(since, session.timer_set_at or since)
    found = Absence(
        session_id=session.id,
        # What the change makes of it.
        version=session.version + 1,
        number=timer.number,
        round=timer.round,
        since=since,
        until=until,
        meant=timer.ends_at,
        left=timer.left(since),
        team_id=session.team_id,
        enterprise_id=session.enterprise_id,
    )
    tx.sql.add(found)
    tx.sql.flush()
    scene.absence = found
    transitions.ask_about_absence(tx, scene, transitions.change_session(tx, scene, rules.hold(timer, since)))


def _give_time_to_answer(tx: Tx, session: Session, until: datetime) -> None:
    """A question whose answer is awaited, or else the session closes, is open for as long again."""
    if session.state == State.RUNNING:
        return
    last_word = {"version": session.version} if session.state == State.ASKED else {"asked": 1}
    rescheduling.postpone(
        tx, session.workspace, transitions.UNATTENDED, session.id, until + ANSWER_WITHIN, **last_word
    )
