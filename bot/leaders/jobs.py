"""Jobs and events of a leader from outside."""

from bot import events
from bot.delivery import outbox
from bot.events import GroupResumed, LeaderAsked, MemberLeft, MessageLost, SessionEnded
from bot.groups import service as groups
from bot.jobs import queue
from bot.leaders import service
from bot.sessions import service as sessions
from bot.storage import Tx


def on_leader_asked(tx: Tx, event: LeaderAsked) -> None:
    group = groups.group_by_id(tx, event.group_id)
    if group.asked_leader == event.user:
        service.send_request(tx, group)


def on_session_ended(tx: Tx, event: SessionEnded) -> None:
    if event.held:
        service.follow_session(tx, sessions.scene_by_id(tx, event.session_id))


def on_member_left(tx: Tx, event: MemberLeft) -> None:
    service.forget_leader(tx, groups.group_by_id(tx, event.group_id), event.user)


def on_message_lost(tx: Tx, event: MessageLost) -> None:
    """Somebody deleted the question by hand: it is posted again while it is open."""
    match event.key.split("/"):
        case ["leader", group_id, "alone", _]:
            service.repost_question(tx, groups.group_by_id(tx, group_id))


def on_group_resumed(tx: Tx, event: GroupResumed) -> None:
    """The channel is back: a question that Slack refused is posted again."""
    begins = f"leader/{event.group_id}/alone/"
    if outbox.refused_keys(tx, begins):
        service.repost_question(tx, groups.group_by_id(tx, event.group_id))


JOBS: dict[str, queue.Handler] = {
    **events.on(LeaderAsked, on_leader_asked),
    **events.on(SessionEnded, on_session_ended),
    **events.on(MemberLeft, on_member_left),
    **events.on(MessageLost, on_message_lost),
    **events.on(GroupResumed, on_group_resumed),
}
