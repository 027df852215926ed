"""A calendar file as two readers see it: the parser of icalendar, and a lenient one that knows lines alone."""

import re
from typing import Any

from icalendar import Calendar


def events(body: bytes) -> list[Any]:
    """The meetings in a file. What a property is depends on its name, which no type says."""
    return list(Calendar.from_ical(body).walk("VEVENT"))


def lenient(body: bytes) -> list[tuple[str, str]]:
    """The names and texts of a file's lines, whichever character ends them: https://www.rfc-editor.org/rfc/rfc5545#section-3.1"""
    unfolded = re.sub("(\r\n|\r|\n)[ \t]", "", body.decode())
    lines = [line.partition(":") for line in unfolded.splitlines()]
    return [(name.partition(";")[0], re.sub(r"\\([,;\\])", r"\1", text)) for name, _, text in lines]
