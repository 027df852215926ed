"""Queries of privacy: everything that the register says is somebody's."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, literal, or_, select

from bot.privacy.register import OF_WORKSPACE, REGISTER, Kept
from bot.storage import Base, Tx

# Not somebody's words, and whoever reads them could use them: the addresses of their own calendar.
_ADDRESSES = {"token", "token_hash"}
# What somebody does in a phase that leaves words of theirs in a message of the session.
_WROTE = ("question", "advice", "response", "harvest", "marks", "rewording")


def tables_naming_people() -> Iterator[tuple[Table, Kept]]:
    """The tables with a column that holds somebody's id, each before those that it depends on."""
    for table in reversed(Base.metadata.sorted_tables):
        if REGISTER[table.name].names:
            yield table, REGISTER[table.name]


def is_named(tx: Tx, table: Table, column: str, user: str) -> ColumnElement[bool]:
    """The condition that a column of this workspace's rows names a person."""
    mine: ColumnElement[bool] = (table.c.team_id == tx.workspace.team_id) & (table.c[column] == user)
    return mine


def people_named(tx: Tx) -> list[str]:
    """The ids of everybody whom a row of this workspace names."""
    found: set[str] = set()
    for table, kept in tables_naming_people():
        for column in kept.names:
            named = select(table.c[column]).where(table.c.team_id == tx.workspace.team_id).distinct()
            found.update(user for user in tx.sql.scalars(named) if user)
    return sorted(found)


def rows_of(tx: Tx, user: str) -> dict[str, list[dict[str, Any]]]:
    """Every row that is somebody's own, by table, without the ids of others and in plain values."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table, kept in tables_naming_people():
        if not kept.shown_by:
            continue
        others = {*kept.names} - {kept.shown_by}
        shown = [
            column for column in table.columns if column.name not in {*OF_WORKSPACE, *others, *_ADDRESSES}
        ]
        # An encrypted column is read together with its place, whatever is selected beside it.
        rows = tx.sql.execute(select(*shown).where(is_named(tx, table, kept.shown_by, user)))
        if listed := [{name: _plain(value) for name, value in row._mapping.items()} for row in rows]:
            found[table.name] = listed
    if reworded := _reworded_by(tx, user):
        found["rewordings"] = reworded
    return found


def _reworded_by(tx: Tx, user: str) -> list[dict[str, Any]]:
    """The questions that a presenter changed in a session: their row names the session alone."""
    table = Base.metadata.tables["rewordings"]
    wanted = select(table.c.session_id, table.c.text, table.c.help, table.c.returns).where(
        table.c.session_id.in_(_session_ids(tx, user))
    )
    return [{name: _plain(value) for name, value in row._mapping.items()} for row in tx.sql.execute(wanted)]


def _session_ids(tx: Tx, user: str) -> Select[str]:
    sessions = Base.metadata.tables["sessions"]
    return select(sessions.c.id).where(is_named(tx, sessions, "presenter", user))


def sessions_presented(tx: Tx, user: str) -> list[str]:
    """The ids of the sessions about somebody's cases."""
    return list(tx.sql.scalars(_session_ids(tx, user)))


def sessions_written_in(tx: Tx, user: str) -> list[str]:
    """The ids of the sessions in whose messages words of somebody may stand."""
    table = Base.metadata.tables["contributions"]
    wrote = is_named(tx, table, "user", user) & table.c.what.in_(_WROTE)
    return list(tx.sql.scalars(select(table.c.session_id).where(wrote).distinct()))


def polls_about(tx: Tx, user: str) -> list[str]:
    """The ids of the closed polls in which a case of somebody stood."""
    cases, candidates, polls = (Base.metadata.tables[name] for name in ("cases", "candidates", "polls"))
    wanted = (
        select(polls.c.id)
        .join(candidates, candidates.c.poll_id == polls.c.id)
        .join(cases, cases.c.id == candidates.c.case_id)
        .where(is_named(tx, cases, "presenter", user), polls.c.state.not_in(("open", "asking")))
        .distinct()
    )
    return list(tx.sql.scalars(wanted))


def sessions_about(tx: Tx, case_id: str) -> list[str]:
    """The ids of the sessions about one case."""
    table = Base.metadata.tables["sessions"]
    about = (table.c.team_id == tx.workspace.team_id) & (table.c.case_id == case_id)
    return list(tx.sql.scalars(select(table.c.id).where(about)))


def sessions_of_group(tx: Tx, group_id: str) -> list[str]:
    """The ids of a group's sessions."""
    table = Base.metadata.tables["sessions"]
    mine = (table.c.team_id == tx.workspace.team_id) & (table.c.group_id == group_id)
    return list(tx.sql.scalars(select(table.c.id).where(mine)))


def closed_polls_with(tx: Tx, case_id: str) -> list[str]:
    """The ids of the closed polls in which one case stood."""
    candidates, polls = (Base.metadata.tables[name] for name in ("candidates", "polls"))
    wanted = (
        select(polls.c.id)
        .join(candidates, candidates.c.poll_id == polls.c.id)
        .where(
            polls.c.team_id == tx.workspace.team_id,
            candidates.c.case_id == case_id,
            polls.c.state.not_in(("open", "asking")),
        )
    )
    return list(tx.sql.scalars(wanted))


def sessions_out_of_reach(tx: Tx, session_ids: Collection[str]) -> list[str]:
    """Those of these sessions that have messages of which the outbox no longer knows where they stand.

    A version before kept that for 120 days. What was posted since a group heard that its messages go is known.
    """
    sessions, groups, outbox = (Base.metadata.tables[name] for name in ("sessions", "groups", "outbox"))
    card = literal("session/").concat(sessions.c.id).concat("/card")
    is_known = (
        select(outbox.c.id).where(outbox.c.team_id == sessions.c.team_id, outbox.c.key == card).exists()
    )
    wanted = (
        select(sessions.c.id)
        .join(groups, groups.c.id == sessions.c.group_id)
        .where(
            sessions.c.team_id == tx.workspace.team_id,
            sessions.c.id.in_(session_ids),
            sessions.c.began_at.is_not(None),
            or_(groups.c.words_since.is_(None), sessions.c.ended_at < groups.c.words_since),
            ~is_known,
        )
        .order_by(sessions.c.began_at, sessions.c.id)
    )
    return list(tx.sql.scalars(wanted))


class Held(NamedTuple):
    """Where and when a session was held."""

    group_id: str
    channel: str
    opened_at: datetime
    ended_at: datetime


def where_held(tx: Tx, session_id: str) -> Held | None:
    """Where and when a session was held; None once it is deleted with its group."""
    sessions, groups = (Base.metadata.tables[name] for name in ("sessions", "groups"))
    times = (sessions.c.opened_at, sessions.c.began_at, sessions.c.ended_at)
    wanted = (
        select(groups.c.id, groups.c.channel, *times)
        .join(groups, groups.c.id == sessions.c.group_id)
        .where(sessions.c.team_id == tx.workspace.team_id, sessions.c.id == session_id)
    )
    found = tx.sql.execute(wanted).first()
    if found is None:
        return None
    group_id, channel, opened_at, began_at, ended_at = found
    return Held(group_id, channel, opened_at or began_at or tx.now, ended_at or tx.now)


def is_job_waiting(tx: Tx, kind: str, prefix: str) -> bool:
    """Whether a job of a kind is planned whose subject begins so."""
    due = Base.metadata.tables["due"]
    begins = due.c.subject.startswith(prefix, autoescape=True)
    wanted = select(due.c.id).where(due.c.team_id == tx.workspace.team_id, due.c.kind == kind, begins)
    return tx.sql.scalars(wanted.limit(1)).first() is not None


def is_in_a_running_session(tx: Tx, user: str) -> bool:
    """Whether a session goes on in whose turns somebody stands: its order counts them."""
    rounds, sessions = Base.metadata.tables["advice_rounds"], Base.metadata.tables["sessions"]
    turns = (
        select(rounds.c.turns)
        .join(sessions, sessions.c.id == rounds.c.session_id)
        .where(rounds.c.team_id == tx.workspace.team_id, sessions.c.state != "ended")
    )
    return any(user in found for found in tx.sql.scalars(turns))


def is_event_waiting(tx: Tx, user: str) -> bool:
    """Whether the rooms have still to hear something about a person."""
    due = Base.metadata.tables["due"]
    events = select(due.c.data).where(
        due.c.team_id == tx.workspace.team_id, due.c.at <= tx.now, due.c.kind.startswith("member.")
    )
    return any(data.get("user") == user for data in tx.sql.scalars(events))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.value if isinstance(value, Enum) else value
