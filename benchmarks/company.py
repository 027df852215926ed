"""A workspace of many groups, written straight into the tables: only what is there counts here, not how it came."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, insert

from benchmarks import scene
from bot.agreements.records import Agreed
from bot.attendance.records import Attendance
from bot.cases.records import Case
from bot.delivery.records import OutboxRow
from bot.followups.records import Takeaway
from bot.groups.records import Group, Member, Person
from bot.jobs.records import JobRow
from bot.meetings.records import Meeting
from bot.nudges.records import Nudge
from bot.polls.records import Ballot, Candidate, Poll
from bot.sessions.records import Participant, Session
from bot.slack.records import ProcessedEvent
from bot.storage import Base, Tx, belonging_to, new_id, seal_values

PEOPLE = 10
# Messages of each group that stand in its channel and its threads.
MESSAGES = 10
AT_ONCE = 100

Row = tuple[type[Base], dict[str, Any]]


def add(tx: Tx, first: int, count: int) -> None:
    """So many groups, each with ten people of its own, a session behind it, a meeting ahead and a poll that is open."""
    for start in range(first, first + count, AT_ONCE):
        rows: dict[type[Base], list[dict[str, Any]]] = {}
        for number in range(start, min(start + AT_ONCE, first + count)):
            for record, values in _group(tx, number):
                rows.setdefault(record, []).append({**values, **belonging_to(scene.OURS)})
        for record, some in rows.items():
            table = record.__table__
            assert isinstance(table, Table)
            tx.sql.connection().execute(insert(table), [seal_values(tx.sql, table, row) for row in some])


def user(number: int, one: int) -> str:
    return f"U{number:06}N{one}"


def channel(number: int) -> str:
    return f"CX{number:06}"


def _group(tx: Tx, number: int) -> Iterator[Row]:
    group, at = new_id(), tx.now - timedelta(days=30)
    users = [user(number, one) for one in range(PEOPLE)]
    yield (
        Group,
        {
            "id": group,
            "channel": channel(number),
            "language": "nl",
            "zone": "Europe/Amsterdam",
            "facilitation": "claim",
            "set_up_by": users[0],
            "created_at": at,
            "gathered_at": at,
            "meets_chosen": True,
            "words_since": at,
        },
    )
    for one in users:
        yield (
            Person,
            {"id": new_id(), "user": one, "language": "nl", "zone": "Europe/Amsterdam", "name": one},
        )
        yield (Member, {"id": new_id(), "group_id": group, "user": one, "since": at})
        yield (Agreed, {"id": new_id(), "group_id": group, "user": one, "version": 1, "at": at})
    yield from _behind(tx, group, number, users)
    yield from _ahead(tx, group, number, users)


def _behind(tx: Tx, group: str, number: int, users: list[str]) -> Iterator[Row]:
    at, case, session, meeting = tx.now - timedelta(days=20), new_id(), new_id(), new_id()
    yield (Case, {**_case(case, group, users[0]), "state": "treated", "created_at": at, "handed_in_at": at})
    yield (
        Session,
        {
            "id": session,
            "group_id": group,
            "case_id": case,
            "presenter": users[0],
            "facilitator": users[1],
            "started_by": users[1],
            "method": "incident",
            "goes_on_by_itself": False,
            "state": "ended",
            "number": 9,
            "opened_at": at,
            "began_at": at,
            "ended_at": at,
            "ended_how": "finished",
        },
    )
    yield (
        Meeting,
        {**_meeting(meeting, group, users[0]), "state": "opened", "session_id": session, "starts_at": at},
    )
    for one in users:
        yield (Participant, {"id": new_id(), "session_id": session, "user": one, "since": at})
        yield (Attendance, {"id": new_id(), "group_id": group, "meeting_id": meeting, "user": one})
        yield (
            Takeaway,
            {
                "id": new_id(),
                "group_id": group,
                "session_id": session,
                "user": one,
                "takeaway": "Wat ik meenam.",
                "step": "Wat ik ga doen.",
                "by": at.date().isoformat(),
                "state": "open",
                "kept_at": at,
            },
        )
    for message in range(MESSAGES):
        yield (
            OutboxRow,
            {
                "kind": "post",
                "lane": f"{scene.OURS.team_id}/{channel(number)}/session/{session}/card",
                "key": f"session/{session}/{message}",
                "channel": channel(number),
                "state": "sent",
                "at_worst": "twice",
                "created_at": at,
                "not_before": at,
                "token": 1,
                "ts": f"{1600000000 + number}.{message:06}",
            },
        )


def _ahead(tx: Tx, group: str, number: int, users: list[str]) -> Iterator[Row]:
    at, poll = tx.now - timedelta(days=2), new_id()
    meeting, soon = new_id(), tx.now + timedelta(days=5)
    yield (Meeting, {**_meeting(meeting, group, users[0]), "state": "planned", "starts_at": soon})
    yield (
        Poll,
        {
            "id": poll,
            "group_id": group,
            "opened_by": users[0],
            "state": "open",
            "opened_at": at,
            "closes_at": soon,
            "voters": 1,
        },
    )
    for presenter in users[2:4]:
        case = new_id()
        yield (
            Case,
            {**_case(case, group, presenter), "state": "handed_in", "created_at": at, "handed_in_at": at},
        )
        yield (Candidate, {"id": new_id(), "poll_id": poll, "case_id": case})
    yield (Ballot, {"poll_id": poll, "user": users[9], "points": {case: 3}})
    for one in users[:3]:
        yield (
            Nudge,
            {
                "id": new_id(),
                "user": one,
                "kind": "followup.step",
                "subject": new_id(),
                "group_id": group,
                "at": soon,
                "data": {},
            },
        )
    yield (
        JobRow,
        {"id": new_id(), "kind": "meeting.starts", "subject": meeting, "at": soon, "planned_at": soon},
    )
    yield (ProcessedEvent, {"id": new_id(), "event_id": f"Ev{number:08}", "handler": "x", "seen_at": at})


def _case(case: str, group: str, presenter: str) -> dict[str, Any]:
    return {
        "id": case,
        "group_id": group,
        "presenter": presenter,
        "title": "Een casus",
        "situation": "Wat er gebeurde, en hoe het verder ging.",
        "own_part": "Wat ik deed.",
        "question": "Hoe kan ik het anders doen?",
    }


def _meeting(meeting: str, group: str, planned_by: str) -> dict[str, Any]:
    return {
        "id": meeting,
        "group_id": group,
        "day": "2027-01-14",
        "hour": "15:00",
        "zone": "Europe/Amsterdam",
        "planned_by": planned_by,
        "session_id": None,
    }
