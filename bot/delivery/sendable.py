"""Sendable rows: which rows of the outbox may be sent now, and when there may be more."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from bot.delivery.message import Guarantee
from bot.delivery.outbox import METHODS, method_of
from bot.delivery.rate_limits import Call, RateLimits
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.delivery.token_pauses import EVERY_METHOD, TokenPause, earliest_end
from bot.storage import Tx, Workspace, statement

# A request may still reach Slack this long after its sender died.
IN_FLIGHT_GRACE = timedelta(seconds=10)
MAX_IN_FLIGHT = 20
PAGE_SIZE = 100
MAX_PAGES = 10
# So many of the rows that wait longest are looked at first.
WINDOW = 200
# The kinds that this version can send. Rows of other kinds wait for a newer version.
KINDS = (*METHODS, "ask")


def select_sendable(
    tx: Tx, free: int, pauses: Sequence[TokenPause] = (), suspended: Sequence[Workspace] = ()
) -> tuple[list[int], datetime | None]:
    """At most `free` sendable rows, the first of each ordering key; and when a rate limit or a pause allows more."""
    limits = RateLimits(tx)
    # The query leaves out methods at their limit, so that their rows don't hide the others.
    closed = limits.closed_methods()
    channels = limits.closed_channels()
    chosen: list[int] = []
    waits = [wait for call, wait in closed.items() if not call.background]
    blocking = [pause for pause in pauses if pause.blocks(tx.now)]
    over = earliest_end(blocking, tx.now)
    if over is not None:
        waits.append(over - tx.now)
    held_up = [
        *map(OutboxRow.of, suspended),
        *map(_is_held_up_by, blocking),
        *map(_is_held_up_at, closed),
    ]
    reserved = [call for call in closed if call.background]
    if reserved:
        in_background, values = _in_background(tx.now, tx.now - IN_FLIGHT_GRACE)
        theirs = in_background.where(or_(*map(_is_held_up_at, reserved)))
        if tx.sql.execute(theirs, values).first() is not None:
            waits.append(min(closed[call] for call in reserved))
    if channels:
        waiting, values = _posts_in(tx.now, tx.now - IN_FLIGHT_GRACE, [*channels])
        if tx.sql.execute(waiting.where(*(~one for one in held_up)), values).first() is not None:
            waits.append(min(channels.values()))
    first = _first_of_each(tx, free, [*channels], held_up)
    if first:
        return first, tx.now + min(waits) if waits else None
    for page in range(MAX_PAGES):
        wanted, values = _sendable(tx.now, tx.now - IN_FLIGHT_GRACE, [*channels], page * PAGE_SIZE)
        if held_up:
            wanted = wanted.where(*(~one for one in held_up))
        rows = tx.sql.execute(wanted, values).all()
        calls = list(map(_call, rows))
        limits.load(calls)
        for row, call in zip(rows, calls, strict=True):
            wait = limits.wait(call)
            if wait:
                waits.append(wait)
            elif len(chosen) < free:
                limits.take(call)
                chosen.append(row.id)
        if len(rows) < PAGE_SIZE or len(chosen) == free:
            break
    return chosen, tx.now + min(waits) if waits else None


def _first_of_each(tx: Tx, free: int, channels: list[str], held_up: list[ColumnElement[bool]]) -> list[int]:
    """The same choice where the rows that wait longest suffice for it; empty where they don't.

    With 20,000 waiting rows, to count turns among all of them took longer than a click may wait. The choice begins with the
    first row of each channel and person anyway, in the order of the ids.
    """
    if tx.scalar(_any_in_doubt(tx.now - IN_FLIGHT_GRACE)) is not None:
        return []
    wanted, values = _longest_waiting(tx.now, channels, WINDOW)
    rows = tx.sql.execute(wanted.where(*(~one for one in held_up)) if held_up else wanted, values).all()
    if len(rows) < WINDOW:
        # There are few, and their turns are counted fast.
        return []
    firsts = {(row.team_id, row.kind, row.api_method, row.channel or row.user): row for row in reversed(rows)}
    found = sorted(firsts.values(), key=lambda row: row.id)
    calls = list(map(_call, found))
    limits, chosen = RateLimits(tx), list[int]()
    limits.load(calls)
    for row, call in zip(found, calls, strict=True):
        if len(chosen) < free and not limits.wait(call):
            limits.take(call)
            chosen.append(row.id)
    return chosen if len(chosen) == free else []


def _call(row: Any) -> Call:
    return Call(Workspace(row.team_id, row.enterprise_id), method_of(row), row.channel, row.background)


def _is_held_up_at(call: Call) -> ColumnElement[bool]:
    """Condition: the row waits for the rate limit of this method."""
    found = _is_call_of(call.workspace, call.method)
    return and_(OutboxRow.background, found) if call.background else found


def _is_held_up_by(pause: TokenPause) -> ColumnElement[bool]:
    if pause.method == EVERY_METHOD:
        return OutboxRow.of(pause.workspace)
    return _is_call_of(pause.workspace, pause.method)


def _is_call_of(workspace: Workspace, method: str) -> ColumnElement[bool]:
    """Condition: the row calls this method in this workspace."""
    kinds = [kind for kind, called in METHODS.items() if called == method]
    # asks is NULL for most kinds, and NULL = x is unknown in SQL, negated too; compare with '' instead.
    asks = func.coalesce(OutboxRow.api_method, "") == method
    return and_(OutboxRow.of(workspace), or_(OutboxRow.kind.in_(kinds), asks))


_PLACE = (
    OutboxRow.id,
    OutboxRow.team_id,
    OutboxRow.enterprise_id,
    OutboxRow.kind,
    OutboxRow.api_method,
    OutboxRow.channel,
    OutboxRow.background,
)
# Order under a rate limit: what nobody waits for last, and messages that may get lost before it.
_URGENCY = case((OutboxRow.background, 2), (OutboxRow.guarantee == Guarantee.AT_MOST_ONCE, 1), else_=0)


@statement
def _sendable(
    now: datetime, grace_over: datetime, closed_channels: list[str], offset: int
) -> Select[int, str, str, str, str | None, str | None, bool]:
    """Sendable rows, in turns: the first of each channel and person, then the second of each.

    Only the first few of each are looked at, so thousands that wait in one channel hide no other's.
    """
    # Each method apart: one at its limit is left out afterwards, and must not fill the window.
    place = (
        OutboxRow.team_id,
        OutboxRow.kind,
        OutboxRow.api_method,
        func.coalesce(OutboxRow.channel, OutboxRow.user),
    )
    turn = func.row_number().over(partition_by=place, order_by=(_URGENCY, OutboxRow.id)).label("turn")
    # Before all else: with thousands of rows of a closed channel, the look at what blocks each took most of the time.
    open_to_it = _is_open(closed_channels)
    turns = (
        select(OutboxRow.id, turn).where(is_claimable(now, grace_over), open_to_it, ~is_held_up()).subquery()
    )
    return (
        select(*_PLACE)
        .join(turns, turns.c.id == OutboxRow.id)
        .where(turns.c.turn <= MAX_IN_FLIGHT)
        .order_by(_URGENCY, turns.c.turn, OutboxRow.id)
        .offset(offset)
        .limit(PAGE_SIZE)
    )


@statement
def _any_in_doubt(grace_over: datetime) -> Select[int]:
    in_doubt = (OutboxRow.state == OutboxState.SENDING, OutboxRow.lease_until <= grace_over)
    return select(OutboxRow.id).where(*in_doubt).limit(1)


@statement
def _longest_waiting(
    now: datetime, closed_channels: list[str], at_most: int
) -> Select[int, str, str, str, str | None, str | None, bool, str | None]:
    # Not comparable as it stands: SQLite would take the index of this column, and sort all that waits.
    is_due = case((OutboxRow.not_before <= now, 1), else_=0) == 1
    return (
        select(*_PLACE, OutboxRow.user)
        .where(
            OutboxRow.state == OutboxState.PENDING,
            is_due,
            OutboxRow.kind.in_(KINDS),
            _URGENCY == 0,
            _is_open(closed_channels),
            ~is_held_up(),
        )
        .order_by(OutboxRow.id)
        .limit(at_most)
    )


@statement
def _posts_in(now: datetime, grace_over: datetime, channels: list[str]) -> Select[int]:
    """A post that waits for one of these channels."""
    return (
        select(OutboxRow.id)
        .where(is_claimable(now, grace_over), _is_post(), OutboxRow.channel.in_(channels))
        .limit(1)
    )


@statement
def _in_background(now: datetime, grace_over: datetime) -> Select[int]:
    """A call that nobody waits for."""
    return select(OutboxRow.id).where(is_claimable(now, grace_over), OutboxRow.background).limit(1)


def _is_open(closed_channels: list[str]) -> ColumnElement[bool]:
    """Condition: the row posts nothing in a channel that is at its limit."""
    return ~and_(_is_post(), func.coalesce(OutboxRow.channel, "").in_(closed_channels))


def _is_post() -> ColumnElement[bool]:
    """Condition: the row has the limit of its channel."""
    return OutboxRow.kind.in_([kind for kind, method in METHODS.items() if method == "chat.postMessage"])


def is_held_up() -> ColumnElement[bool]:
    """Condition: an earlier row of the ordering key, or the first message of the thread, must be sent before."""
    first = aliased(OutboxRow)
    undecided = select(first.id).where(_is_any(first.state, OutboxState.PENDING, OutboxState.SENDING))
    # A reply never waits for itself: its thread's first message may be posted again, with a higher id.
    beneath = func.coalesce(first.thread_key, "") == func.coalesce(OutboxRow.key, "-")
    ahead = undecided.where(first.ordering_key == OutboxRow.ordering_key, first.id < OutboxRow.id, ~beneath)
    # Ephemeral messages have their own ordering key, so nobody waits for messages to the channel.
    above = select(first.id).where(
        _is_any(first.state, OutboxState.PENDING, OutboxState.SENDING, OutboxState.LOST),
        first.team_id == OutboxRow.team_id,
        first.key == OutboxRow.thread_key,
    )
    # An edit of a discreet message is in a line of its own, so it waits for the message itself. In one line the order
    # decides: an edit before a message that is posted anew would wait for what waits for the edit.
    target = undecided.where(
        first.team_id == OutboxRow.team_id,
        first.key == OutboxRow.target_key,
        first.ordering_key.is_distinct_from(OutboxRow.ordering_key),
    )
    return or_(ahead.exists(), above.exists(), target.exists())


def _is_any(state: InstrumentedAttribute[OutboxState], *states: OutboxState) -> ColumnElement[bool]:
    """Condition: the state is one of these; no index is taken for it.

    Where nothing waited when PostgreSQL counted its rows last, it took the index of the states for each row that waits.
    With 20,000 of them the sender's choice ran into the time limit of a statement.
    """
    return case((state.in_(states), 1), else_=0) == 1


def is_claimable(now: datetime, grace_over: datetime) -> ColumnElement[bool]:
    waits = and_(OutboxRow.state == OutboxState.PENDING, OutboxRow.not_before <= now)
    in_doubt = and_(OutboxRow.state == OutboxState.SENDING, OutboxRow.lease_until <= grace_over)
    return and_(or_(waits, in_doubt), OutboxRow.kind.in_(KINDS))


def next_at(tx: Tx) -> datetime | None:
    """When the next postponed row may be sent, or the earliest lease runs out."""
    pending = tx.scalar(_next_pending(tx.now))
    leased = tx.scalar(_next_leased(tx.now - IN_FLIGHT_GRACE))
    moments = [m for m in (pending, leased + IN_FLIGHT_GRACE if leased else None) if m is not None]
    return min(moments) if moments else None


@statement
def _next_pending(now: datetime) -> Select[datetime | None]:
    return select(func.min(OutboxRow.not_before)).where(
        OutboxRow.state == OutboxState.PENDING, OutboxRow.not_before > now
    )


@statement
def _next_leased(grace_over: datetime) -> Select[datetime | None]:
    # A row whose lease has run out waits for something else: a rate limit, a pause, or an earlier row.
    return select(func.min(OutboxRow.lease_until)).where(
        OutboxRow.state == OutboxState.SENDING, OutboxRow.lease_until > grace_over
    )
