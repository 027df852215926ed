"""Metrics that this process counts itself. Every label has few values, known beforehand; each series starts at 0.

A label with free values (a name, an id, a new error code of Slack) would create a series per value, and could leak
confidential data. https://prometheus.io/docs/practices/naming/
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

# Without this, each series gets a second one with its time of creation, which nobody uses.
disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus-client leaves it untyped

KINDS = ("command", "action", "view", "event")
# Slack waits 3 s for an ack. https://docs.slack.dev/interactivity/handling-user-interaction
ACK_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2, 3)
# Our own time limit for a call is 10 s.
CALL_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10)
LAG_BUCKETS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600)
HANDLED = ("done", "failed")
GIVEN_UP = ("dropped", "failed")
PAGE_REFUSALS = ("full", "not_found")
OTHER = "other"


class Outcome(StrEnum):
    """Outcome of an interaction, from good to bad."""

    OK = "ok"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"


_interactions = Counter(
    "intervisie_interactions", "What people and Slack sent, by how it ended.", ["kind", "outcome"]
)
_ack = Histogram(
    "intervisie_interaction_ack_seconds",
    "From the arrival of what people and Slack sent until its ack.",
    ["kind"],
    buckets=ACK_BUCKETS,
)
_lag = Histogram(
    "intervisie_due_lag_seconds",
    "From the moment for which something was planned until it was handled.",
    ["outcome"],
    buckets=LAG_BUCKETS,
)
_calls = Counter("intervisie_slack_calls", "Calls of Slack's methods, by result.", ["method", "result"])
_call_seconds = Histogram(
    "intervisie_slack_call_seconds", "How long Slack takes to answer.", ["method"], buckets=CALL_BUCKETS
)
_looked_up = Counter(
    "intervisie_post_in_doubt",
    "Messages of which it was not known whether they were posted, by what the look-up found.",
    ["result"],
)
_taken_back = Counter("intervisie_sent_twice", "Messages that were posted twice and taken back.")
_given_up = Counter("intervisie_messages_given_up", "Messages that will not be sent.", ["state"])
_unreadable = Counter(
    "intervisie_unreadable", "Readings of a stored text that none of the keys could decrypt."
)
_pages_open = Gauge("intervisie_table_pages_open", "Table pages that are open in this process.")
_pages_refused = Counter(
    "intervisie_table_pages_refused", "Requests of a table page that were refused, by why.", ["reason"]
)

for _kind in KINDS:
    _ack.labels(_kind)
    for _outcome in Outcome:
        _interactions.labels(_kind, _outcome)
for _one in HANDLED:
    _lag.labels(_one)
for _one in ("found", "not_found"):
    _looked_up.labels(_one)
for _one in GIVEN_UP:
    _given_up.labels(_one)
for _one in PAGE_REFUSALS:
    _pages_refused.labels(_one)


@dataclass
class _Interaction:
    outcome: Outcome = Outcome.OK


_interaction_of_now: ContextVar[_Interaction | None] = ContextVar("interaction", default=None)


@contextmanager
def interaction(kind: str) -> Iterator[None]:
    """Count one payload, and time it until its ack: Bolt sends that when the listener returns."""
    current = _Interaction()
    token = _interaction_of_now.set(current)
    began = time.perf_counter()
    try:
        yield
    except BaseException:
        current.outcome = Outcome.FAILED
        raise
    finally:
        _interaction_of_now.reset(token)
        _ack.labels(kind).observe(time.perf_counter() - began)
        _interactions.labels(kind, current.outcome).inc()


def count_outcome(outcome: Outcome) -> None:
    """Set the outcome of the current payload. If several handlers process it, the worst outcome counts."""
    current = _interaction_of_now.get()
    if current is not None:
        current.outcome = max(current.outcome, outcome, key=list(Outcome).index)


def observe_job(seconds_late: float, outcome: str) -> None:
    """Observe a job that was handled ("done") or whose handler failed ("failed"), with its delay."""
    _lag.labels(_among(outcome, HANDLED)).observe(max(0.0, seconds_late))


def observe_slack_call(method: str, result: str, seconds: float) -> None:
    """Observe a call to Slack. Both labels come from our own lists of methods and results."""
    _calls.labels(method, result).inc()
    _call_seconds.labels(method).observe(seconds)


def count_lookup(found: bool) -> None:
    """Count a look-up of a message in doubt."""
    _looked_up.labels("found" if found else "not_found").inc()


def count_withdrawal() -> None:
    """Count a duplicate message that was deleted."""
    _taken_back.inc()


def count_given_up(state: str) -> None:
    """Count a message that will not be sent: "dropped", because it is outdated, or "failed"."""
    _given_up.labels(_among(state, GIVEN_UP)).inc()


def count_unreadable() -> None:
    """Count a stored text that no key can decrypt."""
    _unreadable.inc()


def count_open_page(by: int) -> None:
    """Count a table page that opens (1) or closes (-1)."""
    _pages_open.inc(by)


def count_refused_page(reason: str) -> None:
    """Count a table page that is refused: too many of its session are open ("full"), or its address is none ("not_found")."""
    _pages_refused.labels(_among(reason, PAGE_REFUSALS)).inc()


def _among(value: str, known: tuple[str, ...]) -> str:
    return value if value in known else OTHER
