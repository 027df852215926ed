"""What a group agreed on: its agreements, a first try, and what it is advised about its size and its guests."""

from collections.abc import Mapping

from bot import events
from bot.agreements.service import belonging, trial
from bot.agreements.service.text import agree, agreements_page, change, current_text, has_agreed, may_hand_in
from bot.events import MemberJoined, MemberLeft, SessionEnded
from bot.jobs import queue
from bot.nudges.service import Compose

DUE: dict[str, queue.Handler] = {
    **events.on(MemberJoined, belonging.on_member_joined),
    **events.on(MemberLeft, belonging.on_member_left),
    **events.on(SessionEnded, trial.on_session_ended),
}
NUDGES: Mapping[str, Compose] = {
    belonging.SIZE: belonging.compose_size_notice,
    belonging.GUEST: belonging.compose_guest_notice,
}

go_on = trial.continue_group
stop = trial.stop_group
