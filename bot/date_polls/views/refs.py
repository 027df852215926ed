"""References that the buttons and forms of date polls carry."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SearchRef:
    search: str


@dataclass(frozen=True)
class SlotsRef:
    """The group, the date poll ("" for a new one), and the number of the first date in this form."""

    group: str
    search: str
    first: int


@dataclass(frozen=True)
class MarkRef:
    """The date poll, and the number of its dates in earlier forms."""

    search: str
    first: int
