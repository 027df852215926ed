"""The page with what is stored of somebody, as they read it."""

import pytest

from bot.privacy.views.page import Attended, Known, page
from bot.texts import for_language


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("nl", "donderdag 14 januari van 15:01 tot 16:10: jij deed mee"),
        ("en", "Thursday 14 January from 15:01 to 16:10: you took part"),
    ],
)
def test_a_session_that_somebody_attended_is_shown_from_its_beginning_to_its_end(
    language: str, line: str
) -> None:
    attended = Attended("2027-01-14T14:01:00+00:00", "2027-01-14T15:10:00+00:00", "", "incident")
    known = Known(["C1"], [], 0, 0, 0, 0, 0, 0, 0, [attended], 5, "Anna", "Europe/Amsterdam", True)
    assert line in str(page(for_language(language), known))
