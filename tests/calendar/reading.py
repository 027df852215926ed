"""A calendar file as icalendar's parser reads it."""

from typing import Any

from icalendar import Calendar


def events(body: bytes) -> list[Any]:
    """The meetings in a file. What a property is depends on its name, which no type says."""
    return list(Calendar.from_ical(body).walk("VEVENT"))
