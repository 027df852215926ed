"""Rules of groups: absence, turns, size, retention and guests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from unicodedata import category
from zlib import crc32
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DEFAULT_ZONE = "Europe/Amsterdam"
# Sources differ. Below four there are too few eyes; above how many there are too few turns, each group decides. The bot
# advises and never refuses.
MIN_GOOD_SIZE = 4
# The first texts of the agreements: of groups from before these were told apart, of later ones, and of later ones that
# met by video when they began.
OLD_TEXT, NEW_TEXT, VIDEO_TEXT = 1, 2, 3
# In a larger channel nobody is asked in private whether they take part; the message in the channel asks everyone.
MAX_INVITED = 20
# The card, the question who takes part and the message about the rest can be edited as long as the group exists.
CARD_EXPIRES_AT = datetime(9999, 1, 1, tzinfo=UTC)
# The choices of retention, in days; None: for ever. 92 days are never less than three months.
RETENTION_CHOICES: tuple[int | None, ...] = (None, 92, 365, 730)
DEFAULT_RETENTION_DAYS = 365
# The choices for the first and the last working hour.
HOUR_CHOICES = range(24)
# Slack's own limit of a display name, and the length of its column.
MAX_NAME_LENGTH = 80
# The characters that change the direction of the text around them.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# The purge runs at night. Groups are spread over these minutes, so that not all of them fall in one.
PURGE_FROM_HOUR, PURGE_MINUTES = 2, 180
# The same advice about the size is not repeated within this time.
SIZE_NOTICE_AGAIN_AFTER = timedelta(days=90)
# How many sessions a leader from outside leads, unless the group says another number; and its choices.
LEADER_SESSIONS, LEADER_SESSION_CHOICES = 5, range(1, 13)
# After that a leader from outside reads along in so many that a member leads. Then the group is asked.
READ_ALONG = 2


class Meets(StrEnum):
    """How people meet: where they speak, or write, with each other."""

    ROOM = "room"
    VIDEO = "video"
    THREAD = "thread"


class Role(StrEnum):
    """What somebody does in a group."""

    # Takes part: brings in cases, votes, and takes something from each session.
    MEMBER = "member"
    # Leads, and brings in nothing: counts nowhere, and is asked for nothing of their own.
    LEADER = "leader"


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
    """A checksum of some settings, which differs once somebody has changed them. Never 0."""
    return crc32(repr(list(values)).encode()) or 1


def known_zone(name: str | None) -> str:
    """A time zone that exists; the default when this machine does not know the one that Slack names."""
    try:
        return ZoneInfo(name or DEFAULT_ZONE).key
    except (ZoneInfoNotFoundError, ValueError):
        return DEFAULT_ZONE


@dataclass(frozen=True)
class Turn:
    """A candidate for the next turn to lead."""

    user: str
    led_at: datetime | None
    led: int
    # Offered to lead this meeting.
    offers: bool = False


def whose_turn(turns: Sequence[Turn]) -> str | None:
    """Whose turn it is: people who offered first, then who led least recently, then least often, then by id."""
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


def leads_still(led: int, sessions: int) -> bool:
    """Whether it is still the turn of a leader from outside, who led so many of the sessions that the group chose."""
    return led < sessions


def size_of(members: int, maximum: int) -> str | None:
    """ "small" or "large" when a group has fewer members than does it good, or more than it wants."""
    if members < MIN_GOOD_SIZE:
        return "small"
    return "large" if members > maximum else None


# Everybody in the channel has only just been asked.
FILLS_FOR = timedelta(days=2)


def is_filling(began_at: datetime, now: datetime) -> bool:
    """Whether a group is so new that nobody needs to hear that it is small."""
    return now < began_at + FILLS_FOR


def first_text_of(meets: str) -> int:
    """The first text of the agreements of a group that begins now, by its way of meeting."""
    return VIDEO_TEXT if meets == "video" else NEW_TEXT


def is_size_notice_due(size: str | None, told: str | None, told_at: datetime | None, now: datetime) -> bool:
    """Whether a notice about the size is due: not when the same one was sent lately."""
    if size is None:
        return False
    return size != told or told_at is None or told_at + SIZE_NOTICE_AGAIN_AFTER <= now


# A shorter retention begins so much later, so that whoever needs their words can take them along.
BEFORE_SHORTER = timedelta(days=7)
# A group that exists hears that the bot's messages will go; nothing of them goes sooner after that.
BEFORE_MESSAGES_GO = timedelta(weeks=4)
# A message is a little older than the words in it: the session ends after its first ones.
MESSAGES_LATER = timedelta(days=1)


def may_messages_go(since: datetime | None, before: datetime, now: datetime) -> bool:
    """Whether messages from before a moment may be deleted: what there was when a group heard of it has a whole term from then."""
    return since is not None and since < before and now >= since + BEFORE_MESSAGES_GO


def is_shorter(new: int | None, old: int | None) -> bool:
    """Whether a new retention is shorter than the old one."""
    return new is not None and (old is None or new < old)


def next_purge(channel: str, zone: str, from_hour: int, to_hour: int, now: datetime) -> datetime:
    """The next purge of a group: in its quiet hours, the same minute each night; in UTC."""
    hour = PURGE_FROM_HOUR if from_hour >= PURGE_FROM_HOUR + PURGE_MINUTES // 60 else to_hour
    minutes = hour * 60 + crc32(channel.encode()) % PURGE_MINUTES
    day = now.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    while True:
        wall = datetime.combine(day, time(0)) + timedelta(minutes=minutes)
        at = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        if at > now:
            return at
        day += timedelta(days=1)


def display_name(profile: Mapping[str, Any]) -> str | None:
    """The name under which Slack shows a person, on one line; None without one, and for a closed account.

    https://docs.slack.dev/reference/objects/user-object
    """
    if profile.get("deleted"):
        return None
    inner = profile.get("profile") or {}
    for found in (inner.get("display_name"), inner.get("real_name"), profile.get("real_name")):
        line = " ".join(str(found or "").split())
        shown = "".join(one for one in line if category(one) != "Cc" and one not in _DIRECTIONS).strip()
        if shown:
            return shown[:MAX_NAME_LENGTH].strip()
    return None


def guest_of(profile: Mapping[str, Any], team_id: str, enterprise_id: str) -> str | None:
    """Guests by their profile of users.info: "guest", "stranger" (of another organisation), or None for a colleague.

    In a shared channel the team of a person tells their organisation: https://docs.slack.dev/apis/slack-connect
    """
    theirs = str(profile.get("team_id") or team_id)
    enterprise = str((profile.get("enterprise_user") or {}).get("enterprise_id") or "")
    same_house = theirs == team_id or (bool(enterprise_id) and enterprise == enterprise_id)
    if profile.get("is_stranger") or not same_house:
        return "stranger"
    return "guest" if profile.get("is_restricted") or profile.get("is_ultra_restricted") else None
