"""Rules of a standstill: when a group is asked what it needs."""

from datetime import timedelta

import pytest

from bot.standstill import rules


@pytest.mark.parametrize(
    ("missed", "stopped"),
    [
        ([], False),
        ([True], False),
        ([True, True], True),
        ([True, True, False], True),
        ([True, False, True], False),
        ([False, True, True], False),
    ],
)
def test_a_group_has_stopped_when_its_last_two_meetings_did_not_happen(
    missed: list[bool], stopped: bool
) -> None:
    assert rules.has_stopped(missed) is stopped


def test_a_group_without_a_date_is_asked_after_three_weeks() -> None:
    assert timedelta(days=21) == rules.NOTHING_PLANNED_AFTER
