"""References that the buttons and forms of meetings carry: ids and dates, never a place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MeetingRef:
    meeting: str


@dataclass(frozen=True)
class PlanRef:
    """The group, and the meeting to move ("" for a new one). `known`: the change count of the form."""

    group: str
    meeting: str
    known: int


@dataclass(frozen=True)
class MenuRef:
    """A menu choice: "move" or "cancel" a meeting, "change" or "end" its rhythm from there on."""

    what: str
    meeting: str


@dataclass(frozen=True)
class RhythmRef:
    """A new rhythm of a group, or a change of a series from one of its meetings on."""

    group: str
    series: str
    since: str


@dataclass(frozen=True)
class PreviewRef:
    """A rhythm in the preview."""

    group: str
    series: str
    since: str
    rule: str
    first: str
    hour: str
    country: str
    known: int
