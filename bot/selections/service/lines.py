"""Lines: what somebody has, in a sentence and a question; and a line that whoever leads types for somebody."""

from bot.agreements import service as agreements
from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseDraft, CaseState
from bot.delivery import outbox
from bot.groups import service as groups
from bot.selections import queries
from bot.selections.records import SelectionCase, SelectionMark
from bot.selections.rules import TAKES_CASES, MarkKind
from bot.selections.service import showing
from bot.selections.service.access import (
    Choosing,
    choosing_for,
    choosing_for_participant,
    no_longer_open,
)
from bot.selections.service.steps import add_present, choosing_for_leader, require_leader
from bot.selections.views import CandidateRef, LineForm
from bot.selections.views.private import line_confirmed, line_question, line_rejected
from bot.storage import Tx, belonging_to, new_id
from bot.texts import Refused, mention, name_of


def own_line_form(tx: Tx, user: str, selection_id: str) -> LineForm:
    """What the form of a line of one's own carries. Raises Refused before and after the time for it."""
    _require_time(choosing_for_participant(tx, selection_id, user))
    return LineForm(selection_id, new_id())


def bring_line(tx: Tx, user: str, ref: LineForm, title: str, question: str) -> None:
    """Put a case of one's own on the list, in a sentence and a question."""
    choosing = choosing_for_participant(tx, ref.selection, user)
    _require_time(choosing)
    if not agreements.is_free_to_hand_in(tx, choosing.group, user):
        raise Refused(
            lambda t: t("Read the agreements of the group first, with /intervisie agreements."), "title"
        )
    draft = CaseDraft(title, "", "", question)
    cases.save_draft(tx, choosing.group.id, user, ref.case, draft, then="hand_in")
    add_present(choosing, user)
    showing.show(choosing)


def line_form_for(tx: Tx, user: str, selection_id: str) -> tuple[LineForm, list[tuple[str, str]]]:
    """What the form of a line for somebody carries, and the people who are there, with their names."""
    choosing = choosing_for_leader(tx, user, selection_id)
    _require_time(choosing)
    people = [(one, name_of(choosing.t, one)) for one in choosing.there if one != user]
    if not people:
        raise Refused(lambda t: t("Nobody else is here yet. Tick who is here first."))
    return LineForm(selection_id, new_id()), people


def type_line(tx: Tx, user: str, ref: LineForm, who: str, title: str, question: str) -> None:
    """Write down what somebody who is there said. It is a draft of theirs, which they alone put on the list."""
    choosing = require_leader(tx, user, ref.selection)
    _require_time(choosing)
    selection, group = choosing.selection, choosing.group
    if who not in choosing.there:
        person = mention(who)
        raise Refused(
            lambda t: t("{user} is not here, so their case is not on the table today.", user=person), "who"
        )
    before = cases.case_or_none(tx, ref.case)
    if before is not None and not _is_open_line(choosing, before, who):
        raise no_longer_open()
    cases.save_draft(tx, group.id, who, ref.case, CaseDraft(title, "", "", question), then="draft")
    if before is None:
        known_case(choosing, ref.case).is_line = True
    t = groups.texts_of(tx, who)
    carries = CandidateRef(selection.id, ref.case)
    message = groups.discreet_in(t, group, line_question(t, carries, user, group.channel, title, question))
    where = showing.key(selection, "line", ref.case)
    if outbox.is_live(tx, where):
        groups.update_dm(tx, who, where, message)
    else:
        groups.post_dm(tx, who, message, key=where)
    showing.show(choosing)


def confirm_line(tx: Tx, user: str, ref: CandidateRef) -> bool:
    """The person named puts the line on the list as their case. Returns whether that is new."""
    choosing, case = _own_line(tx, user, ref)
    if case.state != CaseState.DRAFT:
        return False
    cases.hand_in(tx, case.id, user)
    message = line_confirmed(groups.texts_of(tx, user), case.title)
    groups.update_dm(tx, user, showing.key(choosing.selection, "line", case.id), message)
    add_present(choosing, user)
    showing.show(choosing)
    return True


def reject_line(tx: Tx, user: str, ref: CandidateRef) -> bool:
    """The person named leaves the line out: its words are deleted. Returns whether that is new."""
    choosing, case = _own_line(tx, user, ref)
    if case.state != CaseState.DRAFT:
        return False
    cases.delete_case(tx, case.id, user)
    message = line_rejected(groups.texts_of(tx, user))
    groups.update_dm(tx, user, showing.key(choosing.selection, "line", case.id), message)
    showing.show(choosing)
    return True


def echo(tx: Tx, user: str, ref: CandidateRef) -> bool:
    """*This is mine too*: counted, and nobody is named. Returns whether that is new."""
    choosing = choosing_for_participant(tx, ref.selection, user)
    _require_time(choosing)
    require_candidate(choosing, ref.case)
    add_present(choosing, user)
    known = queries.marks(tx, choosing.selection, MarkKind.ECHO)
    if any((one.user, one.case_id) == (user, ref.case) for one in known):
        return False
    add_mark(choosing, MarkKind.ECHO, user, ref.case)
    showing.show(choosing)
    return True


def add_mark(choosing: Choosing, kind: MarkKind, user: str, case_id: str) -> None:
    selection = choosing.selection
    choosing.tx.sql.add(
        SelectionMark(
            selection_id=selection.id,
            kind=kind,
            user=user,
            case_id=case_id,
            **belonging_to(selection.workspace),
        )
    )
    choosing.tx.sql.flush()


def known_case(choosing: Choosing, case_id: str) -> SelectionCase:
    """What the selection knows of a case; a new row where it knew nothing yet."""
    tx, selection = choosing.tx, choosing.selection
    found = queries.cases_known(tx, selection).get(case_id)
    if found is None:
        found = SelectionCase(
            selection_id=selection.id,
            case_id=case_id,
            is_line=False,
            rank=0,
            fate="",
            **belonging_to(selection.workspace),
        )
        tx.sql.add(found)
        tx.sql.flush()
    return found


def require_candidate(choosing: Choosing, case_id: str) -> Case:
    """A case that can be chosen now. Raises Refused for any other."""
    listed = queries.candidates(choosing.tx, choosing.selection, choosing.group)
    found = next((one for one in listed if one.id == case_id), None)
    if found is None:
        raise Refused(lambda t: t("This case is no longer on the list. Choose another one."), "case")
    return found


def _require_time(choosing: Choosing) -> None:
    if choosing.selection.state not in TAKES_CASES:
        raise Refused(lambda t: t("That is not on now. The card in the channel says where you are."))


def _is_open_line(choosing: Choosing, case: Case, who: str) -> bool:
    known = queries.cases_known(choosing.tx, choosing.selection).get(case.id)
    return known is not None and known.is_line and case.presenter == who and case.state == CaseState.DRAFT


def _own_line(tx: Tx, user: str, ref: CandidateRef) -> tuple[Choosing, Case]:
    choosing = choosing_for(tx, ref.selection, user)
    known = queries.cases_known(tx, choosing.selection).get(ref.case)
    case = cases.find_own_case(tx, ref.case, user)
    if known is None or not known.is_line or case is None:
        raise no_longer_open()
    return choosing, case
