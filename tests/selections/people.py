"""A group that chooses its case together, and short ways to act in it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

import bot.rounds.activities  # noqa: F401  # Without its table no phase has a meaning.
from bot.cases.records import Case
from bot.groups.records import Group
from bot.selections import jobs, queries
from bot.selections import service as selections
from bot.selections.records import Selection
from bot.selections.views import CandidateRef, ExtendSelection, LineForm, SelectionControl, SelectionRef
from bot.sessions import jobs as session_jobs
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.storage import Tx, new_id
from tests.conftest import make_group, run_due
from tests.factories import ANNA, BRAM, CHLOE, DAAN, make_case

HANDLERS = {**session_jobs.JOBS}
for _kind, _handler in jobs.JOBS.items():
    HANDLERS[_kind] = _handler


def gather(tx: Tx, *there: str, meets: str = "room", **how: Any) -> Selection:
    """Bram leads, and these people are there. `how`: as the start form has it."""
    group = tx.sql.scalars(select(Group)).first() or make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    values = {"method": "incident", "facilitator": BRAM, "auto_advance": False, "meets": meets, **how}
    found = sessions.start_choosing(tx, group.id, BRAM, **values)
    for user in there:
        selections.check_in_to_choose(tx, user, SelectionRef(found.id))
    return found


def choosing(tx: Tx, *owners: str, there: tuple[str, ...] = (ANNA, CHLOE, DAAN), **how: Any) -> Selection:
    """The group is at *Kies samen*; each of these owners has a case that waits."""
    group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
    for place, user in enumerate(owners):
        make_case(tx, group, user, title=f"Casus {place}").handed_in_at = tx.now - timedelta(
            minutes=60 - place
        )
    found = gather(tx, *there, **how)
    while found.state != "choosing":
        selections.begin_next_step(tx, BRAM, control(found))
    return found


def control(selection: Selection) -> SelectionControl:
    return SelectionControl(selection.id, selection.version)


def more_time(selection: Selection) -> ExtendSelection:
    return ExtendSelection(selection.id, selection.version, selection.extensions)


def ref(selection: Selection) -> SelectionRef:
    return SelectionRef(selection.id)


def of(selection: Selection, case: Case) -> CandidateRef:
    return CandidateRef(selection.id, case.id)


def case_of(tx: Tx, user: str) -> Case:
    return tx.sql.scalars(select(Case).where(Case.presenter == user).order_by(Case.created_at)).one()


def shown(tx: Tx, selection: Selection) -> list[str]:
    """The titles that the group sees."""
    group = tx.sql.scalars(select(Group)).one()
    return [case.title for case in queries.candidates(tx, selection, group)]


def type_line(tx: Tx, selection: Selection, who: str, title: str = "Mijn buurvrouw belt") -> str:
    """Bram types a line for somebody; returns the id of the case."""
    meta = LineForm(selection.id, new_id())
    selections.type_line(tx, BRAM, meta, who, title, "Wat zeg ik dan?")
    return meta.case


def opened(tx: Tx) -> Session:
    return tx.sql.scalars(select(Session)).one()


def sweep(tx: Tx) -> int:
    return run_due(tx, HANDLERS)


def pick(tx: Tx, selection: Selection, user: str) -> Case:
    """The group chose somebody's case aloud."""
    case = case_of(tx, user)
    selections.pick_case(tx, BRAM, control(selection), case.id)
    return case
