"""Drawing the console: it is posted once for everybody who leads, and edited from then on."""

from bot import events
from bot.attendance import service as attendance
from bot.attendance.views.private import Words
from bot.console import queries, views
from bot.console.refs import ReadRef
from bot.console.rules import READABLE
from bot.console.service import times
from bot.delivery import outbox
from bot.events import SessionProgressed
from bot.groups import service as groups
from bot.groups.records import Group
from bot.groups.rules import Meets
from bot.meetings.records import Meeting
from bot.rounds import service as rounds
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.service import ConsoleLines, Scene
from bot.slack import blocks
from bot.storage import Tx
from bot.texts import InChannel, Texts, escape


def console_key(session: Session, user: str) -> str:
    # The name of the message that a version before the console sent to whoever leads.
    return sessions.thread_key(session, "facilitator", user)


def time_up_key(session: Session, user: str) -> str:
    return sessions.thread_key(
        session, "time_up", session.phase_index, session.pass_no, session.version, user
    )


def leaders_card(tx: Tx, group: Group, meeting: Meeting, t: Texts) -> Words | None:
    """On the card of whoever leads the next meeting: what they may know of the last one."""
    if not rounds.last_session_was_unsafe(tx, group):
        return None
    line = views.unsafe_line(t)
    return line, [blocks.section(line)]


attendance.extend_card(leaders_card)


def refresh_console(tx: Tx, scene: Scene) -> None:
    """Post the leader's console, or edit the one that stands there."""
    session, user = scene.session, scene.session.facilitator
    # This drawing holds all contributions until now.
    events.retract(tx, SessionProgressed, session.id)
    if user is None or session.state is State.ASKED:
        return
    _take_back_silence(tx, session)
    message = views.console(scene.texts_of(user), values_of(tx, scene, user))
    key = console_key(session, user)
    if session.state is not State.ENDED and not outbox.is_live(tx, key):
        message = groups.discreet_in(scene.texts_of(user), scene.group, message)
        groups.post_dm(tx, user, message, key=key)
        return
    if session.state is State.GATHERING:
        groups.update_dm(tx, user, key, message)
        return
    # Once the session is on, no language hint stands between its reader and the words to say.
    outbox.update(tx, key, message)


def _take_back_silence(tx: Tx, session: Session) -> None:
    """What said that the minute of silence is over goes as soon as something happens after it."""
    for told in outbox.live_keys(tx, sessions.thread_key(session, "silence") + "/"):
        outbox.delete(tx, told)


def repost_console(tx: Tx, scene: Scene, user: str) -> None:
    """The console was deleted by hand: post it anew, while that person leads."""
    if scene.session.facilitator == user and scene.session.state is not State.ENDED:
        # Not an edit: the key of a message that was deleted by hand is free again.
        t = scene.texts_of(user)
        message = groups.discreet_in(t, scene.group, views.console(t, values_of(tx, scene, user)))
        groups.post_dm(tx, user, message, key=console_key(scene.session, user))


def hand_over(tx: Tx, scene: Scene, before: str) -> None:
    """Take the controls from whoever led before."""
    message = views.handed_over(scene.texts_of(before), scene.view())
    groups.update_dm(tx, before, console_key(scene.session, before), message)


def announce_time_up(tx: Tx, scene: Scene) -> None:
    """Tell the leader in a line of its own that the time is up: an edit of the console notifies nobody.

    It is taken away when the session goes on. In writing the thread says it, and mentions them.
    """
    session, user = scene.session, scene.session.facilitator
    if session.state is not State.WAITING and not session.is_written:
        for told in outbox.live_keys(tx, sessions.thread_key(session, "time_up") + "/"):
            outbox.delete(tx, told)
    if user is not None and session.state is State.WAITING and not session.is_written:
        message = views.time_is_up(scene.texts_of(user), scene.view())
        groups.post_dm(tx, user, message, key=time_up_key(session, user))


def values_of(tx: Tx, scene: Scene, leader: str) -> views.Console:
    """The values of the console, for whoever leads."""
    session = scene.session
    if session.state is State.ENDED:
        return views.Console(
            scene.view(), Meets(session.meets), scene.group.channel, [], after=_after(tx, scene)
        )
    begun = session.state in sessions.BEGUN_STATES
    added = scene.activity.console(tx, scene, scene.texts_of(leader)) if begun else ConsoleLines()
    line, own = queries.line_from_before(tx, session), queries.line_from_before(tx, session, leader)
    given = rounds.respondents(tx, scene) if begun else None
    view = scene.view()
    return views.Console(
        view=view,
        meets=Meets(session.meets),
        place=scene.group.channel,
        present=scene.present,
        presenter_name=_name_to_say(scene),
        not_heard=rounds.not_heard(tx, scene) if begun else None,
        turn=rounds.turn_now(tx, scene) if begun and not session.is_written else None,
        turns_are_over=begun and not session.is_written and rounds.are_turns_over(tx, scene),
        lines=added.lines,
        buttons=added.buttons,
        step=added.step,
        asks=added.asks,
        # About their own conversation people speak without the case.
        question=rounds.question_now(tx, scene) if begun and not scene.activity.looks_at_itself else "",
        until=scene.activity_ends_at if begun else None,
        everyone_is_done=begun and rounds.is_everyone_done(tx, scene),
        group_line=(line.id, line.text) if line is not None else None,
        own_line=own.text if own is not None else "",
        was_unsafe=session.state is State.GATHERING and rounds.last_session_was_unsafe(tx, scene.group),
        read=ReadRef(session.case_id, leader) if _may_read(tx, scene) else None,
        looks_at_itself=begun and scene.activity.looks_at_itself,
        count=scene.activity.count(scene.texts_of(leader), view, len(given), len(scene.present))
        if given is not None and scene.present
        else "",
        agreed=queries.line_of_session(tx, session),
        offered=sessions.offer_shown(tx, scene),
        round_off=sessions.phase_to_round_off_with(tx, scene),
        has_time=not session.is_of_before,
        averages=rounds.averages_shown(tx, scene) if begun and given is not None else "",
        own=rounds.question_in_console(tx, scene) if begun else None,
        leads_only=leader in scene.group.leaders,
    )


def _name_to_say(scene: Scene) -> str:
    """The presenter's name as the thread has it: a mention reads badly aloud."""
    readers = scene.t.readers
    names = readers.names if isinstance(readers, InChannel) else {}
    return escape(names.get(scene.session.presenter, ""))


def _may_read(tx: Tx, scene: Scene) -> bool:
    """Whether the presenter lets whoever leads read the case."""
    session = scene.session
    leads = session.facilitator
    return (
        leads is not None
        and scene.case.state in READABLE
        and queries.has_let_read(tx, session.case_id, leads)
    )


def _after(tx: Tx, scene: Scene) -> views.After:
    session = scene.session
    if session.began_at is None:
        return views.After()
    kept = queries.next_time_lines(tx, scene.group.id, session.facilitator or "-")
    has_line = any(one.session_id == session.id for one in kept)
    return views.After(
        times.times_taken(tx, scene),
        session.extensions,
        has_line,
        agreed=queries.line_of_session(tx, session),
        averages=rounds.averages_shown(tx, scene),
    )
