"""Token pauses: while Slack refuses the bot's token, messages wait like after a 429, and one alarm is raised.

A pause is a row that all processes share. It concerns every call of a workspace, or the one method whose scope is
missing. The alarm lasts as long as the row.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, select

from bot.delivery.records import TokenPauseRow
from bot.storage import Tx, Workspace, belonging_to, statement

# Pauses between two attempts; the last one repeats.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 120, 300))
EVERY_METHOD = ""
MISSING_SCOPE = "missing_scope"


@dataclass(frozen=True, slots=True)
class TokenPause:
    """A pause: Slack's error code, since when, and until when nothing is tried."""

    workspace: Workspace
    method: str
    code: str
    since: datetime
    until: datetime

    def blocks(self, now: datetime) -> bool:
        """Whether its calls must wait. With a refused token they wait until auth.test has found it good again."""
        return self.method == EVERY_METHOD or self.until > now

    def needs_probe(self, now: datetime) -> bool:
        return self.method == EVERY_METHOD and self.until <= now


def token_pauses(tx: Tx) -> list[TokenPause]:
    """The pauses of all workspaces, the longest first."""
    return [
        TokenPause(row.workspace, row.method, row.code, row.since, row.until) for row in tx.scalars(_rows())
    ]


@statement
def _rows() -> Select[TokenPauseRow]:
    return select(TokenPauseRow).order_by(TokenPauseRow.since, TokenPauseRow.team_id, TokenPauseRow.method)


def record_token_refusal(tx: Tx, method: str, code: str) -> tuple[bool, timedelta]:
    """Begin a pause, or lengthen one that is over. Returns whether it begins, and how long it still lasts.

    A pause that begins is due an alarm. Calls that were under way together are refused together, and count once.
    """
    row = _locked(tx, method)
    if row is None:
        row = TokenPauseRow(
            method=method,
            code=code,
            since=tx.now,
            refusals=1,
            until=tx.now + PAUSES[0],
            **belonging_to(tx.workspace),
        )
        tx.sql.add(row)
        return True, PAUSES[0]
    if row.until <= tx.now:
        row.until = tx.now + PAUSES[min(row.refusals, len(PAUSES) - 1)]
        row.refusals += 1
        row.code = code
    return False, row.until - tx.now


def end_token_pause(tx: Tx, method: str) -> float | None:
    """End a pause: Slack takes the call again. Returns how many seconds it lasted; None without a pause."""
    row = _locked(tx, method)
    if row is None:
        return None
    tx.sql.delete(row)
    return (tx.now - row.since).total_seconds()


def _locked(tx: Tx, method: str) -> TokenPauseRow | None:
    found = select(TokenPauseRow).where(_is(tx.workspace, method)).with_for_update()
    return tx.sql.scalars(found).one_or_none()


def _is(workspace: Workspace, method: str) -> ColumnElement[bool]:
    return TokenPauseRow.of(workspace) & (TokenPauseRow.method == method)


def earliest_end(pauses: Iterable[TokenPause], now: datetime) -> datetime | None:
    """When the first of these pauses is over."""
    return min((pause.until for pause in pauses if pause.until > now), default=None)


def on_clock_step(tx: Tx, by: timedelta) -> None:
    """After a clock step, shift the pauses, so that they keep their length."""
    for row in tx.sql.scalars(select(TokenPauseRow)):
        row.since += by
        row.until += by
