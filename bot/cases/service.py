"""Use cases of cases: write, hand in, withdraw, delete; and the steps of their state for the rooms above."""

from dataclasses import replace
from datetime import datetime

from bot import events
from bot.agreements import service as agreements
from bot.cases import queries, rules

# Passed on to the rooms above.
from bot.cases.queries import backlog as backlog
from bot.cases.queries import backlog_size as backlog_size
from bot.cases.queries import backlog_size_and_chosen as backlog_size_and_chosen
from bot.cases.queries import case_or_none as case_or_none
from bot.cases.queries import cases_of as cases_of
from bot.cases.queries import find_own_case as find_own_case
from bot.cases.queries import newest_draft as newest_draft
from bot.cases.queries import treated_counts as treated_counts
from bot.cases.queries import treated_of as treated_of
from bot.cases.queries import waiting_of as waiting_of
from bot.cases.queries import withdrawn_of as withdrawn_of
from bot.cases.records import Case
from bot.cases.rules import CaseDraft, CaseKind, CaseState, Remark
from bot.events import CaseChanged, CaseChosen, CaseWithdrawn
from bot.groups import service as groups
from bot.groups.records import Group
from bot.storage import Tx, belonging_to, new_id
from bot.texts import Refused

# The fields of the first form, in which a case that the group sees already is changed.
_TYPED = ("kind", "title", "situation", "own_part", "question")


def check_draft(draft: CaseDraft, *, for_the_group: bool) -> None:
    """Raises Refused at the field that makes a case impossible to keep, or to choose. All else is only remarked on."""
    if for_the_group and not draft.title:
        raise _no_title()
    if draft.is_empty:
        raise Refused(lambda t: t("There is nothing in it yet. A word or two is enough."), "title")
    if draft.urgency not in rules.URGENCY:
        raise Refused(lambda t: t("Choose one from the list."), "urgency")


def remarks_for(draft: CaseDraft, *, then: str) -> list[Remark]:
    """The remarks before a case goes to the group, all at once. A draft gets none."""
    return [] if then == "draft" else rules.remarks(draft)


def save_draft(tx: Tx, group_id: str, user: str, case_id: str, draft: CaseDraft, *, then: str) -> Case:
    """Saves a case. A form carries the id of its case from the start, so sending it twice makes one case.

    `then`: "hand_in", "draft", or "more" and "keep", which leave the state as it is. The case of somebody who does not
    agree with the agreements yet stays a draft.
    """
    group = groups.group_for_participant(tx, group_id, user)
    kept = find_own_case(tx, case_id, user)
    check_draft(draft, for_the_group=then != "draft" or (kept is not None and kept.state != CaseState.DRAFT))
    case = kept or _new(tx, group, case_id, user)
    if case.group_id != group.id:
        raise Refused(lambda t: t("This case belongs to another group."))
    if not rules.may_edit(case.state):
        if case.state == CaseState.IN_SESSION:
            raise _not_now(case)
        raise Refused(
            lambda t: t(
                "This case has been withdrawn or treated in the meantime, so it can't be changed. Copy what you "
                "typed, and hand it in as a new case with /intervisie case."
            ),
            "title",
        )
    _write(tx, case, draft)
    if case.state != CaseState.DRAFT:
        # Messages that show its title and question are updated too.
        events.publish(tx, CaseChanged(case.id))
    elif then == "hand_in" and agreements.is_free_to_hand_in(tx, group, user):
        _to_backlog(tx, group, case)
    tx.sql.flush()
    groups.refresh_home(tx, user)
    return case


def keep_typed(tx: Tx, group_id: str, user: str, case_id: str, draft: CaseDraft) -> Case | None:
    """Keeps what stands in an open form, without handing it in; None when there is nothing that could be kept.

    Slack tells nothing of the fields of a form that is closed, so each press in the form keeps them:
    https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    What the group sees of a case stays as it is.
    """
    group = groups.group_for_participant(tx, group_id, user)
    kept = find_own_case(tx, case_id, user)
    if draft.is_empty or (kept is not None and not rules.may_edit(kept.state)):
        return None
    case = kept or _new(tx, group, case_id, user)
    if case.group_id != group.id:
        return None
    if case.state == CaseState.DRAFT:
        _write(tx, case, draft)
    else:
        typed = {name: str(getattr(draft, name)) for name in _TYPED}
        case.typed = typed if typed != {name: getattr(case, name) for name in _TYPED} else None
    tx.sql.flush()
    groups.refresh_home(tx, user)
    return case


def _write(tx: Tx, case: Case, draft: CaseDraft) -> None:
    for name in (*_TYPED, "tried", "hope", "urgency", "theme"):
        setattr(case, name, getattr(draft, name))
    case.help = [kind for kind in draft.help if kind in rules.HELP]
    case.typed, case.written_at, case.stay_asked_at = None, tx.now, None
    _drop_question(case)


def _to_backlog(tx: Tx, group: Group, case: Case) -> None:
    if queries.waiting_count(tx, group, case.presenter) >= rules.MOST_WAITING:
        raise Refused(
            lambda t: t(
                "{count} of your cases are waiting in this group already. This one is kept as a draft. Withdraw one that "
                "no longer matters with /intervisie cases; then there is room for it.",
                count=rules.MOST_WAITING,
            ),
            "title",
        )
    case.state, case.handed_in_at = CaseState.HANDED_IN, tx.now
    _drop_question(case)


def _drop_question(case: Case) -> None:
    """A draft keeps its question while its writer changes their mind; the group gets none with what went well."""
    if case.kind == CaseKind.WENT_WELL and case.state != CaseState.DRAFT:
        case.question = ""


def _new(tx: Tx, group: Group, case_id: str, user: str) -> Case:
    if len(case_id) != len(new_id()):
        raise _not_yours()
    taken = case_or_none(tx, case_id)
    if taken is not None:
        # The same form was sent twice at once, and the other request was faster.
        if taken.presenter != user or taken.workspace != group.workspace:
            raise _not_yours()
        return taken
    case = Case(
        id=case_id,
        group_id=group.id,
        presenter=user,
        state=CaseState.DRAFT,
        created_at=tx.now,
        **belonging_to(group.workspace),
    )
    tx.sql.add(case)
    return case


def hand_in(tx: Tx, case_id: str, user: str) -> Case:
    """Hands in a draft as it stands. Raises Refused without a title."""
    case = own_case(tx, case_id, user)
    if not rules.may_edit(case.state):
        raise _not_now(case)
    if case.state == CaseState.DRAFT:
        group = groups.group_for_participant(tx, case.group_id, user)
        if not agreements.is_free_to_hand_in(tx, group, user):
            raise Refused(
                lambda t: t(
                    "Read the agreements of the group first, with /intervisie agreements. Your draft is kept."
                )
            )
        if not case.title:
            raise _no_title()
        _to_backlog(tx, group, case)
        groups.refresh_home(tx, user)
    return case


def withdraw(tx: Tx, case_id: str, user: str) -> Case:
    """Withdraws a case. Twice is as good as once."""
    case = own_case(tx, case_id, user)
    if case.state == CaseState.TREATED:
        raise Refused(lambda t: t("This case has been treated already, so there is nothing to withdraw."))
    if case.state == CaseState.WITHDRAWN:
        return case
    case.state, case.withdrawn_at, case.typed = CaseState.WITHDRAWN, tx.now, None
    events.publish(tx, CaseWithdrawn(case.id))
    groups.refresh_home(tx, user)
    return case


def delete_case(tx: Tx, case_id: str, user: str) -> Case:
    """Deletes the words of a draft or of a withdrawn case. Twice is as good as once.

    The row stays, so a form that is still open cannot bring the case back.
    """
    case = find_own_case(tx, case_id, user)
    if case is None:
        raise _not_yours()
    if case.forgotten_at is not None:
        return case
    if case.state == CaseState.TREATED:
        raise Refused(
            lambda t: t(
                "This case has been treated in the meantime. To delete it, choose Delete beside it again."
            )
        )
    if not rules.may_delete(case.state):
        raise Refused(lambda t: t("The group sees this case. Withdraw it first; then you can delete it."))
    _forget(tx, case)
    events.publish(tx, CaseChanged(case.id))
    return case


def delete_treated(tx: Tx, case_id: str, user: str) -> bool:
    """Deletes the words of a treated case; False when they were gone already. Other rooms keep what others said of it."""
    case = find_own_case(tx, case_id, user)
    if case is None:
        raise _not_yours()
    if case.forgotten_at is not None:
        return False
    if case.state != CaseState.TREATED:
        raise Refused(
            lambda t: t("This case has not been treated. You find it with /intervisie cases."), "case"
        )
    _forget(tx, case)
    return True


def _forget(tx: Tx, case: Case) -> None:
    """Deletes all words of a case, and what was typed into its form."""
    case.title = case.situation = case.own_part = case.question = ""
    case.tried = case.hope = case.theme = ""
    case.help, case.typed, case.forgotten_at = [], None, tx.now
    if case.state == CaseState.DRAFT:
        case.state, case.withdrawn_at = CaseState.WITHDRAWN, tx.now
    groups.refresh_home(tx, case.presenter)


def draft_of(case: Case) -> CaseDraft:
    return CaseDraft(
        case.title,
        case.situation,
        case.own_part,
        case.question,
        case.tried,
        list(case.help),
        case.hope,
        case.urgency,
        case.theme,
        case.kind,
    )


def typed_draft(case: Case) -> CaseDraft:
    """A case as it was last typed, also where that was not sent."""
    typed = case.typed if isinstance(case.typed, dict) else {}
    return replace(draft_of(case), **{name: typed[name] for name in _TYPED if name in typed})


def own_case(tx: Tx, case_id: str, user: str) -> Case:
    """Somebody's own case. Raises Refused for any other id."""
    case = find_own_case(tx, case_id, user)
    if case is None:
        raise _not_yours()
    if case.forgotten_at is not None:
        raise Refused(lambda t: t("This case is over, and its words are kept no longer."))
    return case


def _no_title() -> Refused:
    return Refused(lambda t: t("Give it a title: that is what the group chooses by."), "title")


def _not_now(case: Case) -> Refused:
    if case.state == CaseState.IN_SESSION:
        return Refused(
            lambda t: t("The session about this case has begun, so its words stay as they are."), "title"
        )
    return Refused(lambda t: t("This case has been withdrawn or treated in the meantime."))


def _not_yours() -> Refused:
    return Refused(lambda t: t("I can't find this case among yours. Type /intervisie cases for the list."))


def own_case_of_group(tx: Tx, group: Group, case_id: str, user: str) -> Case:
    """Somebody's own case in this group. Raises Refused for any other id."""
    case = own_case(tx, case_id, user)
    if case.group_id != group.id:
        raise Refused(lambda t: t("This case belongs to another group."))
    return case


def editable_case(tx: Tx, group: Group, case_id: str, user: str) -> Case:
    """Somebody's own case that can still be edited. Raises Refused for any other."""
    case = own_case_of_group(tx, group, case_id, user)
    if not rules.may_edit(case.state):
        raise _not_now(case)
    return case


def case_of_group(tx: Tx, group: Group, case_id: str) -> Case:
    """A case of this group. Raises Refused for any other id."""
    case = tx.get(Case, case_id)
    if case is None or case.group_id != group.id:
        raise Refused(
            lambda t: t("I can't find this case in this group. Type /intervisie cases for the list.")
        )
    return case


def mark_chosen(tx: Tx, case: Case) -> None:
    """The group has chosen the case, and its presenter agrees. A case that was withdrawn at the same moment stays withdrawn."""
    tx.sql.flush()
    tx.sql.refresh(case, with_for_update=True)
    if case.state != CaseState.HANDED_IN:
        return
    case.state = CaseState.CHOSEN
    events.publish(tx, CaseChosen(case.id))
    groups.refresh_home(tx, case.presenter)


def mark_started(tx: Tx, case: Case) -> None:
    """The session of the case begins: from now on its words do not change."""
    if case.state == CaseState.CHOSEN:
        case.state = CaseState.IN_SESSION
        groups.refresh_home(tx, case.presenter)


def return_to_backlog(tx: Tx, case: Case) -> None:
    """Returns a case to its old place in the backlog."""
    if case.state in (CaseState.CHOSEN, CaseState.IN_SESSION):
        # A question of before it was chosen has no answer to wait for.
        case.state, case.stay_asked_at = CaseState.HANDED_IN, None
        groups.refresh_home(tx, case.presenter)


def mark_treated(tx: Tx, case: Case) -> None:
    """The session of the case is over."""
    case.state, case.treated_at = CaseState.TREATED, tx.now
    groups.refresh_home(tx, case.presenter)


def purge_before(tx: Tx, group: Group, moment: datetime) -> int:
    """Retention: deletes the words of cases that were over, and of drafts untouched, before a moment; returns how many."""
    old = queries.purgeable_cases(tx, group, moment)
    for case in old:
        _forget(tx, case)
    return len(old)


def forget_presenter(tx: Tx, user: str) -> int:
    """Deletes the words of all cases of somebody, and withdraws those that wait; returns how many. Who it was stays for now."""
    cases = queries.cases_with_words(tx, user)
    for case in cases:
        if case.state not in (CaseState.TREATED, CaseState.WITHDRAWN, CaseState.DRAFT):
            withdraw(tx, case.id, user)
        _forget(tx, case)
    return len(cases)


def forget_case(tx: Tx, case_id: str, user: str) -> None:
    """Retention: withdraws a case that waits of somebody who left long ago, and deletes its words."""
    case = find_own_case(tx, case_id, user)
    if case is not None and case.forgotten_at is None:
        if case.state in (CaseState.HANDED_IN, CaseState.CHOSEN):
            withdraw(tx, case.id, user)
        _forget(tx, case)
