"""What this process counts itself. Every label has a few values that are known beforehand; each begins at 0.

A label that anybody could fill in (a name, an id, a code that Slack thinks of tomorrow) would make a new series each
time, and could carry what nobody outside may read. Page: Prometheus, Metric and label naming.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from prometheus_client import Counter, Histogram, disable_created_metrics

# A second series beside each one, with the moment at which it was made: nobody asks for it.
disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus-client leaves it untyped

KINDS = ("command", "action", "view", "event")
# Slack waits 3 s for an ack. Page: Handling user interaction.
ACK_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2, 3)
# Our own limit for a call is 10 s.
CALL_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10)
LAG_BUCKETS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600)
HANDLED = ("done", "failed")
GIVEN_UP = ("dropped", "failed")
OTHER = "other"


class Outcome(StrEnum):
    """How an interaction count_outcome, from good to bad."""

    OK = "ok"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"


_interactions = Counter(
    "intervisie_interactions", "What people and Slack sent, by how it count_outcome.", ["kind", "outcome"]
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


@dataclass
class _Interaction:
    outcome: Outcome = Outcome.OK


_interaction_of_now: ContextVar[_Interaction | None] = ContextVar("interaction", default=None)


@contextmanager
def interaction(kind: str) -> Iterator[None]:
    """Counts one payload, and times it: Bolt sends the ack when the listener returns. What escapes is a failure."""
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
    """How the payload that is being answered count_outcome. Where several rooms hear of it, the worst counts."""
    current = _interaction_of_now.get()
    if current is not None:
        current.outcome = max(current.outcome, outcome, key=list(Outcome).index)


def observe_job(seconds_late: float, outcome: str) -> None:
    """Something that fell due was handled ("done") or its handler failed ("failed"), so late after its planned moment."""
    _lag.labels(_among(outcome, HANDLED)).observe(max(0.0, seconds_late))


def observe_slack_call(method: str, result: str, seconds: float) -> None:
    """Slack was called. Both labels come from lists of ours: a method that we call, a result that we know."""
    _calls.labels(method, result).inc()
    _call_seconds.labels(method).observe(seconds)


def count_lookup(found: bool) -> None:
    """A message in doubt was looked up by its key."""
    _looked_up.labels("found" if found else "not_found").inc()


def count_withdrawal() -> None:
    """A message that stood there twice was deleted."""
    _taken_back.inc()


def count_given_up(state: str) -> None:
    """A message will not be sent: "dropped", because it no longer makes sense, or "failed"."""
    _given_up.labels(_among(state, GIVEN_UP)).inc()


def count_unreadable() -> None:
    """A stored text was wanted, and none of our keys can read it."""
    _unreadable.inc()


def _among(value: str, known: tuple[str, ...]) -> str:
    return value if value in known else OTHER
