"""Backoff: how long to wait before the next connection."""

import random

from slack_sdk.errors import SlackApiError

from bot.slack.sockets.times import Times


def pause_after(tries: int, times: Times) -> float:
    """Seconds to wait after so many failures in a row."""
    if not tries:
        return 0.0
    longest = min(times.first_pause * 2.0 ** min(tries - 1, 20), times.longest_pause)
    # Jitter: not every process at the same moment.
    return longest * random.uniform(0.5, 1.0)


def error_and_pause(problem: SlackApiError) -> tuple[str, float]:
    """Slack's error code, or "", and the seconds of its Retry-After."""
    response = problem.response
    # For an answer without JSON the SDK passes the bare HTTP response.
    code = str(response.get("error") or "") if hasattr(response, "get") else ""
    wait = str((getattr(response, "headers", None) or {}).get("Retry-After", ""))
    return code, float(wait) if wait.isdigit() else 0.0
