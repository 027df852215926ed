"""Listeners of privacy: the page with what is stored of somebody, the file, forgetting, and an app that is uninstalled."""

from typing import Any

from bot.cases.views import CaseRef
from bot.delivery.message import Message
from bot.privacy import service, views
from bot.slack import ids
from bot.slack.files import send_file
from bot.slack.requests import Action, Command, Event, Submission
from bot.slack.router import Router
from bot.storage import Tx

router = Router()


@router.command("gegevens", english="data", summary=lambda t: t("What I know of you, and having it deleted"))
async def show_data(call: Command) -> None:
    await call.open(await call.read(_page, call))


@router.action(ids.PRIVACY_OPEN)
async def open_data(call: Action) -> None:
    await call.open(await call.read(_page, call), room=1)


def _page(tx: Tx, call: Command | Action) -> dict[str, Any]:
    return service.data_page(tx, call.t, call.user)


@router.action(ids.PRIVACY_FILE)
async def send_data_file(call: Action) -> None:
    file = await call.read(service.data_file, call.user)

    async def bring() -> None:
        arrived = await send_file(call.client, call.user, file.name, file.body, views.file_note(call.t))
        await call.answer(views.file_sent(call.t) if arrived else views.file_failed(call.t))

    call.afterwards.append(bring)


@router.action(ids.PRIVACY_ATTENDANCE)
async def choose_attendance(call: Action) -> None:
    await call.open(await call.read(service.attendance_form, call.t, call.user))


@router.submit(ids.PRIVACY_ATTENDANCE_FORM)
async def keep_attendance(call: Submission) -> None:
    years, going = await call.transact(
        service.choose_attendance_term, call.user, str(call.fields.get("years"))
    )
    await call.replace(views.attendance_chosen(call.t, years, going))


@router.action(ids.PRIVACY_CASE, CaseRef)
async def ask_to_delete_case(call: Action) -> None:
    await call.open(await call.read(service.case_form, call.t, call.user, call.value.case))


@router.submit(ids.PRIVACY_CASE_FORM)
async def delete_case(call: Submission) -> None:
    messages, lost = await call.transact(service.delete_treated_case, call.user, str(call.fields.get("case")))
    await call.replace(views.case_deleted(call.t, messages, lost))


@router.action(ids.PRIVACY_CASE_STAYS, CaseRef)
async def let_case_stay(call: Action) -> None:
    await call.answer(Message(await call.transact(service.let_case_stay, call.user, call.value.case)))


@router.action(ids.PRIVACY_CASE_GOES, CaseRef)
async def let_case_go(call: Action) -> None:
    await call.answer(Message(await call.transact(service.let_case_go, call.user, call.value.case)))


@router.action(ids.PRIVACY_FORGET)
async def ask_to_forget(call: Action) -> None:
    await call.open(views.forget_form(call.t))


@router.submit(ids.PRIVACY_FORGET_FORM)
async def forget_me(call: Submission) -> None:
    receipt = await call.transact(service.forget_person, call.user)
    # Who this was is not asked of Slack again: a second press would bring their name back.
    call.is_met = True
    await call.replace(views.forgotten_window(call.t, receipt))


@router.event("tokens_revoked", name="privacy.tokens_revoked")
async def on_tokens_revoked(call: Event) -> None:
    # Tokens of people are listed apart; the bot has none. https://docs.slack.dev/reference/events/tokens_revoked
    if (call.event.get("tokens") or {}).get("bot"):
        await call.transact(service.suspend_workspace, uninstalled=False)


@router.event("app_uninstalled", name="privacy.app_uninstalled")
async def on_app_uninstalled(call: Event) -> None:
    await call.transact(service.suspend_workspace, uninstalled=True)
