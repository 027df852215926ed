"""Metrics for Prometheus, and the page that shows them. No label identifies a person, a group or a session."""

from bot.metrics.counted import (
    Outcome,
    count_given_up,
    count_lookup,
    count_open_page,
    count_outcome,
    count_refused_page,
    count_unreadable,
    count_withdrawal,
    interaction,
    observe_job,
    observe_slack_call,
)
