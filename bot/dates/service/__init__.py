"""Use cases of finding a date together."""

from bot.dates.service.answering import mark, mark_form
from bot.dates.service.choosing import cancel, choose, choose_form
from bot.dates.service.lookup import going_on
from bot.dates.service.moments import DUE, NUDGES
from bot.dates.service.proposing import ask, begin, check_form, keep_typed, more_form, new_form

__all__ = [
    "DUE",
    "NUDGES",
    "ask",
    "begin",
    "cancel",
    "check_form",
    "choose",
    "choose_form",
    "going_on",
    "keep_typed",
    "mark",
    "mark_form",
    "more_form",
    "new_form",
]
