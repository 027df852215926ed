"""Rules of digests: the weekly cap on private messages, their moments, and which nudges they include.

- A person gets at most three digests in any seven days, over all groups. Messages of a running session do not count.
- The third digest is reserved for urgent nudges: those that expire within three days (a meeting tomorrow).
- A digest includes all due nudges, and those that would follow on the same working day. A nudge above the maximum goes in
  the next digest, at the latest when the last digest but one is a week old.
- No nudge goes after its `until`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from bot.working_time import holidays
from bot.working_time.hours import A_DAY, WorkingHours, is_working_day

# The promise that stands in the README: at most so many private messages per person per week.
MAX_DIGESTS_PER_WEEK = 3
RESERVED_FOR_URGENT = 1
WEEK = timedelta(days=7)
# Longer than a weekend: a nudge that expires on Monday is urgent on Friday.
URGENT_WITHIN = timedelta(days=3)
# A nudge that would follow so soon is included, unless it is meant for its hour.
TOGETHER = timedelta(hours=8)
# Nobody reads a longer digest, and Slack takes fifty blocks: https://docs.slack.dev/reference/block-kit/blocks
MAX_ITEMS = 8
# Digests are spread over the first half hour of the day: Slack limits calls (delivery/rate_limits.py,
# https://docs.slack.dev/apis/web-api/rate-limits).
SPREAD = timedelta(minutes=30)
# Slack's answer about a person holds for FRESH. A digest waits for the answer until ANSWER_DEADLINE, then goes anyway.
FRESH = timedelta(minutes=30)
ANSWER_DEADLINE = timedelta(minutes=10)
# Nudges of unknown kinds are left to a process of a newer version for so long.
FOR_ANOTHER_VERSION = timedelta(minutes=10)
# Status emoji of holiday and illness. Without an end in the status, Slack is asked again the next day.
HOLIDAY = (":palm_tree:", ":face_with_thermometer:")
# The choices under "Later", in days, besides a day of one's own.
LATER = (1, 3, 7)
LATER_AT_MOST = timedelta(days=366)
# Digests are kept for so long, so that an answer can still replace its question.
DIGESTS_KEPT = timedelta(days=60)
# The version of the digest format. Older digests are rewritten (service/old_digests.py).
WRITTEN_AS = 1

# The invitation to a group: the one kind for people who are not in the group.
INVITATION = "group.invitation"

# Topics that can be muted, by the first word of the kind. Other kinds belong to "group".
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
    """A waiting nudge: its first moment, and its expiry."""

    at: datetime
    until: datetime | None = None


def topic_of(kind: str) -> str:
    return _TOPIC_OF.get(kind.split(".")[0], "group")


def has_passed(wait: Wait, now: datetime) -> bool:
    return wait.until is not None and wait.until <= now


def free_at(sent: Sequence[datetime], now: datetime, letters: int) -> datetime:
    """The moment from which fewer than so many digests went in the seven days before."""
    lately = sorted(sent)[-letters:]
    return now if len(lately) < letters else max(now, lately[0] + WEEK)


def next_digest_at(waits: Sequence[Wait], sent: Sequence[datetime], now: datetime) -> datetime | None:
    """When the next digest may go, before working hours are applied; None when every nudge would expire first."""
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
    """Whether a digest of this moment includes a nudge. A nudge that lasts for hours only comes at its hour.

    A nudge for tomorrow does not come this evening.
    """
    if wait.at <= now:
        return not has_passed(wait, now)
    for_its_hour = wait.until is not None and wait.until - wait.at < A_DAY
    today = wait.at.astimezone(ZoneInfo(zone)).date() == now.astimezone(ZoneInfo(zone)).date()
    return today and wait.at <= now + TOGETHER and not for_its_hour


def first_items(waits: Sequence[Wait], room: int) -> list[int]:
    """The nudges to include when a digest has no room for all: the first to expire, then the longest waiting."""
    far = datetime.max.replace(tzinfo=UTC)
    order = sorted(range(len(waits)), key=lambda n: (waits[n].until or far, waits[n].at, n))
    return sorted(order[:room])


def next_contactable_at(
    at: datetime, hours: WorkingHours, user: str, before: datetime | None = None
) -> datetime:
    """The first moment from `at` on at which a person may be contacted; people are spread over the first half hour.

    Public holidays of their country are skipped. A nudge that expires (`before`) too soon waits neither for the day after
    the holiday nor for their share of the hour.
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
    """A person's share of the spread: the delay after their first hour begins, the same every day."""
    return timedelta(seconds=crc32(user.encode()) % int(SPREAD.total_seconds()))


def dnd_until(told: Mapping[str, Any], now: datetime) -> datetime | None:
    """The end of Slack's do-not-disturb; None when it is off now. https://docs.slack.dev/reference/methods/dnd.info"""
    start, end = (_seconds(told.get(f"next_dnd_{name}_ts")) for name in ("start", "end"))
    if not told.get("dnd_enabled") or not start <= now.timestamp() < end:
        return None
    return datetime.fromtimestamp(end, UTC)


def holiday_until(profile: Mapping[str, Any], now: datetime) -> datetime | None:
    """The end of a holiday by the status; None when there is none. https://docs.slack.dev/reference/methods/users.info"""
    if profile.get("status_emoji") not in HOLIDAY:
        return None
    end = _seconds(profile.get("status_expiration"))
    if end == 0:
        return now + A_DAY
    return datetime.fromtimestamp(end, UTC) if end > now.timestamp() else None


def _seconds(value: Any) -> float:
    # Python's dates cannot hold a value outside these years.
    return float(value) if isinstance(value, (int, float)) and 0 <= value < 32_503_680_000 else 0.0


def back_at(last_day: str, zone: str) -> datetime:
    """The end of the last day of an absence, in UTC."""
    after = date.fromisoformat(last_day) + A_DAY
    return datetime.combine(after, time(), ZoneInfo(zone)).astimezone(UTC)


def postponed_to(day: date, until: datetime | None, hours: WorkingHours, now: datetime) -> datetime | None:
    """When a snoozed nudge comes back: on the chosen day, or on the last working day before it expires.

    Without such a day it comes in the morning of its last day; when that is too late, None.
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
