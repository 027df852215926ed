"""What a group agreed on: its agreements, a first try, and what it is advised about its size and its guests."""

from collections.abc import Mapping

from bot.agreements.service import belonging, trial
from bot.agreements.service.text import accept, change, has_agreed, may_hand_in, page, stand
from bot.nudges.service import Compose
from bot.timing import due

DUE: dict[str, due.Handler] = {
    "member.joined": belonging.joined,
    "member.left": belonging.left,
    "session.ended": trial.session_ended,
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
