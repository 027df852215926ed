"""Pure rules of private messages: how many, when, what travels together, and what wins when there is more.

- At most three letters in any seven days, to a person, over all groups. What belongs to a running session is no letter.
- The third is kept for what is soon: what loses its sense within three days (a meeting tomorrow).
- A letter takes along everything that is due, and what would follow on the same working day. So what waits for room never waits
  longer than for the next letter, and that goes when the last but one is a week old, at the latest.
- Nothing is said after its `until`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from bot.working_time import holidays
from bot.working_time.hours import WorkingHours, is_working_day

# The promise that stands in the README: at most so many private messages per person per week.
MAX_DIGESTS_PER_WEEK = 3
RESERVED_FOR_URGENT = 1
WEEK = timedelta(days=7)
# Over a weekend: what ends on Monday is soon on Friday.
URGENT_WITHIN = timedelta(days=3)
# What would come so soon after travels along in the same message, unless it is meant for its hour.
TOGETHER = timedelta(hours=8)
A_DAY = timedelta(days=1)
# So many parts in one message: beyond that nobody reads it, and Slack takes no more than fifty blocks.
MAX_ITEMS = 8
# Whoever begins at nine hears from us in the first half hour: Slack answers questions about fifty people a minute, and
# takes a few hundred messages (delivery/rate_limits.py).
SPREAD = timedelta(minutes=30)
# How long Slack's word about a person holds, and how long we wait for it before a letter goes without it.
FRESH = timedelta(minutes=30)
ANSWER_DEADLINE = timedelta(minutes=10)
# What this process does not know is left for so long to one that does.
FOR_ANOTHER_VERSION = timedelta(minutes=10)
# Who is on holiday or ill, and did not say until when, is looked at again the next day.
HOLIDAY = (":palm_tree:", ":face_with_thermometer:")
# The choices under "Later", in days; a day of one's own is the other one.
LATER = (1, 3, 7)
LATER_AT_MOST = timedelta(days=366)
# Letters are kept for so long, so that an answer can still take the place of its question.
DIGESTS_KEPT = timedelta(days=60)
# What a letter may hold has changed so often; older ones are looked through (service/older.py).
WRITTEN_AS = 1

# What can be turned off on its own, by the beginning of the kind; what is not named here belongs to the group.
ALL = "all"
TOPICS = ("meetings", "cases", "steps", "reflections", "group")
_TOPIC_OF = {
    "meeting": "meetings",
    "presence": "meetings",
    "role": "meetings",
    "date": "meetings",
    "case": "cases",
    "poll": "cases",
    "step": "steps",
    "look_back": "steps",
    "reflection": "reflections",
}


@dataclass(frozen=True)
class Wait:
    """Something that waits to be said: from when on, and until when it makes sense."""

    at: datetime
    until: datetime | None = None


def topic_of(kind: str) -> str:
    return _TOPIC_OF.get(kind.split(".")[0], "group")


def has_passed(wait: Wait, now: datetime) -> bool:
    return wait.until is not None and wait.until <= now


def free_at(sent: Sequence[datetime], now: datetime, letters: int) -> datetime:
    """From when on fewer than so many letters have gone in the seven days before."""
    lately = sorted(at for at in sent if at > now - WEEK)
    return now if len(lately) < letters else lately[-letters] + WEEK


def next_digest_at(waits: Sequence[Wait], sent: Sequence[datetime], now: datetime) -> datetime | None:
    """When the next letter may go, leaving out the hours of the day; None when nothing is left to say in time."""
    for_anything = free_at(sent, now, MAX_DIGESTS_PER_WEEK - RESERVED_FOR_URGENT)
    for_what_is_soon = free_at(sent, now, MAX_DIGESTS_PER_WEEK)
    found: list[datetime] = []
    for wait in waits:
        at = max(wait.at, now)
        earliest = max(at, for_anything)
        if wait.until is not None:
            earliest = min(earliest, max(at, wait.until - URGENT_WITHIN, for_what_is_soon))
        if not has_passed(wait, earliest):
            found.append(earliest)
    return min(found, default=None)


def is_included(wait: Wait, now: datetime, zone: str) -> bool:
    """Whether it goes in a letter of this moment. What lasts for hours only is meant for its hour, and comes then; what
    is meant for tomorrow does not come this evening."""
    if wait.at <= now:
        return not has_passed(wait, now)
    for_its_hour = wait.until is not None and wait.until - wait.at < A_DAY
    today = wait.at.astimezone(ZoneInfo(zone)).date() == now.astimezone(ZoneInfo(zone)).date()
    return today and wait.at <= now + TOGETHER and not for_its_hour


def first_items(waits: Sequence[Wait], room: int) -> list[int]:
    """Which go along when there are more than a letter has room for: what ends first, then what waits longest."""
    far = datetime.max.replace(tzinfo=UTC)
    order = sorted(range(len(waits)), key=lambda n: (waits[n].until or far, waits[n].at, n))
    return sorted(order[:room])


def next_contactable_at(
    at: datetime, hours: WorkingHours, user: str, before: datetime | None = None
) -> datetime:
    """The first moment from `at` on at which somebody may be disturbed: not all people at the stroke of nine.

    On a public holiday of their country nobody is disturbed. What has passed `before` the day after it, or before their
    minute of the hour, does not wait for that.
    """
    zone = ZoneInfo(hours.zone)
    moment = hours.next_open(at)
    while holidays.is_holiday(day := moment.astimezone(zone).date(), hours.zone):
        after = hours.opening_on(day + A_DAY)
        if before is not None and after + SPREAD >= before:
            break
        moment = after
    opening = datetime.combine(day, time(hours.from_hour), zone).astimezone(UTC)
    theirs = opening + share_of_the_hour(user)
    return max(moment, theirs) if before is None or theirs < before else moment


def share_of_the_hour(user: str) -> timedelta:
    """How long after their first hour begins somebody is written to: the same every day."""
    return timedelta(seconds=crc32(user.encode()) % int(SPREAD.total_seconds()))


def dnd_until(told: Mapping[str, Any], now: datetime) -> datetime | None:
    """Until when Slack keeps somebody from being disturbed; None when it does not now. Page: dnd.info."""
    start, end = (_seconds(told.get(f"next_dnd_{name}_ts")) for name in ("start", "end"))
    if not told.get("dnd_enabled") or not start <= now.timestamp() < end:
        return None
    return datetime.fromtimestamp(end, UTC)


def holiday_until(profile: Mapping[str, Any], now: datetime) -> datetime | None:
    """Until when somebody's status says that they are not at work; None when it does not. Page: users.info."""
    if profile.get("status_emoji") not in HOLIDAY:
        return None
    end = _seconds(profile.get("status_expiration"))
    if end == 0:
        return now + A_DAY
    return datetime.fromtimestamp(end, UTC) if end > now.timestamp() else None


def _seconds(value: Any) -> float:
    # Outside of these years it is no date that Python can hold, and no holiday.
    return float(value) if isinstance(value, (int, float)) and 0 <= value < 32_503_680_000 else 0.0


def back_at(last_day: str, zone: str) -> datetime:
    """The end of the last day of an absence, in UTC."""
    after = date.fromisoformat(last_day) + A_DAY
    return datetime.combine(after, time(), ZoneInfo(zone)).astimezone(UTC)


def postponed_to(day: date, until: datetime | None, hours: WorkingHours, now: datetime) -> datetime | None:
    """When something comes back that was put off until a day: then, or on the last working day before it has passed.

    When there is no such day left it comes in the morning of the day itself, and when that is too late, not at all.
    """
    at = hours.opening_on(day)
    if until is None or at < until:
        return at
    zone = ZoneInfo(hours.zone)
    today, last = now.astimezone(zone).date(), until.astimezone(zone).date()
    before = [last - n * A_DAY for n in range(1, (last - today).days)]
    for one in [*before, last]:
        at = hours.opening_on(one)
        # With room for their share of the hour.
        if one > today and is_working_day(one, hours.days) and at + SPREAD < until:
            return at
    return None
