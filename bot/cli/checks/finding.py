"""Finding: the result of a check."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """Result of a check. `advice` says what to do; a "note" needs no action."""

    what: str
    state: Literal["ok", "note", "problem"]
    advice: str = ""
