"""Use cases of the rounds."""

from bot.rounds.service.moments import DUE

__all__ = ["DUE"]
