"""Finding a session, who is in it, and the way into its thread."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Select, select

from bot import logs
from bot.attendance import service as attendance
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.groups.records import Group
from bot.sessions.records import Participant, Session
from bot.sessions.rules import State
from bot.sessions.service.scene import OPEN, Scene
from bot.sessions.views import thread
from bot.storage import Tx, Workspace, belonging_to, statement
from bot.texts import Refused, Texts


class RefusedWithOffer(Refused):
    """A kind "no" with a way on: the listener answers with the whole message."""

    def __init__(self, offer: Callable[[Texts], Message]) -> None:
        super().__init__(lambda t: offer(t).text)
        self.offer = offer


def thread_key(session: Session, *parts: str | int) -> str:
    """The key of a message of this session."""
    return "/".join(["session", session.id, *(str(part) for part in parts)])


def prompt_key(session: Session, number: int, round_: int) -> str:
    return thread_key(session, "phase", number, round_, "prompt")


def find(tx: Tx, workspace: Workspace, session_id: str) -> Session | None:
    """A session of this workspace, locked so that two clicks at once are dealt with in turn."""
    found = tx.scalars(tx.locked(_session(workspace, session_id))).one_or_none()
    if found is not None:
        logs.know(group=found.group_id, session=found.id)
    return found


@statement
def _session(workspace: Workspace, session_id: str) -> Select[Session]:
    return select(Session).where(Session.of(workspace), Session.id == session_id)


def session_by_id(tx: Tx, workspace: Workspace, session_id: str) -> Session:
    """A session of this workspace. Raises Refused for an id that is not one."""
    found = find(tx, workspace, session_id)
    if found is None:
        raise Refused(
            lambda t: t("I can't find this session. Type /intervisie in the group's channel to go on.")
        )
    return found


def session_for(tx: Tx, workspace: Workspace, session_id: str, user: str) -> Session:
    """A session as a member of its group sees it. Raises Refused for anyone else."""
    return scene_for(tx, workspace, session_id, user).session


def scene_of(tx: Tx, session: Session) -> Scene:
    """The scene of a session that is at hand; its lock is the session's."""
    return Scene(tx, session, group_of(tx, session))


def find_scene(tx: Tx, workspace: Workspace, session_id: str) -> Scene | None:
    """The scene of a session of this workspace, locked as `find` does."""
    found = find(tx, workspace, session_id)
    return None if found is None else scene_of(tx, found)


def scene_by_id(tx: Tx, workspace: Workspace, session_id: str) -> Scene:
    """The scene of a session of this workspace. Raises Refused for an id that is not one."""
    return scene_of(tx, session_by_id(tx, workspace, session_id))


def scene_for(tx: Tx, workspace: Workspace, session_id: str, user: str) -> Scene:
    """The scene as a member of its group sees it. Raises Refused for anyone else."""
    session = session_by_id(tx, workspace, session_id)
    return Scene(tx, session, groups.group_for(tx, workspace, session.group_id, user))


def group_of(tx: Tx, session: Session) -> Group:
    return groups.group_by_id(tx, session.workspace, session.group_id)


def running_in(tx: Tx, group: Group) -> Session | None:
    """The group's session that has not ended; one at most."""
    return tx.scalars(_running(group.id)).first()


@statement
def _running(group_id: str) -> Select[Session]:
    return select(Session).where(Session.group_id == group_id, Session.state != State.ENDED)


def last_in(tx: Tx, group: Group) -> Session | None:
    """The group's last session that began and has ended."""
    return tx.sql.scalars(
        select(Session)
        .where(Session.group_id == group.id, Session.state == State.ENDED, Session.began_at.is_not(None))
        .order_by(Session.began_at.desc(), Session.id)
    ).first()


def in_thread(tx: Tx, workspace: Workspace, channel: str, thread_ts: str) -> Session | None:
    """The session that runs in this thread, if one does."""
    posted = outbox.key_of(tx, workspace, channel, thread_ts)
    parts = (posted or "").split("/")
    if len(parts) != 3 or parts[0] != "session" or parts[2] != "card":
        return None
    found = find(tx, workspace, parts[1])
    return found if found is not None and found.state in OPEN else None


def participants(tx: Tx, session: Session) -> list[Participant]:
    """Who is present, in the order in which they came."""
    return list(tx.scalars(_participants(session.id)))


@statement
def _participants(session_id: str) -> Select[Participant]:
    return (
        select(Participant)
        .where(Participant.session_id == session_id, Participant.left_at.is_(None))
        .order_by(Participant.since, Participant.user)
    )


def mark_present(tx: Tx, scene: Scene, user: str) -> None:
    """Someone said so, clicked or spoke: they are there."""
    session = scene.session
    found = next((one for one in scene.everyone if one.user == user), None)
    if found is None:
        tx.sql.add(
            Participant(session_id=session.id, user=user, since=tx.now, **belonging_to(session.workspace))
        )
    elif found.left_at is not None:
        found.left_at = None
    else:
        return
    tx.sql.flush()
    del scene.everyone
    attendance.record_attendance(tx, scene.group, user)
    show_welcome(tx, scene)


def no_longer_present(tx: Tx, scene: Scene, user: str) -> None:
    """Someone who was there has left."""
    found = next((one for one in scene.everyone if one.user == user), None)
    if found is not None and found.left_at is None:
        found.left_at = tx.now
        tx.sql.flush()
        show_welcome(tx, scene)


def on_thread_message(tx: Tx, workspace: Workspace, channel: str, thread_ts: str, user: str) -> Scene | None:
    """Someone wrote in a thread: they are there. None where that is nothing to us, and nothing is kept.

    That is where no session runs, the group wants none of this, or the writer is not in the group.
    """
    session = in_thread(tx, workspace, channel, thread_ts)
    if session is None:
        return None
    scene = scene_of(tx, session)
    member = groups.member(tx, scene.group, user)
    if not scene.group.reads_thread or member is None or member.left_at is not None:
        return None
    mark_present(tx, scene, user)
    return scene


def post_in_thread(
    tx: Tx, scene: Scene, message: Message, key: str, *, expires_at: datetime | None = None
) -> None:
    """Posts in the session's thread; `key` is put under "session/<id>/"."""
    session = scene.session
    outbox.post(
        tx,
        session.workspace,
        scene.group.channel,
        message,
        key=f"session/{session.id}/{key}",
        thread=f"session/{session.id}/card",
        expires_at=expires_at,
    )


def post_private(tx: Tx, scene: Scene, user: str, message: Message) -> None:
    """Shows one person something in the thread."""
    session = scene.session
    thread = f"session/{session.id}/card"
    outbox.post_ephemeral(tx, session.workspace, scene.group.channel, user, message, thread=thread)


def post_hint(tx: Tx, scene: Scene, message: Message) -> None:
    """Shows the facilitator something in the thread."""
    if scene.session.facilitator is not None:
        post_private(tx, scene, scene.session.facilitator, message)


def retract_pending(tx: Tx, session: Session, *beginnings: str, whispers: bool = False) -> set[str]:
    """Takes back what has not been posted yet and no longer makes sense; returns the keys of what was dropped.

    `beginnings` are of keys as `say` knows them. With `whispers`, everything that waits to be shown in the thread to
    one person goes too.
    """
    starts = tuple(thread_key(session, beginning) for beginning in beginnings)
    return outbox.discard_pending(
        tx, session.workspace, thread_key(session, "card"), starts, ephemeral=whispers
    )


def show_welcome(tx: Tx, scene: Scene) -> None:
    """Brings the welcome up to date with who is there."""
    session = scene.session
    if session.state == State.ASKED:
        return
    message = thread.welcome(scene.t, scene.view(), scene.present)
    outbox.update(tx, session.workspace, thread_key(session, "welcome"), message)


def ended_before(group: Group, moment: datetime) -> Select[str]:
    """The ids of a group's sessions that ended before a moment, for a condition on what belongs to them."""
    return select(Session.id).where(Session.group_id == group.id, Session.ended_at < moment)
