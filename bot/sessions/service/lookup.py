"""Finding a session, who is in it, and the way into its thread."""

from datetime import datetime

from sqlalchemy import Select, select

from bot import logs
from bot.cases import service as cases
from bot.delivery import outbox, stale
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.groups.records import Group
from bot.methods import catalogue
from bot.methods.catalogue import Phase
from bot.presence import service as presence
from bot.sessions.records import Absence, Participant, Session
from bot.sessions.rules import Plan, State, Timer
from bot.sessions.views import Shown, plan_of, thread
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused, one_line

OPEN = [State.GATHERING, State.RUNNING, State.PAUSED, State.WAITING]
# As much of a case's title as fits in a header, whatever was typed.
TITLE = 150


def key(session: Session, *parts: str | int) -> str:
    """The key of a message of this session."""
    return "/".join(["session", session.id, *(str(part) for part in parts)])


def prompt_key(session: Session, number: int, round_: int) -> str:
    return key(session, "phase", number, round_, "prompt")


def find(tx: Tx, workspace: Workspace, session_id: str) -> Session | None:
    """A session of this workspace, locked so that two clicks at once are dealt with in turn."""
    found = tx.sql.scalars(
        tx.locked(select(Session).where(Session.of(workspace), Session.id == session_id))
    ).one_or_none()
    if found is not None:
        logs.know(group=found.group_id, session=found.id)
    return found


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
    found = session_by_id(tx, workspace, session_id)
    groups.group_for(tx, workspace, found.group_id, user)
    return found


def group_of(tx: Tx, session: Session) -> Group:
    return groups.group_by_id(tx, session.workspace, session.group_id)


def running_in(tx: Tx, group: Group) -> Session | None:
    """The group's session that has not ended; one at most."""
    return tx.sql.scalars(
        select(Session).where(Session.group_id == group.id, Session.state != State.ENDED)
    ).first()


def last_in(tx: Tx, group: Group) -> Session | None:
    """The group's last session that began and has ended."""
    return tx.sql.scalars(
        select(Session)
        .where(Session.group_id == group.id, Session.state == State.ENDED, Session.began_at.is_not(None))
        .order_by(Session.began_at.desc(), Session.id)
    ).first()


def phase_of(session: Session, number: int) -> Phase:
    """A phase of the session's method. Raises Refused for a number that is not one."""
    phases = catalogue.method(session.method).phases
    if not 0 <= number < len(phases):
        raise Refused(lambda t: t("This phase is over. What is on now stands at the bottom of the thread."))
    return phases[number]


def at_phase(session: Session, number: int, round: int | None = None) -> Phase:
    """The phase that is on. Raises Refused for another one, and before and after the session."""
    if session.state == State.ENDED:
        raise Refused(
            lambda t: t("This session is closed, so nothing can be added. Thank you for being there.")
        )
    if session.state in (State.ASKED, State.GATHERING):
        raise Refused(lambda t: t("This session has not begun yet."))
    if session.number != number or (round is not None and session.round != round):
        current = phase_of(session, session.number)
        raise Refused(
            lambda t: t(
                "That phase is over; you are at *{phase}* now. What is on stands at the "
                "bottom of the thread.",
                phase=current.title(t.language),
            )
        )
    return phase_of(session, number)


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
    return list(
        tx.sql.scalars(
            select(Participant)
            .where(Participant.session_id == session.id, Participant.left_at.is_(None))
            .order_by(Participant.since, Participant.user)
        )
    )


def everyone_ever(tx: Tx, session: Session) -> list[Participant]:
    """Who is or was present."""
    return list(
        tx.sql.scalars(
            select(Participant)
            .where(Participant.session_id == session.id)
            .order_by(Participant.since, Participant.user)
        )
    )


def present(tx: Tx, session: Session, user: str) -> None:
    """Someone said so, clicked or spoke: they are there."""
    found = tx.sql.scalars(
        select(Participant).where(Participant.session_id == session.id, Participant.user == user)
    ).one_or_none()
    if found is None:
        tx.sql.add(
            Participant(session_id=session.id, user=user, since=tx.now, **belonging_to(session.workspace))
        )
    elif found.left_at is not None:
        found.left_at = None
    else:
        return
    tx.sql.flush()
    presence.came(tx, group_of(tx, session), user)
    show_welcome(tx, session)


def spoke(tx: Tx, workspace: Workspace, channel: str, thread_ts: str, user: str) -> None:
    """Someone wrote in a thread. Where no session runs, or the group wants none of this, nothing is kept."""
    session = in_thread(tx, workspace, channel, thread_ts)
    if session is None:
        return
    group = group_of(tx, session)
    member = groups.member(tx, group, user)
    if group.reads_thread and member is not None and member.left_at is None:
        present(tx, session, user)


def say(tx: Tx, session: Session, message: Message, key: str, *, expires_at: datetime | None = None) -> None:
    """Posts in the session's thread; `key` is put under "session/<id>/"."""
    outbox.post(
        tx,
        session.workspace,
        group_of(tx, session).channel,
        message,
        key=f"session/{session.id}/{key}",
        thread=f"session/{session.id}/card",
        expires_at=expires_at,
    )


def whisper(tx: Tx, session: Session, user: str, message: Message) -> None:
    """Shows one person something in the thread."""
    channel = group_of(tx, session).channel
    outbox.whisper(tx, session.workspace, channel, user, message, thread=f"session/{session.id}/card")


def hint(tx: Tx, session: Session, message: Message) -> None:
    """Shows the facilitator something in the thread."""
    if session.facilitator is not None:
        whisper(tx, session, session.facilitator, message)


def unsay(tx: Tx, session: Session, *beginnings: str, whispers: bool = False) -> set[str]:
    """Takes back what has not been posted yet and no longer makes sense; returns the keys of what was dropped.

    `beginnings` are of keys as `say` knows them. With `whispers`, everything that waits to be shown in the thread to
    one person goes too.
    """
    starts = tuple(key(session, beginning) for beginning in beginnings)
    return stale.drop(
        tx,
        session.workspace,
        key(session, "card"),
        lambda posted: posted.startswith(starts),
        whispers=whispers,
    )


def absence_of(tx: Tx, session: Session) -> Absence | None:
    """The bot's absence about which the group has not chosen yet."""
    return tx.sql.scalars(select(Absence).where(Absence.session_id == session.id)).one_or_none()


def timer_of(session: Session) -> Timer:
    return Timer(session.state, session.number, session.round, session.ends_at, session.remaining)


def plan_for(session: Session) -> Plan:
    return plan_of(catalogue.method(session.method), session.first)


def shown(tx: Tx, session: Session, timer: Timer | None = None) -> Shown:
    """The session as people may see it, at this moment or with another state of its clock."""
    group = group_of(tx, session)
    case = cases.case_of_group(tx, group, session.case_id)
    return Shown(
        id=session.id,
        title=one_line(case.title, TITLE),
        presenter=session.presenter,
        facilitator=session.facilitator,
        method=catalogue.method(session.method),
        first=session.first,
        version=session.version,
        timer=timer or timer_of(session),
        zone=group.zone,
        now=tx.now,
        begun=session.began_at is not None,
        how=session.ended_how,
        ended_at=session.ended_at,
        was_away=session.state == State.PAUSED and absence_of(tx, session) is not None,
    )


def show_welcome(tx: Tx, session: Session) -> None:
    """Brings the welcome up to date with who is there."""
    if session.state == State.ASKED:
        return
    t = groups.texts_in(group_of(tx, session))
    there = [participant.user for participant in participants(tx, session)]
    outbox.update(
        tx, session.workspace, key(session, "welcome"), thread.welcome(t, shown(tx, session), there)
    )


def ended_before(group: Group, moment: datetime) -> Select[str]:
    """The ids of a group's sessions that ended before a moment, for a condition on what belongs to them."""
    return select(Session.id).where(Session.group_id == group.id, Session.ended_at < moment)
