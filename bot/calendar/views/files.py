"""Calendar files (RFC 5545; the two headers about looking again: RFC 7986 and Microsoft's [MS-OXCICAL])."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.calendar.rules import LOOK_AGAIN

if TYPE_CHECKING:
    from icalendar import Event

_NO_LINE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]+")
PRODUCT = "-//Intervisie//Intervisie bot//NL"


@dataclass(frozen=True)
class Entry:
    """A meeting as a calendar needs it. Nobody's name is in it, and nothing of a case."""

    uid: str
    summary: str
    place: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    sequence: int
    cancelled: bool


def calendar_file(name: str, entries: Sequence[Entry]) -> bytes:
    """The entries as a file. The same entries give the same bytes."""
    # Here, because loading icalendar takes 20 ms, and no start makes a calendar file.
    from icalendar import Calendar, vDuration, vText

    found = Calendar()
    found.add("prodid", PRODUCT)
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", vText(_line(name)))
    found.add("name", vText(_line(name)))
    again = vDuration(LOOK_AGAIN)
    again.params["VALUE"] = "DURATION"
    found.add("refresh-interval", again)
    found.add("x-published-ttl", vDuration(LOOK_AGAIN))
    for entry in entries:
        found.add_component(_event(entry))
    return bytes(found.to_ical())


def _line(text: str) -> str:
    """A text without what ends a line: a lone carriage return begins a property of its own for lenient readers."""
    return _NO_LINE.sub(" ", text)


def _event(entry: Entry) -> "Event":
    # Here for the reason that stands above.
    from icalendar import Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("summary", _line(entry.summary))
    # In UTC, so that no calendar has to know our time zones.
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    if entry.place:
        event.add("location", _line(entry.place))
    event.add("sequence", entry.sequence)
    # Of a file that is published, not sent, it is the moment of the last change (RFC 5545, 3.8.7.2).
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    return event
