"""Rules of calendars: tokens, which meetings a feed holds, and HTTP caching."""

import hashlib
import secrets
from datetime import datetime, timedelta

from bot.meetings.rules import MeetingState

# Past and cancelled meetings stay in a feed for so long.
REMEMBERED = timedelta(days=90)
# The refresh interval that a feed suggests; most calendars have their own.
LOOK_AGAIN = timedelta(hours=4)
# How long the link to a single file works.
LINK_LIVES = timedelta(hours=1)


def new_token() -> str:
    """A token of 256 bits, in hex: no mail program takes a character of it for the end of a link."""
    return secrets.token_hex(32)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def is_shown(state: MeetingState, starts_at: datetime, now: datetime) -> bool:
    """Whether a feed holds a meeting."""
    return (
        state in (MeetingState.PLANNED, MeetingState.OPENED, MeetingState.CANCELLED)
        and starts_at > now - REMEMBERED
    )


def entity_tag(body: bytes) -> str:
    """The ETag of a file: the same as long as nothing in it has changed."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def has_version(if_none_match: str, tag: str) -> bool:
    """Whether the client has this version already (If-None-Match, RFC 9110, 13.1.2)."""
    known = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return tag in known or known == ["*"]
