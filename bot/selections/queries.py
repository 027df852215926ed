"""Queries of selections. They only read."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Select, select

from bot import logs
from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.groups.records import Group
from bot.polls import service as polls
from bot.selections.records import Selection, SelectionCase, SelectionMark, SelectionParticipant
from bot.selections.rules import MAX_CANDIDATES, OVER, MarkKind, SelectionState
from bot.storage import Tx, Workspace, statement


def locked_selection(tx: Tx, selection_id: str) -> Selection | None:
    """The selection of this workspace, locked: two clicks at the same time are handled one after the other."""
    found = tx.scalars(tx.locked(_selection(tx.workspace, selection_id))).one_or_none()
    if found is not None:
        logs.know(group=found.group_id)
    return found


def selection_by_id(tx: Tx, selection_id: str) -> Selection | None:
    """The selection of this workspace, to read."""
    return tx.scalars(_selection(tx.workspace, selection_id)).one_or_none()


@statement
def _selection(workspace: Workspace, selection_id: str) -> Select[Selection]:
    return select(Selection).where(Selection.of(workspace), Selection.id == selection_id)


def selection_before(tx: Tx, group_id: str, session_id: str) -> Selection | None:
    """The selection that opened a session of this group; None where the session began with a case."""
    return tx.scalars(_selection_before(group_id, session_id)).first()


@statement
def _selection_before(group_id: str, session_id: str) -> Select[Selection]:
    return select(Selection).where(Selection.group_id == group_id, Selection.session_id == session_id)


def running_selection(tx: Tx, group: Group) -> Selection | None:
    """The group's selection that is on. A group has one at most."""
    return next(iter(tx.recall(_running(group.id))), None)


def locked_running_selection(tx: Tx, group_id: str) -> Selection | None:
    """The group's selection that is on, locked."""
    return tx.scalars(tx.locked(_running(group_id))).first()


@statement
def _running(group_id: str) -> Select[Selection]:
    return select(Selection).where(Selection.group_id == group_id, Selection.state.not_in(OVER))


def everyone_of(tx: Tx, selection: Selection) -> list[SelectionParticipant]:
    """Everyone who is or was there, in the order in which they came."""
    return list(tx.scalars(_everyone(selection.id)))


@statement
def _everyone(selection_id: str) -> Select[SelectionParticipant]:
    wanted = select(SelectionParticipant).where(SelectionParticipant.selection_id == selection_id)
    return wanted.order_by(SelectionParticipant.since, SelectionParticipant.user)


def people_there(tx: Tx, selection: Selection) -> list[str]:
    """Who is there, a leader from outside too."""
    return [one.user for one in everyone_of(tx, selection) if one.left_at is None]


def participants_there(tx: Tx, selection: Selection, group: Group) -> list[str]:
    """Who is there and takes part."""
    return [user for user in people_there(tx, selection) if user not in group.leaders]


def cases_known(tx: Tx, selection: Selection) -> dict[str, SelectionCase]:
    """What the selection knows of cases, by case."""
    return {one.case_id: one for one in tx.scalars(_cases_known(selection.id))}


@statement
def _cases_known(selection_id: str) -> Select[SelectionCase]:
    wanted = select(SelectionCase).where(SelectionCase.selection_id == selection_id)
    return wanted.order_by(SelectionCase.id)


def candidates(tx: Tx, selection: Selection, group: Group) -> list[Case]:
    """The cases that can be chosen now: those that wait, of people who are there and did not say no today."""
    there = set(participants_there(tx, selection, group))
    known = cases_known(tx, selection)
    chosen = polls.chosen_case(tx, group)
    found = [*([chosen] if chosen is not None else []), *cases.backlog(tx, group)]
    able = [one for one in found if one.presenter in there and not (one.id in known and known[one.id].fate)]
    return able[:MAX_CANDIDATES]


def may_be_chosen(case: Case | None) -> bool:
    return case is not None and case.state in (CaseState.HANDED_IN, CaseState.CHOSEN)


def marks(tx: Tx, selection: Selection, kind: MarkKind) -> Sequence[SelectionMark]:
    return tx.scalars(_marks(selection.id, kind)).all()


@statement
def _marks(selection_id: str, kind: str) -> Select[SelectionMark]:
    return select(SelectionMark).where(SelectionMark.selection_id == selection_id, SelectionMark.kind == kind)


def counts(tx: Tx, selection: Selection, group: Group, kind: MarkKind) -> Counter[str]:
    """How many of those who are there marked each case."""
    there = participants_there(tx, selection, group)
    return Counter(one.case_id for one in marks(tx, selection, kind) if one.user in there)


def voters(tx: Tx, selection: Selection) -> set[str]:
    return {one.user for one in marks(tx, selection, MarkKind.VOTE)}


def asked_of(tx: Tx, user: str) -> list[tuple[Selection, Case]]:
    """The selections that wait for this person's yes, with their case."""
    found = []
    for group in groups.groups_of(tx, user):
        selection = running_selection(tx, group)
        if selection is None or selection.state != SelectionState.ASKING or selection.asked_case is None:
            continue
        case = cases.case_or_none(tx, selection.asked_case)
        if case is not None and case.presenter == user:
            found.append((selection, case))
    return found


def lines_of(tx: Tx, user: str) -> list[tuple[Selection, Case]]:
    """The lines that were typed for this person and that they have not answered."""
    found = []
    for group in groups.groups_of(tx, user):
        selection = running_selection(tx, group)
        if selection is None:
            continue
        for one in cases_known(tx, selection).values():
            case = cases.case_or_none(tx, one.case_id) if one.is_line else None
            if case is not None and case.presenter == user and case.state == CaseState.DRAFT:
                found.append((selection, case))
    return found
