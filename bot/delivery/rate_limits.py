"""Rate limits: token buckets that stay below Slack's limits. https://docs.slack.dev/apis/web-api/rate-limits

Each bucket is a row that all processes share.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, delete, or_, select

from bot.delivery.records import TokenBucket
from bot.storage import Tx, Workspace, belonging_to, statement

# Calls per minute that Slack guarantees for each method's tier. chat.postMessage has a limit of its own: one message
# per second per channel with short bursts, several hundred per minute per workspace.
PER_MINUTE = {
    "chat.postMessage": 300,
    "chat.update": 50,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "views.publish": 100,
    "users.info": 100,
    "auth.test": 100,
    "dnd.info": 50,
    "conversations.members": 100,
    "conversations.info": 50,
    "conversations.replies": 50,
    "conversations.history": 50,
}
OTHERS_PER_MINUTE = 20
# Calls may come in a burst as long as the minute's total stays within the tier.
METHOD_BURST = 20
# Calls that stay free for what somebody waits for: background calls wait until more than these have flowed back.
RESERVE = 10
CHANNEL_PER_SECOND = 1.0
CHANNEL_BURST = 3
CHANNEL_FULL_AFTER = timedelta(seconds=CHANNEL_BURST / CHANNEL_PER_SECOND)
# At most so many closed methods, and so many channels, go into the query; further ones are checked row by row.
MAX_CLOSED = 50
# A bucket without a call for this long is full.
FULL_AFTER = timedelta(hours=1)


class Call(NamedTuple):
    """A call to Slack, as far as rate limits know it. Nobody waits for a background call."""

    workspace: Workspace
    method: str
    channel: str | None = None
    background: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """Limit of a token bucket: its capacity in calls, and the calls per second that flow back."""

    name: str
    capacity: float
    per_second: float

    def level(self, level: float, filled_at: datetime, now: datetime) -> float:
        """The level now, given the level at `filled_at`."""
        passed = max(0.0, (now - filled_at).total_seconds())
        return min(self.capacity, level + passed * self.per_second)


def limits(method: str, channel: str | None) -> list[Limit]:
    """The limits that apply to a call."""
    per_minute = PER_MINUTE.get(method, OTHERS_PER_MINUTE)
    burst = min(METHOD_BURST, per_minute)
    # Burst and refill together stay within the tier's minute.
    found = [Limit(method, burst, max(per_minute - burst, 1) / 60)]
    if method == "chat.postMessage" and channel:
        found.append(Limit(f"{method}/{channel}", CHANNEL_BURST, CHANNEL_PER_SECOND))
    return found


class RateLimits:
    """Token buckets within one transaction: `load` the buckets of the calls, then `wait` and `take`.

    With `locked` the calls taken are stored; otherwise this only simulates, and the rows stay unchanged.
    """

    def __init__(self, tx: Tx, *, locked: bool = False) -> None:
        self._tx = tx
        self._locked = locked
        self._rows: dict[tuple[Workspace, str], TokenBucket] = {}

    def closed_methods(self) -> dict[Call, timedelta]:
        """The methods that must wait in every channel, and for how long; some let only background calls wait."""
        found: dict[Call, timedelta] = {}
        for row in self._tx.scalars(_of_methods()).all():
            self._remember(row)
            for call in (Call(row.workspace, row.name), Call(row.workspace, row.name, background=True)):
                wait = self.wait(call)
                if wait:
                    found[call] = wait
                    # Where everything waits, background calls do too.
                    break
            if len(found) == MAX_CLOSED:
                break
        return found

    def closed_channels(self) -> dict[str, timedelta]:
        """The channels that have had a post just now, and how long the next one must wait."""
        found: dict[str, timedelta] = {}
        for row in self._tx.scalars(_of_channels(self._tx.now - CHANNEL_FULL_AFTER)).all():
            self._remember(row)
            method, _, channel = row.name.partition("/")
            wait = self.wait(Call(row.workspace, method, channel))
            if wait:
                found[channel] = wait
            if len(found) == MAX_CLOSED:
                break
        return found

    def load(self, calls: list[Call]) -> None:
        """Load the buckets of calls."""
        wanted = {(call.workspace, one.name) for call in calls for one in limits(call.method, call.channel)}
        wanted -= self._rows.keys()
        if not wanted:
            return
        found = _named(
            list({workspace.team_id for workspace, _ in wanted}), list({name for _, name in wanted})
        )
        for row in self._tx.scalars(self._tx.locked(found) if self._locked else found).all():
            self._remember(row)

    def _remember(self, row: TokenBucket) -> None:
        if not self._locked:
            self._tx.sql.expunge(row)
        # The query may return loaded buckets again; keep ours, from which calls may have been taken.
        self._rows.setdefault((row.workspace, row.name), row)

    def wait(self, call: Call) -> timedelta:
        """How long a call must wait; zero when it may go now."""
        waits = [timedelta(0)]
        needed = 1 + RESERVE if call.background else 1
        for limit in limits(call.method, call.channel):
            row = self._rows.get((call.workspace, limit.name))
            if row is None:
                continue
            if row.closed_until is not None:
                waits.append(row.closed_until - self._tx.now)
            level = limit.level(row.level, row.filled_at, self._tx.now)
            # With a call left this is a moment that has passed.
            waits.append(timedelta(seconds=(needed - level) / limit.per_second))
        return max(waits)

    def take(self, call: Call) -> None:
        """Take a call from its buckets."""
        for limit in limits(call.method, call.channel):
            row = self._row(call.workspace, limit)
            row.level = limit.level(row.level, row.filled_at, self._tx.now) - 1
            row.filled_at = self._tx.now

    def _row(self, workspace: Workspace, limit: Limit) -> TokenBucket:
        row = self._rows.get((workspace, limit.name))
        if row is None:
            row = TokenBucket(
                name=limit.name, level=limit.capacity, filled_at=self._tx.now, **belonging_to(workspace)
            )
            self._rows[(workspace, limit.name)] = row
            if self._locked:
                self._tx.sql.add(row)
        return row


@statement
def _of_methods() -> Select[TokenBucket]:
    return select(TokenBucket).where(~TokenBucket.name.contains("/"))


@statement
def _of_channels(since: datetime) -> Select[TokenBucket]:
    return select(TokenBucket).where(TokenBucket.name.contains("/"), TokenBucket.filled_at > since)


@statement
def _named(teams: list[str], names: list[str]) -> Select[TokenBucket]:
    return (
        select(TokenBucket)
        .where(TokenBucket.team_id.in_(teams), TokenBucket.name.in_(names))
        .order_by(TokenBucket.team_id, TokenBucket.name)
    )


def retry_after(headers: Mapping[str, str]) -> timedelta:
    """How long to wait after a 429."""
    try:
        return timedelta(seconds=max(1.0, float(headers.get("Retry-After", 1))))
    except ValueError:
        return timedelta(seconds=1)


def record_429(tx: Tx, method: str, retry_after: timedelta) -> None:
    """Record a 429 answer: only this method waits, in this workspace."""
    buckets = RateLimits(tx, locked=True)
    buckets.load([Call(tx.workspace, method)])
    row = buckets._row(tx.workspace, limits(method, None)[0])
    row.closed_until = tx.now + retry_after


def on_clock_step(tx: Tx, by: timedelta) -> None:
    """After a clock step, shift the buckets: Slack's clock did not change."""
    for row in tx.sql.scalars(select(TokenBucket)):
        row.filled_at += by
        row.closed_until = row.closed_until and row.closed_until + by


def purge_full(tx: Tx) -> None:
    """Purge buckets that are full again."""
    tx.sql.execute(
        delete(TokenBucket).where(
            TokenBucket.filled_at < tx.now - FULL_AFTER,
            or_(TokenBucket.closed_until.is_(None), TokenBucket.closed_until < tx.now),
        )
    )
