"""Opening the Home tab, a group at a glance, and one's own settings."""

from bot.delivery.message import Message
from bot.followups import service as followups
from bot.followups import views as followup_views
from bot.groups import service as groups
from bot.groups.views import GroupRef
from bot.home import service, views
from bot.nudges import service as nudges
from bot.nudges import views as nudge_views
from bot.slack import ids
from bot.slack.blocks import Block
from bot.slack.requests import Action, Command, Event, Submission
from bot.slack.router import Router
from bot.storage import Tx

router = Router()


@router.event("app_home_opened", name="home.opened", formerly=("bot.home.listeners.opened",))
async def opened(call: Event) -> None:
    if call.event.get("tab") == "home":
        await call.transact(service.on_home_opened, call.user)


@router.command("", summary=lambda t: t("This group at a glance"))
@router.command("status", summary=lambda t: t("This group at a glance"))
async def overview(call: Command) -> None:
    await call.answer(await call.read(_overview, call))


def _overview(tx: Tx, call: Command) -> Message:
    group = groups.group_of_channel(tx, call.channel)
    groups.require_member(tx, group, call.user)
    return views.overview(call.t, service.glance(tx, group, call.user))


@router.action(ids.HOME_STATUS, GroupRef)
async def open_glance(call: Action) -> None:
    await call.open(await call.read(_glance, call))


def _glance(tx: Tx, call: Action) -> Block:
    group = groups.group_for(tx, call.value.group, call.user)
    return views.glance_window(call.t, service.glance(tx, group, call.user))


@router.action(ids.HOME_ASKS)
async def open_asks(call: Action) -> None:
    await call.open(views.all_asks(call.t, await call.read(service.todos_of, call.user)))


@router.action(ids.HOME_GROUPS)
async def open_groups(call: Action) -> None:
    await call.open(views.all_groups(call.t, await call.read(service.groups_of, call.user)))


@router.action(ids.HOME_CASES)
async def open_cases(call: Action) -> None:
    found, channels = await call.read(service.cases_of, call.user, at_most=2 * views.IN_A_WINDOW)
    await call.open(views.all_cases(call.t, found, channels))


@router.action(ids.HOME_STEPS)
@router.action(ids.HOME_REFLECTIONS)
async def open_steps(call: Action) -> None:
    await call.open(await call.read(_steps, call))


def _steps(tx: Tx, call: Action) -> Block:
    return followup_views.steps(
        call.t,
        followups.unfinished_steps(tx, call.user),
        followups.reflections_of(tx, call.user),
    )


@router.action(ids.HOME_AWAY)
async def open_away(call: Action) -> None:
    now = await call.read(nudges.current_absence, call.user)
    await call.open(nudge_views.away_form(call.t, now))


@router.action(ids.HOME_SETTINGS)
async def open_settings(call: Action) -> None:
    await call.open(await call.transact(service.settings_form, call.user))


@router.submit(ids.HOME_SETTINGS_FORM)
async def send_settings(call: Submission) -> None:
    await call.transact(
        service.change_settings,
        call.user,
        language=str(call.fields.get("language")),
        choices=call.choices("choices"),
        # A form from before there was such a choice changes nothing about it.
        days=call.choices("days") if "days" in call.fields else None,
        topics=call.choices("topics") if "topics" in call.fields else None,
        from_hour=int(call.fields.get("from_hour") or 9),
        to_hour=int(call.fields.get("to_hour") or 17),
    )
    await call.answer(views.saved(call.t))
