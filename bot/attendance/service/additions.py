"""Additions: what rooms above have to say in the private messages before a meeting."""

from collections.abc import Callable, Sequence

from bot.attendance.views.private import Words
from bot.cases.records import Case
from bot.groups.records import Group
from bot.meetings.records import Meeting
from bot.storage import Tx
from bot.texts import Texts

# Of the card of whoever leads, and of the message to the presenter.
_TO_LEADER: list[Callable[[Tx, Group, Meeting, Texts], Words | None]] = []
_TO_PRESENTER: list[Callable[[Tx, Group, Meeting, Case, Texts], Words | None]] = []


def extend_card(words: Callable[[Tx, Group, Meeting, Texts], Words | None]) -> None:
    """Register what a room above adds to the card of whoever leads a meeting."""
    _TO_LEADER.append(words)


def extend_presenter_message(words: Callable[[Tx, Group, Meeting, Case, Texts], Words | None]) -> None:
    """Register what a room above adds to the presenter's message before a meeting."""
    _TO_PRESENTER.append(words)


def to_leader(tx: Tx, group: Group, meeting: Meeting, t: Texts) -> list[Words]:
    return [found for words in _TO_LEADER if (found := words(tx, group, meeting, t))]


def to_presenter(tx: Tx, group: Group, meeting: Meeting, case: Case, t: Texts) -> list[Words]:
    return [found for words in _TO_PRESENTER if (found := words(tx, group, meeting, case, t))]


def joined(words: Words, more: Sequence[Words]) -> Words:
    """The words of a message with what is added to them."""
    parts = [words, *more]
    return "\n".join(text for text, _ in parts), [block for _, blocks in parts for block in blocks]
