"""What happens to sessions by itself: at a moment, or because someone or the channel is gone."""

from datetime import timedelta

from sqlalchemy import select

from bot import events
from bot.delivery import outbox
from bot.events import ChannelGone, GroupWakes, MemberLeft, MessageGone
from bot.sessions import rules
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import anew, flow, lookup, opening
from bot.sessions.service.scene import Scene, is_on
from bot.sessions.views import private, prompt, thread
from bot.storage import Tx, Workspace
from bot.timing import due

ANSWER_WITHIN = timedelta(minutes=30)
# A warning this close to the end tells nobody anything new.
TOO_LATE_TO_WARN = timedelta(seconds=20)


def warn(tx: Tx, item: due.Item) -> None:
    """Shortly before the end of a phase."""
    scene = _still_at(tx, item)
    if scene is None:
        return
    session = scene.session
    if session.ends_at is None or session.ends_at - tx.now < TOO_LATE_TO_WARN:
        return
    lookup.say(
        tx,
        scene,
        prompt.nearly_over(scene.t, scene.shown()),
        f"phase/{session.number}/{session.round}/warning/{int(session.ends_at.timestamp())}",
        expires_at=session.ends_at,
    )


def end_phase(tx: Tx, item: due.Item) -> None:
    """A phase's time is up. However late this comes, it happens once and tells the true time."""
    scene = _still_at(tx, item)
    if scene is None or scene.session.ends_at is None or scene.session.ends_at > tx.now:
        return
    session, meant = scene.session, scene.session.ends_at
    by_itself = session.goes_on_by_itself
    timer = rules.phase_over(scene.timer, scene.plan, tx.now, by_itself=by_itself)
    lookup.say(
        tx,
        scene,
        prompt.over(scene.t, scene.phase, scene.shown(timer), meant),
        f"phase/{session.number}/{session.round}/over/{int(meant.timestamp())}",
        expires_at=tx.now + flow.IN_PASSING if by_itself else None,
    )
    if timer.state is State.ENDED:
        flow.end(tx, scene, "finished")
        return
    shown = flow.change(tx, scene, timer)
    if timer.state is State.WAITING and session.facilitator is not None:
        theirs = scene.texts_of(session.facilitator)
        lookup.hint(tx, scene, thread.time_is_up(theirs, shown))


def ask_after(tx: Tx, item: due.Item) -> None:
    """A session stands still: it is asked after once, and closes itself when nobody answers."""
    scene = lookup.find_scene(tx, item.workspace, str(item.data["session"]))
    if scene is None or scene.session.version != item.data["version"]:
        return
    session = scene.session
    if session.state == State.ASKED:
        opening.unanswered(tx, scene)
    elif session.state not in (State.GATHERING, State.PAUSED, State.WAITING):
        return
    elif item.data["asked"]:
        flow.end(tx, scene, "unattended")
    else:
        message = thread.still_there(scene.t, scene.shown())
        lookup.say(tx, scene, message, f"unattended/{session.version}")
        due.schedule(
            tx,
            session.workspace,
            flow.UNATTENDED,
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
            opening.unanswered(tx, scene)
        return
    if user == session.facilitator:
        lookup.present(tx, scene, user)
        session.facilitator = None
        flow.settle_questions(tx, scene)
        session.version += 1
        shown = scene.shown()
        message = thread.facilitator_left(scene.t, shown, user)
        lookup.say(tx, scene, message, f"facilitator_left/{user}")
        flow.plan_moments(tx, scene)
        flow.show(tx, scene, shown)
    lookup.no_longer_present(tx, scene, user)
    if user == session.presenter:
        message = thread.presenter_left(scene.t, scene.shown())
        if session.state == State.RUNNING:
            flow.change(tx, scene, rules.pause(scene.timer, tx.now))
        lookup.say(tx, scene, message, f"presenter_left/{session.version}")


def on_channel_gone(tx: Tx, workspace: Workspace, event: ChannelGone) -> None:
    """The thread cannot be reached: the clock stands still, and the facilitator hears it in private.

    Of a channel that was deleted nothing comes back: the session ends.
    """
    scene = _of_group(tx, workspace, event.group_id)
    if scene is None or scene.session.state == State.ASKED:
        return
    session = scene.session
    reason = event.reason
    if reason == "deleted":
        shown = flow.end(tx, scene, "stopped")
    elif session.state == State.RUNNING:
        shown = flow.change(tx, scene, rules.pause(scene.timer, tx.now))
    else:
        shown = scene.shown()
    told = session.facilitator or session.started_by
    message = private.channel_gone(scene.texts_of(told), shown, scene.group.channel, reason)
    outbox.direct(
        tx, session.workspace, told, message, key=lookup.key(session, "channel_gone", session.version)
    )


def _still_at(tx: Tx, item: due.Item) -> Scene | None:
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


DUE: dict[str, due.Handler] = {
    flow.WARNING: warn,
    flow.PHASE_END: end_phase,
    flow.UNATTENDED: ask_after,
    **events.on(MemberLeft, on_member_left),
    **events.on(ChannelGone, on_channel_gone),
    **events.on(GroupWakes, anew.on_group_wakes),
    **events.on(MessageGone, anew.on_message_gone),
}
