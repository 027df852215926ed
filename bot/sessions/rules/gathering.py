"""Whether the people who are there can begin."""

from collections.abc import Set as AbstractSet
from enum import Enum

# Below this a session works, but yields less: the method needs several pairs of eyes.
FEW = 4


class Readiness(Enum):
    """What stands in the way of beginning."""

    READY = "ready"
    FEW = "it can, but with more people it gives more"
    NO_PRESENTER = "the presenter is not there"
    ALONE = "nobody but the presenter is there"


def readiness(present: AbstractSet[str], presenter: str) -> Readiness:
    """Nothing is blocked beyond the presenter and one other."""
    if presenter not in present:
        return Readiness.NO_PRESENTER
    if len(present) < 2:
        return Readiness.ALONE
    return Readiness.FEW if len(present) < FEW else Readiness.READY
