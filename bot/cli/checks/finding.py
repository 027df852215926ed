"""What a check found."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """`advice` is a sentence about what to do; a "note" is fine as it is."""

    what: str
    state: Literal["ok", "note", "problem"]
    advice: str = ""
