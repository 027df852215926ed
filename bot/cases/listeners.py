"""Listeners of cases: write, list, hand in, withdraw and delete."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot.agreements import service as agreements
from bot.agreements import views as agreement_views
from bot.cases import service, views
from bot.cases.records import Case
from bot.cases.rules import CaseDraft, CaseKind, CaseState
from bot.groups import service as groups
from bot.groups.records import Group
from bot.groups.views import GroupRef
from bot.slack import ids
from bot.slack.payloads import fields_of
from bot.slack.requests import Action, Command, Submission, notice
from bot.slack.router import Router
from bot.storage import Tx, new_id
from bot.texts import Refused, moment, plain

router = Router()


@router.command("casus", english="case", summary=lambda t: t("Bring in a case"))
async def write_case(call: Command) -> None:
    group = await call.read(_group_of_member, call.channel, call.user)
    await call.open(await call.read(_form, call, group, ""))


@router.action(ids.CASE_WRITE, GroupRef)
async def write_from_a_button(call: Action) -> None:
    """The button for people who cannot type commands: those of another organisation."""
    await call.open(await call.read(_form, call, call.value.group, ""))


@router.command("casussen", english="cases", summary=lambda t: t("My cases and those that wait in the group"))
async def list_cases(call: Command) -> None:
    group = await call.read(_group_of_member, call.channel, call.user)
    await call.open(await call.read(_lists, call, group))


@router.action(ids.CASE_OPEN, views.CaseRef)
async def open_form(call: Action) -> None:
    """A button elsewhere: write a case, or go on with a draft."""
    await call.open(await call.read(_form, call, call.value.group, call.value.case))


@router.action(ids.CASE_LIST, views.CaseRef)
async def open_list(call: Action) -> None:
    await call.open(await call.read(_lists, call, call.value.group))


@router.action(ids.CASE_MENU, views.CaseChoice)
async def choose_in_menu(call: Action) -> None:
    case = await call.read(service.own_case, call.value.case, call.user)
    if call.value.what == "show":
        await call.open(views.reading(call.t, case))
    elif call.value.what == "edit":
        await call.open(await call.read(_form, call, case.group_id, case.id))
    elif call.value.what == "withdraw":
        await call.open(views.withdrawing(call.t, case, views.CaseRef(case.group_id, case.id)))
    elif call.value.what == "delete" and case.state == CaseState.TREATED:
        await call.open(views.deleting_treated(call.t, [case], case.id))
    elif call.value.what == "delete":
        await call.open(views.deleting(call.t, case, views.CaseRef(case.group_id, case.id)))
    else:
        first = _pointed_out_first(call, case) or await call.read(_agreements_first, call, case)
        if first is not None:
            await call.open(first)
            return
        case = await call.transact(service.hand_in, case.id, call.user)
        await call.answer(views.saved(call.t, case))


@router.action(ids.CASE_GO_ON, views.CaseRef)
async def go_on_with_typed(call: Action) -> None:
    """Opens what was typed before over the form. Slack would keep the fields of a form that is redrawn."""
    await call.open(await call.read(_typed_before, call, call.value))


@router.action(ids.CASE_KIND, views.CaseForm)
async def change_kind(call: Action) -> None:
    """Draws the form for the other kind of case; Slack keeps the fields that both have."""
    meta: views.CaseForm = call.value
    draft, state = await call.read(_typed, call, meta)
    went_well = draft.kind == CaseKind.WENT_WELL
    draft = replace(draft, kind=CaseKind.QUESTION if went_well else CaseKind.WENT_WELL)
    await call.transact(service.keep_typed, meta.group, call.user, meta.case, draft)
    await call.redraw(_drawn_again(call, meta, draft, state))


@router.action(ids.CASE_KEEP, views.CaseForm)
async def keep_for_now(call: Action) -> None:
    meta: views.CaseForm = call.value
    draft, state = await call.read(_typed, call, meta)
    kept = await call.transact(_keep, call, meta, draft)
    await call.redraw(_drawn_again(call, meta, draft, state, kept=kept))


@router.submit(ids.CASE_FORM, views.CaseForm)
async def send_form(call: Submission) -> None:
    meta: views.CaseForm = call.meta
    draft, state = await call.read(_typed, call, meta)
    then = str(call.fields.get("next") or "draft")
    remarks = service.remarks_for(draft, then=then)
    if remarks and not meta.warned:
        await call.transact(service.keep_typed, meta.group, call.user, meta.case, draft)
        again = views.CaseForm(meta.group, meta.case, 1)
        agreed = views.says_agreed(call.view)
        shown = views.form(call.t, again, draft, state=state, remarks=remarks, then=then, agreed=agreed)
        await call.replace(shown)
        return
    case = await _save(call, draft, then)
    if then == "more":
        await call.replace(views.more_form(call.t, meta, draft, case.state))
    else:
        await _show_saved(call, case, then)


@router.submit(ids.CASE_MORE_FORM, views.CaseForm)
async def send_more(call: Submission) -> None:
    meta: views.CaseForm = call.meta
    kept = service.draft_of(await call.read(service.own_case, meta.case, call.user))
    draft = replace(
        kept,
        hope=call.text("hope"),
        urgency=str(call.fields.get("urgency") or "can_wait"),
        theme=call.text("theme"),
    )
    if draft.kind != CaseKind.WENT_WELL:
        draft = replace(draft, tried=call.text("tried"), help=call.choices("help"))
    then = str(call.fields.get("finish") or "keep")
    await _show_saved(call, await _save(call, draft, then), then)


async def _save(call: Submission, draft: CaseDraft, then: str) -> Case:
    """Saves a case. Where that is refused, what was typed is kept all the same."""
    meta: views.CaseForm = call.meta
    try:
        return await call.transact(service.save_draft, meta.group, call.user, meta.case, draft, then=then)
    except Refused:
        # The reason of the first refusal is what the person needs to read.
        with suppress(Refused):
            await call.transact(service.keep_typed, meta.group, call.user, meta.case, draft)
        raise


async def _show_saved(call: Submission, case: Case, then: str) -> None:
    first = await call.read(_agreements_first, call, case) if then == "hand_in" else None
    await call.replace(first or views.closing_all(notice(call.t, views.saved(call.t, case))))


@router.submit(ids.CASE_AGREE_FORM, views.AgreeRef)
async def agree_and_go_on(call: Submission) -> None:
    """Records an agreement on the way to a case, and goes on with that case."""
    meta: views.AgreeRef = call.meta
    await call.transact(agreements.agree, meta.group, call.user, meta.version)
    if not meta.case:
        await call.replace(await call.read(_form, call, meta.group, ""))
        return
    case = await call.transact(service.hand_in, meta.case, call.user)
    await call.replace(views.closing_all(notice(call.t, views.saved(call.t, case))))


@router.submit(ids.CASE_WITHDRAW_FORM, views.CaseRef)
async def confirm_withdrawal(call: Submission) -> None:
    await call.transact(service.withdraw, call.meta.case, call.user)
    await call.replace(views.closing_all(await call.read(_lists, call, call.meta.group)))


@router.submit(ids.CASE_DELETE_FORM, views.CaseRef)
async def confirm_deletion(call: Submission) -> None:
    await call.transact(service.delete_case, call.meta.case, call.user)
    await call.replace(views.closing_all(await call.read(_lists, call, call.meta.group)))


def _group_of_member(tx: Tx, channel: str, user: str) -> str:
    group = groups.group_of_channel(tx, channel)
    groups.require_member(tx, group, user)
    return group.id


def _lists(tx: Tx, call: Command | Action | Submission, group_id: str) -> dict[str, Any]:
    group = groups.group_for(tx, group_id, call.user)
    # One more than is shown: then the list says that there are others.
    mine, waiting = views.MINE_SHOWN + 1, views.WAITING_SHOWN + 1
    own = [
        *service.cases_of(tx, call.user, group, at_most=mine),
        *service.withdrawn_of(tx, call.user, group, at_most=mine),
    ]
    return views.lists(call.t, group.id, own, service.backlog(tx, group, at_most=waiting))


def _form(tx: Tx, call: Command | Action | Submission, group_id: str, case_id: str) -> dict[str, Any]:
    """The form of a case; for a new one the agreements come first."""
    group = groups.group_for_participant(tx, group_id, call.user)
    if not case_id and not agreements.is_free_to_hand_in(tx, group, call.user):
        return _agreements(tx, call, group, "")
    if not case_id:
        last = service.newest_draft(tx, group, call.user)
        offer = views.Offer(views.CaseRef(group.id, last.id), views.title_of(call.t, last)) if last else None
        return views.form(call.t, views.CaseForm(group.id, new_id(), 0), offer=offer)
    case = service.editable_case(tx, group, case_id, call.user)
    meta = views.CaseForm(group.id, case_id, 0)
    offer = views.Offer(views.CaseRef(group.id, case.id), "") if case.typed else None
    agreed = _has_agreed(tx, call, group, case)
    return views.form(call.t, meta, service.draft_of(case), state=case.state, offer=offer, agreed=agreed)


def _has_agreed(tx: Tx, call: Command | Action | Submission, group: Group, case: Case) -> bool:
    return case.state != CaseState.DRAFT or agreements.is_free_to_hand_in(tx, group, call.user)


def _typed_before(tx: Tx, call: Action, ref: views.CaseRef) -> dict[str, Any]:
    group = groups.group_for(tx, ref.group, call.user)
    case = service.editable_case(tx, group, ref.case, call.user)
    meta = views.CaseForm(group.id, case.id, 0)
    agreed = _has_agreed(tx, call, group, case)
    return views.form(call.t, meta, service.typed_draft(case), state=case.state, agreed=agreed)


def _pointed_out_first(call: Action, case: Case) -> dict[str, Any] | None:
    """The form with all remarks on a draft that is handed in from the list; None when there are none."""
    draft = service.draft_of(case)
    remarks = service.remarks_for(draft, then="hand_in")
    if case.state != CaseState.DRAFT or not remarks:
        return None
    meta = views.CaseForm(case.group_id, case.id, 1)
    return views.form(call.t, meta, draft, remarks=remarks, then="hand_in")


def _drawn_again(
    call: Action, meta: views.CaseForm, draft: CaseDraft, state: CaseState, *, kept: str | None = None
) -> dict[str, Any]:
    """The open form as it stands, with its remarks if it had been remarked on."""
    then = fields_of(call.view or {}).get("next")
    remarks = service.remarks_for(draft, then="hand_in") if meta.warned else []
    agreed = views.says_agreed(call.view)
    return views.form(call.t, meta, draft, state=state, remarks=remarks, then=then, kept=kept, agreed=agreed)


def _keep(tx: Tx, call: Action, meta: views.CaseForm, draft: CaseDraft) -> str:
    """Keeps the fields of an open form, and says so."""
    group = groups.group_for(tx, meta.group, call.user)
    case = service.keep_typed(tx, meta.group, call.user, meta.case, draft)
    if case is None and draft.is_empty:
        return call.t("There is nothing in it yet.")
    if case is None:
        return call.t("This case can't be changed any more. Copy what you typed.")
    return call.t("Kept at {time}. Only you see it.", time=moment(tx.now, group.zone, call.t))


def _agreements_first(tx: Tx, call: Action | Submission, case: Case) -> dict[str, Any] | None:
    """The agreements, for somebody whose draft can go to the group as soon as they agree."""
    group = groups.group_for(tx, case.group_id, call.user)
    if case.state != CaseState.DRAFT or agreements.is_free_to_hand_in(tx, group, call.user):
        return None
    return _agreements(tx, call, group, case.id)


def _agreements(tx: Tx, call: Command | Action | Submission, group: Group, case_id: str) -> dict[str, Any]:
    version = agreements.current_version(tx, group)
    opening = agreement_views.kept_as_draft(call.t) if case_id else agreement_views.before_a_case(call.t)
    return agreements.agreements_page(
        tx,
        call.t,
        group,
        call.user,
        callback_id=ids.CASE_AGREE_FORM,
        meta=views.AgreeRef(group.id, version, case_id),
        opening=opening,
    )


def _typed(tx: Tx, call: Action | Submission, meta: views.CaseForm) -> tuple[CaseDraft, CaseState]:
    """The fields of an open form on top of the saved case, and the case's state."""
    view = call.view or {}
    fields = fields_of(view)
    drawn = {block.get("block_id") for block in view.get("blocks") or []}
    typed: dict[str, Any] = {
        name: plain(str(fields.get(name) or ""))
        for name in ("title", "situation", "own_part", "question")
        if name in drawn
    }
    kept = service.find_own_case(tx, meta.case, call.user)
    draft = replace(
        service.draft_of(kept) if kept else CaseDraft("", "", "", ""),
        # The form of what went well has no question.
        kind=CaseKind.QUESTION if "question" in drawn else CaseKind.WENT_WELL,
        **typed,
    )
    return draft, kept.state if kept else CaseState.DRAFT
