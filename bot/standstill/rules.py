"""Pure rules of a standstill: when a group is asked what it needs, and what it may answer."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

# So many meetings in a row that nobody began, or that were called off.
MISSED_IN_A_ROW = 2
# A group without a date is asked this long after its last meeting, or after it was set up.
NOTHING_PLANNED_AFTER = timedelta(days=21)


class Cause(StrEnum):
    """Why a group is asked."""

    MISSED = "missed"
    NOTHING_PLANNED = "nothing_planned"
    # Set up, and never met.
    NEVER_MET = "never_met"


class Answer(StrEnum):
    """What the group needs, by one of its members."""

    RHYTHM = "rhythm"
    SHORTER = "shorter"
    WAY = "way"
    LEAD = "lead"
    MET = "met"
    REST = "rest"
    STOP = "stop"


class End(StrEnum):
    """How a standstill ended without an answer to the question."""

    PLANNED = "planned"
    BEGUN = "begun"
    PAUSED = "paused"


def has_stopped(missed: Sequence[bool]) -> bool:
    """Whether the latest meetings, the newest first, were missed often enough in a row."""
    lately = missed[:MISSED_IN_A_ROW]
    return len(lately) == MISSED_IN_A_ROW and all(lately)
