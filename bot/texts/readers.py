"""Readers of a text: a channel, whose members read the same words, or one person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InChannel:
    """A channel: the time zone of its group, and the known time zones of its members."""

    zone: str
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class InPrivate:
    """One person, and their time zone; None while it is not known."""

    zone: str | None = None


Readers = InChannel | InPrivate
