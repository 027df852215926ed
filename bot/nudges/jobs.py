"""Jobs of nudges, and the answers of Slack about do-not-disturb. `digest_job` needs every room's DIGESTS: app.py makes it."""

from bot import events
from bot.delivery.sender import Answers
from bot.events import ChannelLost, GroupResumed, MemberJoined
from bot.jobs import queue
from bot.nudges import queries
from bot.nudges.service import availability, planning
from bot.storage import Tx


def on_member_joined(tx: Tx, event: MemberJoined) -> None:
    """Somebody joined a group, perhaps again: nudges that waited for that may go now."""
    planning.wake_digest(tx, event.user, tx.now)


def on_channel_lost(tx: Tx, event: ChannelLost) -> None:
    """A deleted channel never returns, so its nudges are cancelled. Nudges of other lost channels wait."""
    if event.reason == "deleted":
        planning.cancel_group_nudges(tx, event.group_id)


def on_group_resumed(tx: Tx, event: GroupResumed) -> None:
    """A group goes on after a rest: the nudges that waited for that may go now."""
    for user in queries.users_with_nudges(tx, event.group_id):
        planning.wake_digest(tx, user, tx.now)


JOBS: dict[str, queue.Handler] = {
    **events.on(MemberJoined, on_member_joined),
    **events.on(ChannelLost, on_channel_lost),
    **events.on(GroupResumed, on_group_resumed),
}
ANSWERS: Answers = {availability.DND: availability.on_dnd_info, availability.STATUS: availability.on_status}
