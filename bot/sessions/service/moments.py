"""What happens to sessions by itself: at a moment, or because someone or the channel is gone."""

from datetime import timedelta

from sqlalchemy import select

from bot import events
from bot.delivery import outbox
from bot.events import ChannelLost, GroupResumed, MemberLeft, MessageLost
from bot.jobs import queue
from bot.sessions import rules
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import lookup, opening, reposting, transitions
from bot.sessions.service.scene import Scene, is_on
from bot.sessions.views import private, prompt, thread
from bot.storage import Tx, Workspace

ANSWER_WITHIN = timedelta(minutes=30)
# A warning this close to the end tells nobody anything new.
TOO_LATE_TO_WARN = timedelta(seconds=20)


def on_warning_due(tx: Tx, item: queue.Job) -> None:
    """Shortly before the end of a phase."""
    scene = _still_at(tx, item)
    if scene is None:
        return
    session = scene.session
    if session.ends_at is None or session.ends_at - tx.now < TOO_LATE_TO_WARN:
        return
    lookup.post_in_thread(
        tx,
        scene,
        prompt.nearly_over(scene.t, scene.view()),
        f"phase/{session.phase_index}/{session.pass_no}/warning/{int(session.ends_at.timestamp())}",
        expires_at=session.ends_at,
    )


def on_phase_end(tx: Tx, item: queue.Job) -> None:
    """A phase's time is up. However late this comes, it happens once and tells the true time."""
    scene = _still_at(tx, item)
    if scene is None or scene.session.ends_at is None or scene.session.ends_at > tx.now:
        return
    session, meant = scene.session, scene.session.ends_at
    by_itself = session.auto_advance
    timer = rules.phase_over(scene.timer, scene.plan, tx.now, by_itself=by_itself)
    lookup.post_in_thread(
        tx,
        scene,
        prompt.over(scene.t, scene.phase, scene.view(timer), meant),
        f"phase/{session.phase_index}/{session.pass_no}/over/{int(meant.timestamp())}",
        expires_at=tx.now + transitions.IN_PASSING if by_itself else None,
    )
    if timer.state is State.ENDED:
        transitions.end_session(tx, scene, "finished")
        return
    shown = transitions.change_session(tx, scene, timer)
    if timer.state is State.WAITING and session.facilitator is not None:
        theirs = scene.texts_of(session.facilitator)
        lookup.post_hint(tx, scene, thread.time_is_up(theirs, shown))


def on_unattended(tx: Tx, item: queue.Job) -> None:
    """A session stands still: it is asked after once, and closes itself when nobody answers."""
    scene = lookup.find_scene(tx, item.workspace, str(item.data["session"]))
    if scene is None or scene.session.version != item.data["version"]:
        return
    session = scene.session
    if session.state == State.ASKED:
        opening.on_unanswered(tx, scene)
    elif session.state not in (State.GATHERING, State.PAUSED, State.WAITING):
        return
    elif item.data["asked"]:
        transitions.end_session(tx, scene, "unattended")
    else:
        message = thread.still_there(scene.t, scene.view())
        lookup.post_in_thread(tx, scene, message, f"unattended/{session.version}")
        queue.schedule(
            tx,
            session.workspace,
            transitions.UNATTENDED,
            session.id,
            tx.now + ANSWER_WITHIN,
            {**item.data, "asked": 1},
        )


def on_member_left(tx: Tx, workspace: Workspace, event: MemberLeft) -> None:
    """Someone has left the group: a session goes on as well as it can without them."""
    user = event.user
    scene = _of_group(tx, workspace, event.group_id)
    if scene is None:
        return
    session = scene.session
    if session.state == State.ASKED:
        if user == session.presenter:
            opening.on_unanswered(tx, scene)
        return
    if user == session.facilitator:
        lookup.mark_present(tx, scene, user)
        session.facilitator = None
        transitions.settle_questions(tx, scene)
        session.version += 1
        shown = scene.view()
        message = thread.facilitator_left(scene.t, shown, user)
        lookup.post_in_thread(tx, scene, message, f"facilitator_left/{user}")
        transitions.plan_moments(tx, scene)
        transitions.show_card(tx, scene, shown)
    lookup.no_longer_present(tx, scene, user)
    if user == session.presenter:
        message = thread.presenter_left(scene.t, scene.view())
        if session.state == State.RUNNING:
            transitions.change_session(tx, scene, rules.pause(scene.timer, tx.now))
        lookup.post_in_thread(tx, scene, message, f"presenter_left/{session.version}")


def on_channel_lost(tx: Tx, workspace: Workspace, event: ChannelLost) -> None:
    """The thread cannot be reached: the clock stands still, and the facilitator hears it in private.

    Of a channel that was deleted nothing comes back: the session ends.
    """
    scene = _of_group(tx, workspace, event.group_id)
    if scene is None or scene.session.state == State.ASKED:
        return
    session = scene.session
    reason = event.reason
    if reason == "deleted":
        shown = transitions.end_session(tx, scene, "stopped")
    elif session.state == State.RUNNING:
        shown = transitions.change_session(tx, scene, rules.pause(scene.timer, tx.now))
    else:
        shown = scene.view()
    told = session.facilitator or session.started_by
    message = private.channel_gone(scene.texts_of(told), shown, scene.group.channel, reason)
    outbox.post_dm(
        tx, session.workspace, told, message, key=lookup.thread_key(session, "channel_gone", session.version)
    )


def _still_at(tx: Tx, item: queue.Job) -> Scene | None:
    """The scene, if the phase that this moment was planned for still runs."""
    scene = lookup.find_scene(tx, item.workspace, str(item.data["session"]))
    if scene is None or scene.session.state != State.RUNNING:
        return None
    return scene if is_on(scene.session, item.data["number"], item.data["round"]) else None


def _of_group(tx: Tx, workspace: Workspace, group_id: str) -> Scene | None:
    found = tx.sql.scalars(
        select(Session)
        .where(Session.of(workspace), Session.group_id == group_id, Session.state != State.ENDED)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    return None if found is None else lookup.scene_of(tx, found)


DUE: dict[str, queue.Handler] = {
    transitions.WARNING: on_warning_due,
    transitions.PHASE_END: on_phase_end,
    transitions.UNATTENDED: on_unattended,
    **events.on(MemberLeft, on_member_left),
    **events.on(ChannelLost, on_channel_lost),
    **events.on(GroupResumed, reposting.on_group_resumed),
    **events.on(MessageLost, reposting.on_message_lost),
}
