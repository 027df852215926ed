"""What the buttons and forms of this room carry."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SearchRef:
    search: str


@dataclass(frozen=True)
class SlotsRef:
    """The group, the search (empty for a new one), and the number of the first date in this form."""

    group: str
    search: str
    first: int


@dataclass(frozen=True)
class MarkRef:
    """The search, and how many of its dates stood in earlier forms."""

    search: str
    first: int
