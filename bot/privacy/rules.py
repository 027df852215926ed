"""Rules of forgetting, on plain values."""

import hashlib
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


def digest_of(subject: Subject, team_id: str, of: str) -> str:
    """The hash under which something is listed as forgotten."""
    return hashlib.sha256(f"intervisie forgotten {subject} {team_id} {of}".encode()).hexdigest()


def pause_before(sweep: int) -> timedelta:
    """The pause before a sweep; the first is number 0."""
    return SWEEPS[min(sweep, len(SWEEPS) - 1)]
