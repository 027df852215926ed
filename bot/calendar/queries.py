"""Queries of calendar feeds. They only read."""

from sqlalchemy import Select, select

from bot.calendar.records import CalendarFeed
from bot.storage import Tx, Workspace, statement


def feed_of(tx: Tx, kind: str, subject: str) -> CalendarFeed | None:
    """The feed of a group or a person; None when there is none."""
    return tx.scalars(_feed_of(tx.workspace, kind, subject)).one_or_none()


@statement
def _feed_of(workspace: Workspace, kind: str, subject: str) -> Select[CalendarFeed]:
    return select(CalendarFeed).where(
        CalendarFeed.of(workspace), CalendarFeed.kind == kind, CalendarFeed.subject == subject
    )


def feed_by_hash(tx: Tx, token_hash: str) -> CalendarFeed | None:
    """The feed with this token, found by the token's hash."""
    return tx.scalars(_feed_by_hash(token_hash)).one_or_none()


@statement
def _feed_by_hash(token_hash: str) -> Select[CalendarFeed]:
    return select(CalendarFeed).where(CalendarFeed.token_hash == token_hash)
