"""Use cases of the rounds."""

from bot.rounds.service.advice import turn_now
from bot.rounds.service.participation import is_everyone_done, not_heard
