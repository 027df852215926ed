"""Pure rules of fit checks."""

from collections.abc import Iterable
from datetime import timedelta

# The answers to a fit check, the question whether the group still fits.
FITS = ("time", "rhythm", "long", "little", "silent", "fits", "stop")
# The answers that say why somebody stayed away. They may be shared.
REASONS = ("time", "rhythm", "long", "little", "silent")
# The answer of a fit check whose reason is kept encrypted beside it.
REASON = "reason"
# A reason is passed on without names once so many members shared it,
SHARED_BY = 2
# and within this time of each other.
FRESH = timedelta(days=120)


def is_shared_enough(reasons: Iterable[str], reason: str) -> bool:
    """Whether enough members shared a reason, so that it points at nobody."""
    return sum(one == reason for one in reasons) >= SHARED_BY
