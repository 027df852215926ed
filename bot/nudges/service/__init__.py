"""Private messages that a person did not ask for at that moment: few, together, and only while there is something to do.

A room plans a nudge; when its moment has come the room is asked whether there is still something to say. What several
rooms want to say to one person at about the same time becomes one message.
"""

from bot import events
from bot.delivery.sender import Answers
from bot.events import ChannelLost, GroupResumed, MemberJoined
from bot.jobs import queue
from bot.nudges.service import availability
from bot.nudges.service.availability import ask_slack, come_back, go_away, is_away, mute_topic, muted_topics
from bot.nudges.service.digests import digest_job
from bot.nudges.service.items import Compose, DigestItem
from bot.nudges.service.old_digests import Rewritten, on_old_digests, rewrite_digest
from bot.nudges.service.planning import (
    DELIVER,
    cancel_group_nudges,
    cancel_nudge,
    cancel_nudges,
    mark_answered,
    nudge_planned_at,
    on_channel_lost,
    on_group_resumed,
    on_member_joined,
    opens_at,
    plan_nudge,
    purge_old,
    wake_digest,
)
from bot.nudges.service.snoozing import own_digest as own_letter
from bot.nudges.service.snoozing import resume_topic, snooze_by, snooze_until, stop_topic

DUE: dict[str, queue.Handler] = {
    **events.on(MemberJoined, on_member_joined),
    **events.on(ChannelLost, on_channel_lost),
    **events.on(GroupResumed, on_group_resumed),
}
ANSWERS: Answers = {availability.DND: availability.on_dnd_info, availability.STATUS: availability.on_status}
