"""Years of a group's life, written straight into the tables: only what has happened counts here, not how."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert

from bot.cases.records import Case
from bot.delivery.records import OutboxRow
from bot.followups.records import Takeaway
from bot.groups.records import Group
from bot.polls.records import Candidate, Poll
from bot.sessions.records import Participant, Session
from bot.storage import Base, Tx, belonging_to, new_id, seal_values

PEOPLE = 7
# That each old session has left in the outbox.
MESSAGES = 10
AT_ONCE = 500


def add(tx: Tx, group: Group, count: int) -> None:
    """So many cases that were chosen in a poll and treated in a session, a day apart, the last one yesterday."""
    for first in range(0, count, AT_ONCE):
        rows: dict[type[Base], list[dict[str, Any]]] = {}
        for number in range(first, min(first + AT_ONCE, count)):
            for record, values in _case(tx, group, number):
                rows.setdefault(record, []).append({**values, **belonging_to(group.workspace)})
        for record, some in rows.items():
            table = record.__table__
            assert isinstance(table, Table)
            tx.sql.connection().execute(insert(table), [seal_values(tx.sql, table, row) for row in some])


# A row to be: its table, and its columns.
Row = tuple[type[Base], dict[str, Any]]


def _case(tx: Tx, group: Group, number: int) -> Iterator[Row]:
    at = tx.now - timedelta(days=number + 1)
    case, poll, session = new_id(), new_id(), new_id()
    presenter = _user(number)
    yield (
        Case,
        {
            "id": case,
            "group_id": group.id,
            "presenter": presenter,
            "state": "treated",
            "title": "Een oude casus",
            "situation": "Wat er toen gebeurde, en hoe het verder ging.",
            "own_part": "Wat ik deed.",
            "question": "Hoe kan ik het anders doen?",
            "created_at": at,
            "handed_in_at": at,
            "treated_at": at,
        },
    )
    yield (
        Poll,
        {
            "id": poll,
            "group_id": group.id,
            "opened_by": presenter,
            "state": "done",
            "opened_at": at,
            "closes_at": at,
            "asked_case": case,
            "voters": PEOPLE,
        },
    )
    yield (Candidate, {"id": new_id(), "poll_id": poll, "case_id": case, "rank": 1, "points": 3})
    yield (
        Session,
        {
            "id": session,
            "group_id": group.id,
            "case_id": case,
            "presenter": presenter,
            "facilitator": _user(number + 1),
            "started_by": presenter,
            "method": "incident",
            "goes_on_by_itself": False,
            "state": "ended",
            "number": 7,
            "opened_at": at,
            "began_at": at,
            "ended_at": at,
            "ended_how": "finished",
        },
    )
    yield from _of_people(group, session, presenter, at)
    yield from _said(group, session, number, at)


def _of_people(group: Group, session: str, presenter: str, at: datetime) -> Iterator[Row]:
    """Everyone was there, and took something home."""
    for one in range(PEOPLE):
        yield (Participant, {"id": new_id(), "session_id": session, "user": _user(one), "since": at})
        yield (
            Takeaway,
            {
                "id": new_id(),
                "group_id": group.id,
                "session_id": session,
                "user": _user(one),
                "is_presenter": _user(one) == presenter,
                "takeaway": "Wat ik meenam.",
                "step": "Wat ik ging doen.",
                "by": at.date().isoformat(),
                "state": "done",
                "kept_at": at,
            },
        )


def _said(group: Group, session: str, number: int, at: datetime) -> Iterator[Row]:
    """What we said in its thread."""
    for message in range(MESSAGES):
        yield (
            OutboxRow,
            {
                "kind": "post",
                "lane": f"{group.team_id}/{group.channel}/session/{session}/card",
                "key": f"session/{session}/{message}",
                "channel": group.channel,
                "state": "sent",
                "at_worst": "twice",
                "created_at": at,
                "not_before": at,
                "token": 1,
                "ts": f"{1500000000 + number}.{message:06}",
            },
        )


def _user(number: int) -> str:
    return f"U00000N{number % PEOPLE:02}"
