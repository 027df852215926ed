"""Rules of fit checks: a reason that others read points at nobody."""

from datetime import timedelta

from bot.fit_checks import rules


def test_a_reason_is_passed_on_once_two_members_share_it() -> None:
    assert not rules.is_shared_enough(["time", "long"], "time")
    assert rules.is_shared_enough(["time", "long", "time"], "time")
    assert not rules.is_shared_enough(["time", "time"], "long")


def test_reasons_of_more_than_four_months_apart_are_not_put_together() -> None:
    assert timedelta(days=120) == rules.FRESH
