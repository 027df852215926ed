"""What a group agreed on: its agreements, a first try, and what it is advised about its size and its guests."""

from collections.abc import Mapping

from bot import events
from bot.agreements.service import belonging, trial
from bot.agreements.service.text import accept, change, has_agreed, may_hand_in, page, stand
from bot.events import MemberJoined, MemberLeft, SessionEnded
from bot.nudges.service import Compose
from bot.timing import due

DUE: dict[str, due.Handler] = {
    **events.on(MemberJoined, belonging.on_member_joined),
    **events.on(MemberLeft, belonging.on_member_left),
    **events.on(SessionEnded, trial.on_session_ended),
}
NUDGES: Mapping[str, Compose] = {belonging.SIZE: belonging.about_size, belonging.GUEST: belonging.for_guest}

go_on = trial.go_on
stop = trial.stop

__all__ = [
    "DUE",
    "NUDGES",
    "accept",
    "change",
    "go_on",
    "has_agreed",
    "may_hand_in",
    "page",
    "stand",
    "stop",
]
