"""What happens to sessions by itself: at a moment, or because someone or the channel is gone."""

from datetime import timedelta

from sqlalchemy import select

from bot import events
from bot.delivery import outbox
from bot.events import ChannelGone, GroupWakes, MemberLeft, MessageGone
from bot.groups import service as groups
from bot.sessions import rules
from bot.sessions.records import Participant, Session
from bot.sessions.rules import State
from bot.sessions.service import anew, flow, lookup, opening
from bot.sessions.views import private, prompt, thread
from bot.storage import Tx, Workspace
from bot.timing import due

ANSWER_WITHIN = timedelta(minutes=30)
# A warning this close to the end tells nobody anything new.
TOO_LATE_TO_WARN = timedelta(seconds=20)


def warn(tx: Tx, item: due.Item) -> None:
    """Shortly before the end of a phase."""
    session = _still_at(tx, item)
    if session is None or session.ends_at is None or session.ends_at - tx.now < TOO_LATE_TO_WARN:
        return
    t = groups.texts_in(lookup.group_of(tx, session))
    lookup.say(
        tx,
        session,
        prompt.nearly_over(t, lookup.shown(tx, session)),
        f"phase/{session.number}/{session.round}/warning/{int(session.ends_at.timestamp())}",
        expires_at=session.ends_at,
    )


def end_phase(tx: Tx, item: due.Item) -> None:
    """A phase's time is up. However late this comes, it happens once and tells the true time."""
    session = _still_at(tx, item)
    if session is None or session.ends_at is None or session.ends_at > tx.now:
        return
    meant = session.ends_at
    by_itself = session.goes_on_by_itself
    phase = lookup.phase_of(session, session.number)
    timer = rules.phase_over(lookup.timer_of(session), lookup.plan_for(session), tx.now, by_itself=by_itself)
    t = groups.texts_in(lookup.group_of(tx, session))
    lookup.say(
        tx,
        session,
        prompt.over(t, phase, lookup.shown(tx, session, timer), meant),
        f"phase/{session.number}/{session.round}/over/{int(meant.timestamp())}",
        expires_at=tx.now + flow.IN_PASSING if by_itself else None,
    )
    if timer.state is State.ENDED:
        flow.end(tx, session, "finished")
        return
    flow.change(tx, session, timer)
    if timer.state is State.WAITING and session.facilitator is not None:
        theirs = groups.texts_of(tx, session.workspace, session.facilitator)
        lookup.hint(tx, session, thread.time_is_up(theirs, lookup.shown(tx, session)))


def ask_after(tx: Tx, item: due.Item) -> None:
    """A session stands still: it is asked after once, and closes itself when nobody answers."""
    session = lookup.find(tx, item.workspace, str(item.data["session"]))
    if session is None or session.version != item.data["version"]:
        return
    if session.state == State.ASKED:
        opening.unanswered(tx, session)
    elif session.state not in (State.GATHERING, State.PAUSED, State.WAITING):
        return
    elif item.data["asked"]:
        flow.end(tx, session, "unattended")
    else:
        t = groups.texts_in(lookup.group_of(tx, session))
        message = thread.still_there(t, lookup.shown(tx, session))
        lookup.say(tx, session, message, f"unattended/{session.version}")
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
    session = _of_group(tx, workspace, event.group_id)
    if session is None:
        return
    if session.state == State.ASKED:
        if user == session.presenter:
            opening.unanswered(tx, session)
        return
    t = groups.texts_in(lookup.group_of(tx, session))
    if user == session.facilitator:
        lookup.present(tx, session, user)
        session.facilitator = None
        flow.settle_questions(tx, session)
        session.version += 1
        message = thread.facilitator_left(t, lookup.shown(tx, session), user)
        lookup.say(tx, session, message, f"facilitator_left/{user}")
        flow.plan_moments(tx, session)
        flow.show(tx, session)
    _no_longer_present(tx, session, user)
    if user == session.presenter:
        message = thread.presenter_left(t, lookup.shown(tx, session))
        if session.state == State.RUNNING:
            flow.change(tx, session, rules.pause(lookup.timer_of(session), tx.now))
        lookup.say(tx, session, message, f"presenter_left/{session.version}")


def on_channel_gone(tx: Tx, workspace: Workspace, event: ChannelGone) -> None:
    """The thread cannot be reached: the clock stands still, and the facilitator hears it in private.

    Of a channel that was deleted nothing comes back: the session ends.
    """
    session = _of_group(tx, workspace, event.group_id)
    if session is None or session.state == State.ASKED:
        return
    if event.reason == "deleted":
        flow.end(tx, session, "stopped")
    elif session.state == State.RUNNING:
        flow.change(tx, session, rules.pause(lookup.timer_of(session), tx.now))
    told = session.facilitator or session.started_by
    theirs = groups.texts_of(tx, session.workspace, told)
    place = lookup.group_of(tx, session).channel
    message = private.channel_gone(theirs, lookup.shown(tx, session), place, event.reason)
    outbox.direct(
        tx, session.workspace, told, message, key=lookup.key(session, "channel_gone", session.version)
    )


def _still_at(tx: Tx, item: due.Item) -> Session | None:
    """The session, if the phase that this moment was planned for still runs."""
    session = lookup.find(tx, item.workspace, str(item.data["session"]))
    if session is None or session.state != State.RUNNING:
        return None
    if (session.number, session.round) != (item.data["number"], item.data["round"]):
        return None
    return session


def _of_group(tx: Tx, workspace: Workspace, group_id: str) -> Session | None:
    return tx.sql.scalars(
        select(Session)
        .where(Session.of(workspace), Session.group_id == group_id, Session.state != State.ENDED)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def _no_longer_present(tx: Tx, session: Session, user: str) -> None:
    found = tx.sql.scalars(
        select(Participant).where(Participant.session_id == session.id, Participant.user == user)
    ).one_or_none()
    if found is not None and found.left_at is None:
        found.left_at = tx.now
        tx.sql.flush()
        lookup.show_welcome(tx, session)


DUE: dict[str, due.Handler] = {
    flow.WARNING: warn,
    flow.PHASE_END: end_phase,
    flow.UNATTENDED: ask_after,
    **events.on(MemberLeft, on_member_left),
    **events.on(ChannelGone, on_channel_gone),
    **events.on(GroupWakes, anew.on_group_wakes),
    **events.on(MessageGone, anew.on_message_gone),
}
