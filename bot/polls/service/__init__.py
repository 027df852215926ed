"""Use cases of the priority poll: opening, voting, closing, and asking the presenter."""

from bot.polls.service.choosing import answer, close_now
from bot.polls.service.lookup import chosen, open_in
from bot.polls.service.taking import begun, take_only
from bot.polls.service.voting import CaseLeft, ballot_of, candidates_for, open_poll, vote

__all__ = [
    "CaseLeft",
    "answer",
    "ballot_of",
    "begun",
    "candidates_for",
    "chosen",
    "close_now",
    "open_in",
    "open_poll",
    "take_only",
    "vote",
]
