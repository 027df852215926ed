"""Rules of forgetting: how long the bot goes on when Slack does not answer."""

from datetime import timedelta

from bot.privacy import rules


def test_what_slack_has_not_deleted_is_tried_again_after_a_minute_and_at_last_every_half_day() -> None:
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    assert [rules.pause_before(sweep) for sweep in range(6)] == [
        minute,
        10 * minute,
        hour,
        12 * hour,
        12 * hour,
        12 * hour,
    ]


def test_twenty_sweeps_last_more_than_a_week() -> None:
    assert rules.SWEEPS_AT_MOST == 20
    assert sum(map(rules.pause_before, range(rules.SWEEPS_AT_MOST)), timedelta()) > timedelta(days=7)
