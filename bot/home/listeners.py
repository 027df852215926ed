"""Opening the Home tab, the bare command, and one's own settings."""

from bot.delivery.message import Message
from bot.groups import service as groups
from bot.home import service, views
from bot.slack import ids
from bot.slack.calls import Click, Command, Event, Submission
from bot.slack.router import Router
from bot.storage import Tx

router = Router()


@router.event("app_home_opened")
async def opened(call: Event) -> None:
    if call.event.get("tab") == "home":
        await call.transact(service.opened, call.workspace, call.user)


@router.command("", summary=lambda t: t("Where this group is"))
async def overview(call: Command) -> None:
    await call.answer(await call.read(_overview, call))


def _overview(tx: Tx, call: Command) -> Message:
    group = groups.group_of_channel(tx, call.workspace, call.channel)
    groups.require_member(tx, group, call.user)
    return views.overview(call.t, service.group_now(tx, group, call.user))


@router.action(ids.HOME_SETTINGS)
async def open_settings(call: Click) -> None:
    await call.open(await call.transact(service.settings_form, call.workspace, call.user))


@router.submit(ids.HOME_SETTINGS_FORM)
async def send_settings(call: Submission) -> None:
    await call.transact(
        service.change_settings,
        call.workspace,
        call.user,
        str(call.fields.get("language")),
        call.choices("choices"),
        int(call.fields.get("from_hour") or 9),
        int(call.fields.get("to_hour") or 17),
        # A form from before there was this choice changes nothing about it.
        days=call.choices("days") or None,
        topics=call.choices("topics") if "topics" in call.fields else None,
    )
    await call.answer(views.saved(call.t))
