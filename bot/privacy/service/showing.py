"""Showing a person what is stored of them: a page to read, and a file for a machine."""

import json
from dataclasses import dataclass

from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.groups.records import Person
from bot.privacy import queries, views
from bot.privacy.register import REGISTER
from bot.privacy.service.attendance import attendance_years_of
from bot.slack.blocks import Block
from bot.storage import Tx
from bot.texts import Texts

# Grows when the shape of the file changes.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class DataFile:
    """The file of somebody's data."""

    name: str
    body: bytes
    # How many rows stand in it.
    rows: int


def data_page(tx: Tx, t: Texts, user: str) -> Block:
    """The window with what is stored of a person."""
    return views.page(t, _known_of(tx, user))


def data_file(tx: Tx, user: str) -> DataFile:
    """Everything that is stored of a person, as JSON: by table, with the term of each."""
    tables = queries.rows_of(tx, user)
    content = {
        "format": FORMAT,
        "made_at": tx.now.isoformat(),
        "workspace": tx.workspace.team_id,
        "person": user,
        "tables": {name: {"kept": REGISTER[name].term, "rows": rows} for name, rows in tables.items()},
    }
    body = json.dumps(content, ensure_ascii=False, indent=2).encode()
    return DataFile(f"intervisie-{tx.now:%Y-%m-%d}.json", body, sum(map(len, tables.values())))


def _known_of(tx: Tx, user: str) -> views.Known:
    rows = queries.rows_of(tx, user)
    person: Person = groups.person_or_default(tx, user)
    cases = rows.get("cases", [])
    attended = sorted(rows.get("session_attendances", []), key=lambda row: str(row["began_at"]), reverse=True)
    return views.Known(
        channels=[group.channel for group in groups.groups_of(tx, user)],
        cases=[str(case["title"]) for case in cases if case["forgotten_at"] is None],
        treated=sum(case["state"] == CaseState.TREATED and case["forgotten_at"] is None for case in cases),
        waiting=sum(case["state"] == CaseState.HANDED_IN for case in cases),
        takeaways=len(rows.get("keepsakes", [])),
        reflections=sum(bool(row["written_at"]) for row in rows.get("reflections", [])),
        written=sum(
            len(rows.get(name, [])) for name in ("questions", "notes", "parked_lines", "next_time_lines")
        ),
        marks=len(rows.get("evaluations", [])),
        answers=sum(
            len(rows.get(name, [])) for name in ("attendances", "date_marks", "fits", "trial_answers")
        ),
        attended=[
            views.Attended(str(row["began_at"]), str(row["ended_at"]), str(row["role"]), str(row["method"]))
            for row in attended
        ],
        attendance_years=attendance_years_of(tx, user),
        name=person.name or "",
        zone=person.zone,
        is_known=groups.known_person(tx, user) is not None,
    )
