"""Use cases of the rounds."""

from bot.rounds.service.phases import DUE
