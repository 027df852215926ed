"""The figures of a played session: above an aim the play fails."""

import pytest

from sandbox.player.figures import LONGEST_MESSAGE, MOST_MESSAGES, Figures


@pytest.mark.parametrize(
    ("messages", "longest", "held"),
    [
        (MOST_MESSAGES, LONGEST_MESSAGE, [True, True]),
        (MOST_MESSAGES + 1, LONGEST_MESSAGE, [False, True]),
        (MOST_MESSAGES, LONGEST_MESSAGE + 1, [True, False]),
    ],
)
def test_an_aim_is_held_or_missed(messages: int, longest: int, held: list[bool]) -> None:
    figures = Figures(messages=messages, private=7, for_one=9, longest=longest, notifications={})
    assert [holds for _, holds in figures.aims()] == held
