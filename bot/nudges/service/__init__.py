"""Private messages that a person did not ask for at that moment: few, together, and only while there is something to do.

A room plans a nudge; when its moment has come the room is asked whether there is still something to say. What several
rooms want to say to one person at about the same time becomes one message.
"""

from bot import events
from bot.delivery.sender import Answers
from bot.events import ChannelGone, GroupWakes, MemberJoined
from bot.nudges.service import quiet
from bot.nudges.service.later import own as own_letter
from bot.nudges.service.later import put_off_by, put_off_until, resume, stop
from bot.nudges.service.letters import deliver
from bot.nudges.service.older import Rewritten, rewrite_old, with_old_letters
from bot.nudges.service.parts import Compose, Part
from bot.nudges.service.planning import (
    DELIVER,
    answered,
    drop,
    drop_all,
    drop_group,
    forget,
    on_channel_gone,
    on_group_wakes,
    on_member_joined,
    opens_at,
    plan,
    planned_at,
    wake,
)
from bot.nudges.service.quiet import ask, away, back, is_away, silence, silenced
from bot.timing import due

__all__ = [
    "ANSWERS",
    "DELIVER",
    "DUE",
    "Compose",
    "Part",
    "Rewritten",
    "answered",
    "ask",
    "away",
    "back",
    "deliver",
    "drop",
    "drop_all",
    "drop_group",
    "forget",
    "is_away",
    "opens_at",
    "own_letter",
    "plan",
    "planned_at",
    "put_off_by",
    "put_off_until",
    "resume",
    "rewrite_old",
    "silence",
    "silenced",
    "stop",
    "wake",
    "with_old_letters",
]

DUE: dict[str, due.Handler] = {
    **events.on(MemberJoined, on_member_joined),
    **events.on(ChannelGone, on_channel_gone),
    **events.on(GroupWakes, on_group_wakes),
}
ANSWERS: Answers = {quiet.DND: quiet.dnd_told, quiet.STATUS: quiet.status_told}
