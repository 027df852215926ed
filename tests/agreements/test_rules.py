"""Rules of agreements: what a group reads of its private answers after a trial."""

from datetime import timedelta

from bot.agreements import rules


def test_three_answers_stay_private_and_four_are_read_in_numbers() -> None:
    assert rules.trial_numbers(["yes", "yes", "no"]) is None
    assert rules.trial_numbers(["yes", "no", "yes", "doubt"]) == {"yes": 2, "doubt": 1, "no": 1}
    assert rules.trial_numbers(["yes"] * 5) == {"yes": 5}


def test_a_group_waits_a_week_for_the_last_answer() -> None:
    assert timedelta(days=7) == rules.ANSWERS_AWAITED
