"""Use cases of the rounds."""

from bot.rounds.service.advice import turn_now
from bot.rounds.service.participation import not_heard
