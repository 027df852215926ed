"""What the buttons and forms of this room carry: ids and dates, never a place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MeetingRef:
    meeting: str


@dataclass(frozen=True)
class PlanRef:
    """The group, and the meeting that is moved; empty for a new one. `known`: what the form was drawn for."""

    group: str
    meeting: str
    known: int


@dataclass(frozen=True)
class MenuRef:
    """What to do with a meeting: "move", "cancel", "change" or "end" (its rhythm, from here on)."""

    what: str
    meeting: str


@dataclass(frozen=True)
class RhythmRef:
    """A group's new rhythm, or another one for a series from one of its meetings on."""

    group: str
    series: str
    since: str


@dataclass(frozen=True)
class PreviewRef:
    """A rhythm whose dates somebody is looking at."""

    group: str
    series: str
    since: str
    rule: str
    first: str
    hour: str
    country: str
    known: int
