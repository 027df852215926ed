"""Rules of forgetting, on plain values."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from enum import StrEnum


class Subject(StrEnum):
    """What can be forgotten as a whole."""

    USER = "user"
    GROUP = "group"
    WORKSPACE = "workspace"


# The pauses until what an event of leaving left behind is swept away. The last one repeats.
SWEEPS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=12))
# After so many sweeps a deletion that Slack has neither taken nor refused counts as failed.
SWEEPS_AT_MOST = 20

# How long before and after a session its first message is looked for in the channel.
LOOK_UP_MARGIN = timedelta(hours=1)
# So many pages of one channel or thread are read: ten thousand messages.
LOOK_UP_PAGES = 50
# A look-up of which nothing was heard for so long has failed, or still waits its turn.
LOOK_UP_SILENCE = timedelta(hours=2)


def digest_of(subject: Subject, team_id: str, of: str, secret: str | None) -> str:
    """The hash under which something is listed as forgotten; HMAC-SHA256, and of before SHA-256 without a key."""
    said = f"intervisie forgotten {subject} {team_id} {of}".encode()
    if secret is None:
        return hashlib.sha256(said).hexdigest()
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def new_secret() -> str:
    """A key for the hashes. Slack ids are short, so whoever has no key must not be able to try them all."""
    return secrets.token_hex(32)


def pause_before(sweep: int) -> timedelta:
    """The pause before a sweep; the first is number 0."""
    return SWEEPS[min(sweep, len(SWEEPS) - 1)]
