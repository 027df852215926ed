"""Downtime and clock steps: what the session timer does when the bot was away or the machine's clock was set."""

from datetime import datetime, timedelta

from bot.events import PhaseBegan, PhaseEnded, SessionEnded
from bot.jobs import rescheduling
from bot.sessions import queries, rules
from bot.sessions.records import Absence, Session
from bot.sessions.rules import AfterDowntime, State
from bot.sessions.service import messages, transitions
from bot.sessions.service.scene import Scene, scene_of
from bot.sessions.views import absence
from bot.storage import Tx


def on_downtime(tx: Tx, since: datetime, until: datetime) -> None:
    """The bot was down between two moments. Call this before the jobs that fell due in between.

    A running timer is paused as it stood when the bot stopped, and the group is asked what to do. After a
    downtime of hours the session is closed. A session that stood still is asked nothing, but nobody could press
    its buttons: the job that would close it is postponed. The other overdue jobs are handled late.
    """
    for scene in _not_ended(tx):
        _on_downtime_of(scene, since, until)


def _on_downtime_of(scene: Scene, since: datetime, until: datetime) -> None:
    session = scene.session
    match rules.decide_after_downtime(_timer(scene), session.timer_set_at, since, until):
        case AfterDowntime.ASK:
            _ask_group(scene.tx, scene, since, until)
        case AfterDowntime.END:
            message = absence.absence_closing(scene.t, scene.view(), since, until)
            messages.post_in_thread(scene.tx, scene, message, f"away/{session.version}")
            transitions.end_session(scene.tx, scene, "away")
        case AfterDowntime.NOTHING:
            _postpone_closing(scene.tx, session, until)


def on_suspension_over(tx: Tx, since: datetime) -> None:
    """The workspace was out of reach since a moment: its sessions stood still like those of a bot that was down."""
    for scene in _not_ended(tx):
        if scene.tx.workspace == tx.workspace:
            _on_downtime_of(scene, since, tx.now)


def on_clock_step(tx: Tx, by: timedelta) -> None:
    """The machine's clock was set forward (or back, when negative) while no time passed.

    Durations shift along: a phase keeps the minutes that were left. Calendar dates, in other rooms, stay.
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
        rescheduling.shift_subject(scene.tx, session.id, by)
        if session.state in (State.GATHERING, State.RUNNING) or found is not None:
            transitions.refresh_card(scene.tx, scene)
    # Pending events shift too, in case their session has just ended and is not among the scenes above.
    for event in (PhaseEnded, PhaseBegan, SessionEnded):
        for kind in (event.kind, event.kind_of_before):
            rescheduling.shift_kind(tx, kind, by)


def _not_ended(tx: Tx) -> list[Scene]:
    """The scenes of every session that has not ended, in every workspace, locked; each bound to its own."""
    return [scene_of(tx.of(session.workspace), session) for session in queries.locked_running_sessions(tx)]


def _timer(scene: Scene) -> rules.Timer | None:
    """The timer; None while the presenter is still asked, because the session has none yet."""
    return None if scene.session.state == State.ASKED else scene.timer


def _ask_group(tx: Tx, scene: Scene, since: datetime, until: datetime) -> None:
    session, timer = scene.session, scene.timer
    assert timer.ends_at is not None
    # The timer may have been changed after the last heartbeat.
    since = max(since, session.timer_set_at or since)
    found = Absence(
        session_id=session.id,
        # change_session() below increments session.version; the buttons must carry the new value.
        version=session.version + 1,
        phase_index=timer.phase_index,
        pass_no=timer.pass_no,
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
    transitions.post_absence_question(
        tx, scene, transitions.change_session(tx, scene, rules.hold_timer(timer, since))
    )


def _postpone_closing(tx: Tx, session: Session, until: datetime) -> None:
    """Postpone the closing of a session that stands still, so that its question can be answered."""
    if session.state == State.RUNNING:
        return
    closes_at = until + transitions.ANSWER_WITHIN
    last_question = {"version": session.version} if session.state == State.ASKED else {"asked": 1}
    kind = transitions.kind_for(session, transitions.UNATTENDED)
    rescheduling.postpone(tx, kind, session.id, closes_at, **last_question)
