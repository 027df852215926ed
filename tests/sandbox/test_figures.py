"""The figures of a played session: above an aim the play fails."""

import pytest

from sandbox.player.figures import LONGEST_MESSAGE, MOST_MESSAGES, MOST_PRIVATE, Figures


@pytest.mark.parametrize(
    ("messages", "private", "longest", "held"),
    [
        (MOST_MESSAGES, MOST_PRIVATE, LONGEST_MESSAGE, [True, True, True]),
        (MOST_MESSAGES + 1, MOST_PRIVATE, LONGEST_MESSAGE, [False, True, True]),
        (MOST_MESSAGES, MOST_PRIVATE + 1, LONGEST_MESSAGE, [True, False, True]),
        (MOST_MESSAGES, MOST_PRIVATE, LONGEST_MESSAGE + 1, [True, True, False]),
    ],
)
def test_an_aim_is_held_or_missed(messages: int, private: int, longest: int, held: list[bool]) -> None:
    figures = Figures(messages=messages, private=private, longest=longest, notifications={})
    assert [holds for _, holds in figures.aims()] == held
