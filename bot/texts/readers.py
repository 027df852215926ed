"""Readers of a text: a channel, whose members read the same words, or one person."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class InChannel:
    """A channel: the time zone of its group, the known time zones of its members, and their names by user."""

    zone: str
    members: frozenset[str] = frozenset()
    # Names are personal data: they stay out of logs and tracebacks.
    names: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)


@dataclass(frozen=True, slots=True)
class InPrivate:
    """One person, and their time zone; None while it is not known."""

    zone: str | None = None


Readers = InChannel | InPrivate
