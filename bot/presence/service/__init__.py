"""Use cases of who comes, who leads, and what is said before a meeting and after one was missed."""

from bot.presence.service.absent import (
    Numbers,
    answer_fit,
    numbers,
    own_fit,
    share,
    stop,
)
from bot.presence.service.answering import (
    answer,
    brings_nothing,
    came,
    decide,
    list_for,
    may_give_reason,
    nothing_to_bring,
    own_reason,
    reason,
)
from bot.presence.service.changes import DUE, opened
from bot.presence.service.composing import NUDGES
from bot.presence.service.lookup import OtherDate, mine, of_meeting, sees_to
from bot.presence.service.older import look_through_old_letters
from bot.presence.service.roles import facilitator_of, leader_for, method_for, methods_for
from bot.presence.service.settings import change_reminders
from bot.presence.service.swapping import offer, pass_on

__all__ = [
    "DUE",
    "NUDGES",
    "Numbers",
    "OtherDate",
    "answer",
    "answer_fit",
    "brings_nothing",
    "came",
    "change_reminders",
    "decide",
    "facilitator_of",
    "leader_for",
    "list_for",
    "look_through_old_letters",
    "may_give_reason",
    "method_for",
    "methods_for",
    "mine",
    "nothing_to_bring",
    "numbers",
    "of_meeting",
    "offer",
    "opened",
    "own_fit",
    "own_reason",
    "pass_on",
    "reason",
    "sees_to",
    "share",
    "stop",
]
