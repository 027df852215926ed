"""Sendable rows: which rows of the outbox may be sent now, and when there may be more."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

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


class Closed(NamedTuple):
    """Channels and methods at their limit, paused methods, and whole workspaces: their rows wait.

    As lists of values: conditions of their own for each would make SQLAlchemy compile and keep a statement per number.
    """

    channels: Sequence[str] = ()
    teams: Sequence[str] = ()
    # A workspace and a method, as `_named` writes them.
    calls: Sequence[str] = ()
    # Those that let only background calls wait.
    background: Sequence[str] = ()


def select_sendable(
    tx: Tx, free: int, pauses: Sequence[TokenPause] = (), suspended: Sequence[Workspace] = ()
) -> tuple[list[int], datetime | None]:
    """At most `free` sendable rows, the first of each ordering key; and when a rate limit or a pause allows more."""
    limits = RateLimits(tx)
    # The query leaves out methods at their limit, so that their rows don't hide the others.
    methods, channels = limits.closed_methods(), limits.closed_channels()
    waits = [wait for call, wait in methods.items() if not call.background]
    blocking = [pause for pause in pauses if pause.blocks(tx.now)]
    over = earliest_end(blocking, tx.now)
    if over is not None:
        waits.append(over - tx.now)
    closed = _closed([*channels], [*methods], blocking, suspended)
    grace_over = tx.now - IN_FLIGHT_GRACE
    if channels and tx.scalar(_posts_in(tx.now, grace_over, *closed)) is not None:
        waits.append(min(channels.values()))
    is_any_in_doubt = tx.scalar(_any_in_doubt(grace_over)) is not None
    if not is_any_in_doubt:
        few = tx.rows(_open_rows(tx.now, WINDOW, closed.channels, closed.teams, closed.calls)).all()
        if len(few) < WINDOW:
            allowed = [row for row in few if not _is_background_of(closed.background, row)]
            if len(allowed) < len(few):
                waits.append(_until_background(methods))
            return _choose(limits, _in_turns(allowed), free, waits), tx.now + min(waits) if waits else None
    if closed.background and tx.scalar(_in_background(tx.now, grace_over, closed.background)) is not None:
        waits.append(_until_background(methods))
    first = [] if is_any_in_doubt else _first_of_each(tx, free, closed)
    if first:
        return first, tx.now + min(waits) if waits else None
    chosen: list[int] = []
    for page in range(MAX_PAGES):
        rows = tx.rows(_sendable(tx.now, grace_over, page * PAGE_SIZE, *closed)).all()
        chosen += _choose(limits, rows, free - len(chosen), waits)
        if len(rows) < PAGE_SIZE or len(chosen) == free:
            break
    return chosen, tx.now + min(waits) if waits else None


def _until_background(methods: dict[Call, timedelta]) -> timedelta:
    return min(wait for call, wait in methods.items() if call.background)


def _is_background_of(calls: Sequence[str], row: Any) -> bool:
    """Whether nobody waits for a row of these methods."""
    return row.background and _named(*_call(row)[:2]) in calls


def _choose(limits: RateLimits, rows: Sequence[Any], free: int, waits: list[timedelta]) -> list[int]:
    """At most `free` of the rows, in their order. Adds to `waits` how long a rate limit holds each of the others back."""
    chosen: list[int] = []
    calls = list(map(_call, rows))
    limits.load(calls)
    for row, call in zip(rows, calls, strict=True):
        wait = limits.wait(call)
        if wait:
            waits.append(wait)
        elif len(chosen) < free:
            limits.take(call)
            chosen.append(row.id)
    return chosen


def _in_turns(rows: Sequence[Any]) -> list[Any]:
    """Rows as `_sendable` orders them: the first of each channel and person, then the second of each."""
    turns: Counter[tuple[str | None, ...]] = Counter()
    found = []
    for row in sorted(rows, key=lambda row: (row.urgency, row.id)):
        place = (row.team_id, row.kind, row.api_method, row.channel or row.user)
        turns[place] += 1
        if turns[place] <= MAX_IN_FLIGHT:
            found.append((row.urgency, turns[place], row.id, row))
    return [row for *_, row in sorted(found, key=lambda one: one[:3])]


def _closed(
    channels: list[str], methods: list[Call], pauses: Sequence[TokenPause], suspended: Sequence[Workspace]
) -> Closed:
    paused = [pause.workspace for pause in pauses if pause.method == EVERY_METHOD]
    return Closed(
        channels,
        [workspace.team_id for workspace in (*suspended, *paused)],
        [
            *(_named(call.workspace, call.method) for call in methods if not call.background),
            *(_named(pause.workspace, pause.method) for pause in pauses if pause.method != EVERY_METHOD),
        ],
        [_named(call.workspace, call.method) for call in methods if call.background],
    )


def _named(workspace: Workspace, method: str) -> str:
    return f"{workspace.team_id}/{method}"


def _first_of_each(tx: Tx, free: int, closed: Closed) -> list[int]:
    """The same choice where the rows that wait longest suffice for it; empty where they don't.

    With 20,000 waiting rows, to count turns among all of them took longer than a click may wait. The choice begins with the
    first row of each channel and person anyway, in the order of the ids.
    """
    rows = tx.rows(_longest_waiting(tx.now, WINDOW, *closed)).all()
    if len(rows) < WINDOW:
        return []
    firsts = {(row.team_id, row.kind, row.api_method, row.channel or row.user): row for row in reversed(rows)}
    found = sorted(firsts.values(), key=lambda row: row.id)
    chosen = _choose(RateLimits(tx), found, free, [])
    return chosen if len(chosen) == free else []


def _call(row: Any) -> Call:
    return Call(Workspace(row.team_id, row.enterprise_id), method_of(row), row.channel, row.background)


# Which method a row calls, in which workspace. Only an `ask` row names its method itself.
_CALL = (
    OutboxRow.team_id
    + "/"
    + case(METHODS, value=OutboxRow.kind, else_=func.coalesce(OutboxRow.api_method, ""))
)
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
    now: datetime,
    grace_over: datetime,
    offset: int,
    channels: Sequence[str],
    teams: Sequence[str],
    calls: Sequence[str],
    background: Sequence[str],
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
    open_to_it = _is_open(channels, teams, calls, background)
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
def _open_rows(
    now: datetime, at_most: int, channels: Sequence[str], teams: Sequence[str], calls: Sequence[str]
) -> Select[int, str, str, str, str | None, str | None, bool, str | None, int]:
    """The rows that wait longest and that nothing closed makes wait, background calls included."""
    return (
        select(*_PLACE, OutboxRow.user, _URGENCY.label("urgency"))
        .where(~_is_in(channels), *_is_due(now), _is_allowed(teams, calls, []), ~is_held_up())
        .order_by(OutboxRow.id)
        .limit(at_most)
    )


@statement
def _longest_waiting(
    now: datetime,
    at_most: int,
    channels: Sequence[str],
    teams: Sequence[str],
    calls: Sequence[str],
    background: Sequence[str],
) -> Select[int, str, str, str, str | None, str | None, bool, str | None]:
    return (
        select(*_PLACE, OutboxRow.user)
        .where(
            *_is_due(now),
            _URGENCY == 0,
            _is_open(channels, teams, calls, background),
            ~is_held_up(),
        )
        .order_by(OutboxRow.id)
        .limit(at_most)
    )


@statement
def _posts_in(
    now: datetime,
    grace_over: datetime,
    channels: Sequence[str],
    teams: Sequence[str],
    calls: Sequence[str],
    background: Sequence[str],
) -> Select[int]:
    """A post that waits for one of these channels, and for nothing else that is closed."""
    waits_for_it = (_is_post(), OutboxRow.channel.in_(channels), _is_allowed(teams, calls, background))
    return select(OutboxRow.id).where(is_claimable(now, grace_over), *waits_for_it).limit(1)


@statement
def _in_background(now: datetime, grace_over: datetime, calls: Sequence[str]) -> Select[int]:
    """A call of these that nobody waits for."""
    in_background = (OutboxRow.background, _CALL.in_(calls))
    return select(OutboxRow.id).where(is_claimable(now, grace_over), *in_background).limit(1)


def _is_open(
    channels: Sequence[str], teams: Sequence[str], calls: Sequence[str], background: Sequence[str]
) -> ColumnElement[bool]:
    """Condition: nothing that is closed makes the row wait."""
    return and_(~_is_in(channels), _is_allowed(teams, calls, background))


def _is_in(channels: Sequence[str]) -> ColumnElement[bool]:
    """Condition: the row waits for the limit of one of these channels."""
    return and_(func.coalesce(OutboxRow.channel, "").in_(channels), _is_post())


def _is_allowed(teams: Sequence[str], calls: Sequence[str], background: Sequence[str]) -> ColumnElement[bool]:
    """Condition: neither the row's workspace nor its method is closed."""
    return and_(
        OutboxRow.team_id.not_in(teams),
        _CALL.not_in(calls),
        ~and_(OutboxRow.background, _CALL.in_(background)),
    )


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


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions: the row waits, and its time has come."""
    # Not comparable as it stands: SQLite would take the index of this column, and sort all that waits.
    has_come = case((OutboxRow.not_before <= now, 1), else_=0) == 1
    return OutboxRow.state == OutboxState.PENDING, has_come, OutboxRow.kind.in_(KINDS)


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
