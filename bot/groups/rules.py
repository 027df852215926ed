"""Pure decisions about groups and about when people may be disturbed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DEFAULT_ZONE = "Europe/Amsterdam"
# Sources differ; below four there are too few eyes, above eight too few turns. We warn, we never refuse.
SMALLEST, LARGEST = 4, 8
# In a channel of more people than this, only those who press the button are members.
MAX_ENROLLED = 20
# What can be chosen for how long texts are kept, in days; None: for ever. Three months are never less than that.
KEEPING: tuple[int | None, ...] = (None, 92, 365, 730)
KEEP_AT_FIRST = 365
# The hours on the clock from which and until which may be written.
HOUR_CHOICES = range(24)
# The quiet hours in which what is too old is deleted: spread, so that not all groups fall in one minute.
TIDYING_FROM, TIDYING_MINUTES = 2, 180
# How long nobody hears again of a size that was pointed out.
SIZE_NOTICE_AGAIN_AFTER = timedelta(days=90)


class AbsenceReason(StrEnum):
    """Why someone is not in the group (any more)."""

    # In the channel, but not in the group: left it, or not joined yet.
    CHOSE = "chose"
    # Left the channel as a member: back in the channel is back in the group.
    CHANNEL = "channel"
    # Left the channel without being in the group.
    BOTH = "both"
    # The account is closed.
    GONE = "gone"
    BOT = "bot"


def stamp(values: Sequence[object]) -> int:
    """A number for some settings as they are: another one when somebody has changed them. Never 0."""
    return crc32(repr(list(values)).encode()) or 1


def known_zone(name: str | None) -> str:
    """A time zone that exists; ours when Slack names one that this machine does not know."""
    try:
        return ZoneInfo(name or DEFAULT_ZONE).key
    except (ZoneInfoNotFoundError, ValueError):
        return DEFAULT_ZONE


@dataclass(frozen=True)
class Turn:
    """What counts for whose turn it is to lead."""

    user: str
    led_at: datetime | None
    led: int
    # Asked for it, for this meeting.
    offers: bool = False


def whose_turn(turns: Sequence[Turn]) -> str | None:
    """Who asked for it; then who led least recently, then least often. By id at last, so that everyone can check it."""
    if not turns:
        return None
    first = min(
        turns,
        key=lambda one: (
            not one.offers,
            one.led_at is not None,
            one.led_at.timestamp() if one.led_at else 0.0,
            one.led,
            one.user,
        ),
    )
    return first.user


def size_of(members: int) -> str | None:
    """ "small" or "large" when a group has fewer or more members than does it good."""
    if members < SMALLEST:
        return "small"
    return "large" if members > LARGEST else None


def says_size(size: str | None, told: str | None, told_at: datetime | None, now: datetime) -> bool:
    """Whether a size is worth pointing out: not when that was done lately."""
    if size is None:
        return False
    return size != told or told_at is None or told_at + SIZE_NOTICE_AGAIN_AFTER <= now


def is_shorter(new: int | None, old: int | None) -> bool:
    """Whether texts would be kept less long than so far."""
    return new is not None and (old is None or new < old)


def next_purge(channel: str, zone: str, from_hour: int, to_hour: int, now: datetime) -> datetime:
    """The next quiet moment of a group, the same minute each night; in UTC."""
    hour = TIDYING_FROM if from_hour >= TIDYING_FROM + TIDYING_MINUTES // 60 else to_hour
    minutes = hour * 60 + crc32(channel.encode()) % TIDYING_MINUTES
    day = now.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    while True:
        wall = datetime.combine(day, time(0)) + timedelta(minutes=minutes)
        at = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        if at > now:
            return at
        day += timedelta(days=1)


def guest_of(profile: Mapping[str, Any], team_id: str, enterprise_id: str) -> str | None:
    """What Slack's users.info says of someone who is not a colleague here: "guest", "stranger" or None.

    In a shared channel people of another organisation are told by their team. Page: Understanding Slack Connect.
    """
    theirs = str(profile.get("team_id") or team_id)
    enterprise = str((profile.get("enterprise_user") or {}).get("enterprise_id") or "")
    same_house = theirs == team_id or (bool(enterprise_id) and enterprise == enterprise_id)
    if profile.get("is_stranger") or not same_house:
        return "stranger"
    return "guest" if profile.get("is_restricted") or profile.get("is_ultra_restricted") else None
