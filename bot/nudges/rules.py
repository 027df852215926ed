"""Pure rules of private messages: how many, when, and what travels together."""

from datetime import datetime, timedelta

# The promise that stands in the README: at most so many private messages per person per week.
AT_MOST = 3
WEEK = timedelta(days=7)
# What would come so soon after travels along in the same message.
TOGETHER = timedelta(hours=4)


def may_write_at(sent: list[datetime], now: datetime) -> datetime:
    """When the next private message may go, given when the last ones went: now, or when the oldest is a week old."""
    lately = sorted(at for at in sent if at > now - WEEK)
    if len(lately) < AT_MOST:
        return now
    return lately[-AT_MOST] + WEEK
