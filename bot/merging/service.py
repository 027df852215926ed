"""Merging the newer of two groups into the older one, when nothing runs in either.

An older version of the bot took a workspace that joined an organisation for another one, so that a channel could get a second
group. Migration 0015 marks it (`Group.merges_into`).
"""

from typing import Any

import structlog
from sqlalchemy import Table, delete, select, update

from bot.agreements.records import Agreed, Agreements, TalkFirst, TrialAnswer
from bot.date_polls import queries as date_polls
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group, Member
from bot.groups.rules import AbsenceReason
from bot.groups.service.gathering import gathering_key
from bot.groups.service.settings import card_key
from bot.jobs import queue
from bot.meetings.records import Series
from bot.meetings.rules import SeriesState
from bot.merging import views
from bot.polls import queries as polls
from bot.polls.rules import PollState
from bot.selections import queries as selections
from bot.sessions import queries as sessions
from bot.storage import Base, Tx

log = structlog.get_logger()

# These stay with the newer group. Its members agree with the older group's agreements anew.
# Private answers of one group are not answers to the other one.
_STAYS = {table.__tablename__ for table in (Member, Agreements, Agreed, TrialAnswer, TalkFirst)}


def merge_groups(tx: Tx) -> None:
    """Merge every group that waits for it; one in which something runs goes on waiting."""
    for newer in groups.groups_to_merge(tx):
        merge_group(tx.of(newer.workspace), newer)


def merge_group(tx: Tx, newer: Group) -> bool:
    """Move members, cases, meetings and all that belongs to them into the older group; False while something runs."""
    assert newer.merges_into is not None
    older = groups.group_by_id(tx, newer.merges_into)
    for group in (older, newer):
        groups.lock_group(tx, group)
    if newer.merged_at is not None:
        return True
    if is_anything_running(tx, older) or is_anything_running(tx, newer):
        log.info("merge_waits", group=newer.id)
        return False
    _end_second_series(tx, older, newer)
    _move_rows(tx, older, newer)
    joined = _move_members(tx, older, newer)
    queue.cancel_all(tx, newer.id)
    for key in (card_key(newer), gathering_key(newer), newer.asks_for_a_date):
        if key:
            outbox.delete(tx, key)
    newer.merged_at = tx.now
    tx.sql.flush()
    tx.sql.expire_all()
    for user in joined:
        groups.move_member(tx, older, user)
    groups.update_card(tx, older)
    # Who came or left meanwhile is known in one of the two groups only.
    groups.ask_for_members(tx, older)
    outbox.post(tx, older.channel, views.merged(groups.texts_in(older)), key=f"group/{newer.id}/merged")
    return True


def is_anything_running(tx: Tx, group: Group) -> bool:
    """Whether a session, a choice together, a poll or a date poll runs in a group."""
    voting = {PollState.OPEN, PollState.ASKING}
    return (
        sessions.running_session(tx, group) is not None
        or selections.running_selection(tx, group) is not None
        or any(poll.state in voting for poll in polls.polls_of(tx, group))
        or date_polls.running_date_poll(tx, group) is not None
    )


def _end_second_series(tx: Tx, older: Group, newer: Group) -> None:
    """A group has one rhythm: that of the older group goes on, and what the newer one has planned stays planned."""
    if _running_series(tx, older):
        for series in _running_series(tx, newer):
            series.state = SeriesState.ENDED
            queue.cancel_all(tx, series.id)
        tx.sql.flush()


def _running_series(tx: Tx, group: Group) -> list[Series]:
    wanted = select(Series).where(Series.group_id == group.id, Series.state == SeriesState.RUNNING)
    return list(tx.sql.scalars(wanted))


def _move_rows(tx: Tx, older: Group, newer: Group) -> None:
    for table in Base.metadata.sorted_tables:
        if "group_id" in table.columns and table.name not in _STAYS:
            tx.change((_move(table, older.id, newer.id), {}))


def _move(table: Table, older: str, newer: str) -> Any:
    return update(table).where(table.c.group_id == newer).values(group_id=older)


def _move_members(tx: Tx, older: Group, newer: Group) -> list[str]:
    """Move the memberships; returns the people who are new in the older group."""
    joined: list[str] = []
    for found in tx.sql.scalars(select(Member).where(Member.group_id == newer.id)).all():
        is_member = found.left_at is None
        known = groups.member(tx, older, found.user)
        if known is None:
            found.group_id = older.id
            if is_member:
                found.left_at, found.absence_reason = tx.now, AbsenceReason.CHOSE
        else:
            known.facilitated += found.facilitated
            known.led_at = max(filter(None, (known.led_at, found.led_at)), default=None)
            tx.sql.delete(found)
        if is_member and (known is None or known.absence_reason == AbsenceReason.CHOSE):
            joined.append(found.user)
    tx.change((delete(Agreed).where(Agreed.group_id == newer.id), {}))
    return joined
