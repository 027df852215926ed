"""Pure rules of recurrence: a rhythm as an RRULE (RFC 5545, 3.3.10), and the days on which it falls.

Only days are counted here. The local hour is added to each day afterwards, so summer time does not change it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from dateutil.rrule import rrulestr

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKS = (1, 2, 3, 4, 5, 6, 8, 10, 12)
MONTHS = (1, 2, 3)
LAST = -1
# Which weekday of the month: the first to the fifth, and the last.
ORDINALS = (1, 2, 3, 4, 5, LAST)
# A running series always has this many upcoming meetings.
AHEAD = 6


@dataclass(frozen=True)
class Recurrence:
    """ "weeks": every `every` weeks on `weekday` (0 is Monday). "weekday": the `nth` `weekday` of every `every` months.
    "day": day `nth` of every `every` months."""

    kind: str
    every: int
    weekday: int = 0
    nth: int = 0


def to_rule(rhythm: Recurrence) -> str:
    """The rhythm as an RRULE."""
    day = WEEKDAYS[rhythm.weekday]
    if rhythm.kind == "weeks":
        # WKST=MO: weeks begin on Monday in every country, or an interval of weeks would count differently.
        return f"FREQ=WEEKLY;INTERVAL={rhythm.every};WKST=MO;BYDAY={day}"
    if rhythm.kind == "weekday":
        return f"FREQ=MONTHLY;INTERVAL={rhythm.every};BYDAY={rhythm.nth:+d}{day}"
    return f"FREQ=MONTHLY;INTERVAL={rhythm.every};BYMONTHDAY={rhythm.nth}"


def from_rule(rule: str) -> Recurrence:
    """The rhythm of an RRULE made by `to_rule`. Raises ValueError for any other rule."""
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    every = int(parts["INTERVAL"])
    if "BYMONTHDAY" in parts:
        return Recurrence("day", every, nth=int(parts["BYMONTHDAY"]))
    if "BYDAY" not in parts:
        raise ValueError("no rhythm of ours")
    weekday = WEEKDAYS.index(parts["BYDAY"][-2:])
    if parts["FREQ"] == "WEEKLY":
        return Recurrence("weeks", every, weekday)
    return Recurrence("weekday", every, weekday, int(parts["BYDAY"][:-2]))


def first_on(rhythm: Recurrence, since: date) -> date:
    """The first day of a rhythm, from which its interval counts: the first fitting day from `since` on."""
    once = Recurrence(rhythm.kind, 1, rhythm.weekday, rhythm.nth)
    found = next(_days(to_rule(once), since), None)
    if found is None:
        raise ValueError("this rhythm never falls on a day")
    return found


def days(rule: str, first: date, after: date | None, until: date) -> Iterator[date]:
    """The days of a series that began on `first`: those later than `after`, up to and including `until`."""
    for day in _days(rule, first):
        if day > until:
            return
        if after is None or day > after:
            yield day


def _days(rule: str, first: date) -> Iterator[date]:
    # Plain local days: in a time zone, midnight itself could be an hour that summer time skips.
    for found in rrulestr(rule, dtstart=datetime.combine(first, time())):
        yield found.date()


def skipped_months(rhythm: Recurrence, first: date, last: date) -> list[date]:
    """The months between two days in which this rhythm has no day, each as its first day: no fifth Friday, no 31st."""
    in_every_month = {"weeks": True, "weekday": rhythm.nth < 5, "day": rhythm.nth < 29}
    if in_every_month[rhythm.kind]:
        return []
    hit = {day.replace(day=1) for day in days(to_rule(rhythm), first, None, last)}
    found: list[date] = []
    month = first.replace(day=1)
    while month <= last:
        if month not in hit:
            found.append(month)
        month = _months_later(month, rhythm.every)
    return found


def _months_later(month: date, count: int) -> date:
    years, index = divmod(month.month - 1 + count, 12)
    return date(month.year + years, index + 1, 1)
