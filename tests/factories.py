"""A group with a case, and short ways to act in its session."""

from typing import Any

from sqlalchemy import select

import bot.rounds.activities  # noqa: F401  # Without its table no phase has a meaning.
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.delivery import outbox
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.groups.records import Group
from bot.jobs.records import JobRow
from bot.sessions import jobs, service
from bot.sessions.records import Session
from bot.sessions.views import ControlRef
from bot.storage import Tx, belonging_to
from tests.conftest import make_group, run_due
from tests.remembered import remembered

ANNA, BRAM, CHLOE, DAAN = "U0ANNA", "U0BRAM", "U0CHLOE", "U0DAAN"


def make_case(
    tx: Tx,
    group: Group,
    presenter: str = ANNA,
    *,
    state: CaseState = CaseState.HANDED_IN,
    title: str = "Te vaak ja",
) -> Case:
    case = Case(
        group_id=group.id,
        presenter=presenter,
        state=state,
        title=title,
        situation="Een collega vraagt me elke week iets erbij, en ik zeg ja.",
        own_part="Ik wil aardig gevonden worden.",
        question="Hoe kan ik nee zeggen zonder me schuldig te voelen?",
        created_at=tx.now,
        handed_in_at=tx.now,
        **belonging_to(group.workspace),
    )
    tx.sql.add(case)
    tx.sql.flush()
    return case


def open_session(tx: Tx, *, auto_advance: bool = False, **settings: Any) -> str:
    """A session that is gathering: Anna presents, Bram facilitates; both are there."""
    return remembered(
        tx, lambda tx: _open_session(tx, auto_advance, settings), open_session, auto_advance, repr(settings)
    )


def _open_session(tx: Tx, auto_advance: bool, settings: dict[str, Any]) -> str:
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN, **settings)
    case = make_case(tx, group, state=CaseState.CHOSEN)
    session = service.start_session(
        tx,
        group.id,
        BRAM,
        case_id=case.id,
        method="incident",
        facilitator=BRAM,
        auto_advance=auto_advance,
    )
    session.snapshot = in_whole_tens(session.snapshot)
    for user in (ANNA, CHLOE, DAAN):
        service.mark_present(tx, service.scene_of(tx, session), user)
    return session.id


def in_whole_tens(snapshot: dict[str, Any] | None) -> dict[str, Any] | None:
    """The method with a first phase of ten minutes, in an hour as before: tests of the clock are easy to follow then."""
    if snapshot is None:
        return None
    minutes = {"presentation": 10, "answers": 9}
    phases = [{**one, "minutes": minutes.get(one["key"], one["minutes"])} for one in snapshot["phases"]]
    return {**snapshot, "phases": phases}


def begin(tx: Tx, session_id: str) -> None:
    service.begin(tx, BRAM, control(tx, session_id))


def running_session(tx: Tx, *, auto_advance: bool = False) -> str:
    """A session in its first phase, the presentation."""

    def make(tx: Tx) -> str:
        session_id = open_session(tx, auto_advance=auto_advance)
        begin(tx, session_id)
        return session_id

    return remembered(tx, make, running_session, auto_advance)


def load(tx: Tx, session_id: str) -> Session:
    return tx.sql.scalars(select(Session).where(Session.id == session_id)).one()


def control(tx: Tx, session_id: str) -> ControlRef:
    """What the card's buttons carry at this moment."""
    session = load(tx, session_id)
    return ControlRef(session.id, session.phase_index, session.pass_no, session.version)


def go_on(tx: Tx, session_id: str, times: int = 1) -> None:
    for _ in range(times):
        service.next_phase(tx, BRAM, control(tx, session_id))


def sweep(tx: Tx) -> int:
    """Runs what is due for sessions."""
    return run_due(tx, jobs.JOBS)


def posted(tx: Tx, key: str) -> OutboxRow | None:
    """The one message whose key ends so. Nothing is sent in these tests, so it holds the latest payload."""
    found = select(OutboxRow).where(OutboxRow.key.like(f"%/{key}"))
    # The bot rewrites what is waiting without loading it.
    return tx.sql.scalars(found, execution_options={"populate_existing": True}).one_or_none()


def deliver(tx: Tx) -> None:
    """As the sender does when Slack has taken everything: from then on a message can only be edited.

    What it said stays readable here, where the sender wipes it.
    """
    for row in tx.sql.scalars(
        select(OutboxRow).where(OutboxRow.state == OutboxState.PENDING).order_by(OutboxRow.id)
    ):
        if row.kind == "update":
            target = tx.sql.scalars(select(OutboxRow).where(OutboxRow.key == row.target_key)).one()
            target.payload = row.payload
            tx.sql.delete(row)
        elif row.kind == "delete" and row.target_key is not None:
            gone = tx.sql.scalars(select(OutboxRow).where(OutboxRow.key == row.target_key)).one()
            gone.state, gone.payload, gone.ts, gone.error = OutboxState.DROPPED, None, None, outbox.DELETED
            tx.sql.delete(row)
        else:
            row.state, row.ts = OutboxState.SENT, row.ts or f"{1_700_000_000 + row.id}.000100"
    tx.sql.flush()


def stands(tx: Tx, row: OutboxRow) -> dict[str, Any] | None:
    """What a message says, with the edit that waits for it; None when it was dropped, or is being deleted."""
    if row.key is None:
        return row.payload
    waiting_for_it = tx.sql.scalars(select(OutboxRow).where(OutboxRow.target_key == row.key)).all()
    if any(one.kind == "delete" for one in waiting_for_it):
        return None
    edit = next((one for one in waiting_for_it if one.kind == "update"), None)
    return edit.payload if edit is not None else row.payload


def text_of(tx: Tx, key: str) -> str:
    row = posted(tx, key)
    assert row is not None, f"nothing was posted as {key}"
    payload = stands(tx, row)
    assert payload is not None, f"{key} was dropped"
    return str(payload["text"])


def buttons_of(tx: Tx, key: str) -> list[str]:
    """The action ids on a message."""
    row = posted(tx, key)
    assert row is not None, f"nothing was posted as {key}"
    payload = stands(tx, row)
    assert payload is not None, f"{key} was dropped"
    found = []
    for block in payload["blocks"]:
        elements = list(block.get("elements", []))
        if "accessory" in block:
            elements.append(block["accessory"])
        found += [element["action_id"] for element in elements if "action_id" in element]
    return found


def whispers_to(tx: Tx, user: str) -> list[str]:
    rows = tx.sql.scalars(
        select(OutboxRow).where(OutboxRow.kind == "whisper", OutboxRow.user == user).order_by(OutboxRow.id)
    )
    return [row.payload["text"] for row in rows if row.payload]


def keys(tx: Tx, like: str) -> list[str]:
    """The keys of what was posted, in order."""
    rows = tx.sql.scalars(select(OutboxRow).where(OutboxRow.key.like(like)).order_by(OutboxRow.id))
    return [str(row.key) for row in rows]


def waiting(tx: Tx, kind: str) -> list[JobRow]:
    return list(tx.sql.scalars(select(JobRow).where(JobRow.kind == kind).order_by(JobRow.at)))
