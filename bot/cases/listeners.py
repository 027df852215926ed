"""Listeners of cases: write, list, hand in and withdraw."""

from dataclasses import replace
from typing import Any

from bot.agreements import service as agreements
from bot.agreements import views as agreement_views
from bot.cases import service, views
from bot.cases.records import Case
from bot.cases.rules import CaseDraft, CaseState
from bot.groups import service as groups
from bot.groups.records import Group
from bot.groups.views import GroupRef
from bot.slack import ids
from bot.slack.requests import Action, Command, Submission, notice
from bot.slack.router import Router
from bot.storage import Tx, new_id

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
    else:
        first = await call.read(_agreements_first, call, case)
        if first is not None:
            await call.open(first)
            return
        case = await call.transact(service.hand_in, case.id, call.user)
        await call.answer(views.saved(call.t, case))


@router.submit(ids.CASE_FORM, views.CaseForm)
async def send_form(call: Submission) -> None:
    meta: views.CaseForm = call.meta
    draft, state = await call.read(_typed, call)
    then = str(call.fields.get("next") or "draft")
    hints = service.hints_for(draft, then=then)
    if hints is not None and not meta.warned:
        again = views.CaseForm(meta.group, meta.case, 1)
        await call.replace(
            views.form(call.t, again, draft, state=state, hints=views.Hints(*hints), then=then)
        )
        return
    case = await call.transact(service.save_draft, meta.group, call.user, meta.case, draft, then=then)
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
        tried=call.text("tried"),
        help=call.choices("help"),
        hope=call.text("hope"),
        urgency=str(call.fields.get("urgency") or "can_wait"),
        theme=call.text("theme"),
    )
    then = str(call.fields.get("finish") or "keep")
    case = await call.transact(service.save_draft, meta.group, call.user, meta.case, draft, then=then)
    await _show_saved(call, case, then)


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


def _group_of_member(tx: Tx, channel: str, user: str) -> str:
    group = groups.group_of_channel(tx, channel)
    groups.require_member(tx, group, user)
    return group.id


def _lists(tx: Tx, call: Command | Action | Submission, group_id: str) -> dict[str, Any]:
    group = groups.group_for(tx, group_id, call.user)
    mine = service.cases_of(tx, call.user, group)
    return views.lists(call.t, group.id, mine, service.backlog(tx, group))


def _form(tx: Tx, call: Command | Action | Submission, group_id: str, case_id: str) -> dict[str, Any]:
    """The form of a case; for a new one the agreements come first."""
    group = groups.group_for(tx, group_id, call.user)
    if not case_id and not agreements.is_free_to_hand_in(tx, group, call.user):
        return _agreements(tx, call, group, "")
    if not case_id:
        return views.form(call.t, views.CaseForm(group.id, new_id(), 0))
    case = service.editable_case(tx, group, case_id, call.user)
    meta = views.CaseForm(group.id, case_id, 0)
    agreed = case.state != CaseState.DRAFT or agreements.is_free_to_hand_in(tx, group, call.user)
    return views.form(call.t, meta, service.draft_of(case), state=case.state, agreed=agreed)


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


def _typed(tx: Tx, call: Submission) -> tuple[CaseDraft, CaseState]:
    """The typed fields on top of the saved case, and the case's state."""
    kept = service.find_own_case(tx, call.meta.case, call.user)
    draft = replace(
        service.draft_of(kept) if kept else CaseDraft("", "", "", ""),
        title=call.text("title"),
        situation=call.text("situation"),
        own_part=call.text("own_part"),
        question=call.text("question"),
    )
    return draft, kept.state if kept else CaseState.DRAFT
