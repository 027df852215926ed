"""Listeners of agreements: read, agree, change; a trial, somebody new, and a no to an invitation."""

from typing import Any

from bot.agreements import rules, service, views
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.groups.views import GroupRef
from bot.slack import ids
from bot.slack.requests import Action, Command, Submission
from bot.slack.router import Router
from bot.storage import Tx

router = Router()


@router.command("afspraken", english="agreements", summary=lambda t: t("What the group agreed on"))
async def show_agreements(call: Command) -> None:
    await call.open(await call.read(_page_here, call))


def _page_here(tx: Tx, call: Command) -> dict[str, Any]:
    group = groups.group_of_channel(tx, call.channel)
    groups.require_member(tx, group, call.user)
    return service.agreements_page(tx, call.t, group, call.user)


@router.action(ids.AGREEMENTS_OPEN, GroupRef)
async def open_page(call: Action) -> None:
    await call.open(await call.read(_page, call, call.value.group))


def _page(tx: Tx, call: Action | Submission, group_id: str) -> dict[str, Any]:
    group = groups.group_for(tx, group_id, call.user)
    return service.agreements_page(tx, call.t, group, call.user)


@router.submit(ids.AGREEMENTS_FORM, views.AgreementsRef)
async def agree(call: Submission) -> None:
    await call.transact(service.agree, call.meta.group, call.user, call.meta.version)
    await call.replace(await call.read(_page, call, call.meta.group))


@router.action(ids.AGREEMENTS_CHANGE, views.AgreementsRef)
async def open_change(call: Action) -> None:
    await call.redraw(await call.read(_change_form, call))


def _change_form(tx: Tx, call: Action) -> dict[str, Any]:
    group = groups.group_for(tx, call.value.group, call.user)
    version, text = service.current_text(tx, group, call.t)
    return views.change_form(call.t, views.AgreementsRef(group.id, version), text, service.contact_of(group))


@router.action(ids.AGREEMENTS_SUGGESTION, views.AgreementsRef)
async def open_suggestion(call: Action) -> None:
    """Nothing has changed until the form is sent, and the suggestion stays until then."""
    await call.redraw(await call.read(_suggestion_form, call))


def _suggestion_form(tx: Tx, call: Action) -> dict[str, Any]:
    group = groups.group_for(tx, call.value.group, call.user)
    version, text = service.current_text(tx, group, call.t)
    text = service.suggested_text(group, text, call.t)
    return views.change_form(call.t, views.AgreementsRef(group.id, version), text, service.contact_of(group))


@router.action(ids.AGREEMENTS_NO_SUGGESTION, views.AgreementsRef)
async def decline_suggestion(call: Action) -> None:
    await call.transact(service.decline_suggestion, call.value.group, call.user)
    await call.redraw(await call.read(_page, call, call.value.group))


@router.submit(ids.AGREEMENTS_CHANGE_FORM, views.AgreementsRef)
async def send_change(call: Submission) -> None:
    ref: views.AgreementsRef = call.meta
    contact = call.text("contact") if "contact" in call.fields else None
    await call.transact(
        service.change_agreements, ref.group, call.user, ref.version, call.text("text"), contact
    )
    await call.replace(await call.read(_page, call, ref.group))


@router.action(ids.TRIAL_GO_ON, GroupRef)
async def continue_group(call: Action) -> None:
    if not await call.transact(service.continue_group, call.value.group, call.user):
        await call.answer_unchanged()


@router.action(ids.TRIAL_STOP, GroupRef)
async def stop_group(call: Action) -> None:
    if not await call.transact(service.stop_group, call.value.group, call.user):
        await call.answer_unchanged()


async def answer_trial(call: Action) -> None:
    ref: views.TrialRef = call.value
    await call.transact(service.answer_trial, ref.group, call.user, ref.answer)


for _answer in rules.TRIAL_ANSWERS:
    router.action(f"{ids.TRIAL_ANSWER}.{_answer}", views.TrialRef)(answer_trial)


@router.action(ids.NEWCOMER_TALK_FIRST, views.NewcomerRef)
async def talk_first(call: Action) -> None:
    noted = await call.transact(service.talk_first, call.value.group, call.user, call.value.newcomer)
    await call.answer(Message(noted))


@router.action(ids.INVITATION_DECLINE, GroupRef)
async def decline_invitation(call: Action) -> None:
    group = await call.transact(service.decline_invitation, call.value.group, call.user)
    if not call.is_home:
        # The Home tab follows by the outbox, and needs no window on top of it.
        await call.answer(Message(views.declined(call.t, group.channel)))
