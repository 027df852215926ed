"""What a calendar is told of a meeting, and for how long."""

import hashlib
import secrets
from datetime import datetime, timedelta

from bot.meetings.rules import MeetingState

# A session by the longest method, with arriving and parting.
LASTS = timedelta(minutes=90)
# What is over, and what was cancelled, stays in a calendar that follows for so long.
REMEMBERED = timedelta(days=90)
# How often a calendar that asks is told to look; most have a rhythm of their own.
LOOK_AGAIN = timedelta(hours=4)
# How long the link to a single file works.
LINK_LIVES = timedelta(hours=1)


def new_token() -> str:
    """256 bits, as 64 characters that no program takes for the end of an address."""
    return secrets.token_hex(32)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def is_shown(state: MeetingState, starts_at: datetime, now: datetime) -> bool:
    """Whether a meeting stands in a calendar that follows the group."""
    return (
        state in (MeetingState.PLANNED, MeetingState.OPENED, MeetingState.CANCELLED)
        and starts_at > now - REMEMBERED
    )


def entity_tag(body: bytes) -> str:
    """The ETag of a file: the same as long as nothing in it has changed."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def has_it(if_none_match: str, tag: str) -> bool:
    """Whether whoever asks has this very version (RFC 9110, 13.1.2)."""
    known = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return tag in known or known == ["*"]
