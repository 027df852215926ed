"""What people do with the group itself, and what Slack tells of its channel."""

from typing import Any

from slack_sdk.errors import SlackApiError

from bot.groups import service, setup, views
from bot.slack import ids
from bot.slack.calls import Click, Command, Event, Submission
from bot.slack.router import Router
from bot.storage import Tx

router = Router()


@router.refusal(service.NoGroup)
async def offer_set_up(call: Command, refusal: service.NoGroup) -> None:
    await call.answer(views.offer(call.t, call.channel))


@router.action(ids.GROUP_SET_UP, views.ChannelRef)
async def open_set_up(call: Click) -> None:
    await call.open(
        views.set_up_form(call.t, call.value.channel, call.reader.language, call.reader.zone, call.user)
    )


@router.submit(ids.GROUP_SET_UP_FORM, views.ChannelRef)
async def set_up(call: Submission) -> None:
    channel = call.meta.channel
    # The one question that must be answered now: a group in a channel that we cannot post in helps nobody.
    try:
        info: Any = await call.client.conversations_info(channel=channel)
        reachable = bool(info["channel"].get("is_member"))
    except SlackApiError:
        reachable = False
    if not reachable:
        await call.answer(views.invite_me(call.t))
        return
    group = await call.transact(setup.set_up, call.workspace, channel, call.user, **_settings(call))
    await call.answer(views.ready(call.t, by_another=group.set_up_by != call.user))


@router.command("instellingen", "settings", summary=lambda t: t("The settings of this group"))
async def open_settings(call: Command) -> None:
    await call.open(await call.read(_settings_form, call))


def _settings_form(tx: Tx, call: Command) -> dict[str, Any]:
    group = service.group_of_channel(tx, call.workspace, call.channel)
    service.require_member(tx, group, call.user)
    return views.settings_form(call.t, group)


@router.submit(ids.GROUP_SETTINGS_FORM, views.GroupRef)
async def change_settings(call: Submission) -> None:
    await call.transact(setup.change, call.workspace, call.meta.group, call.user, **_settings(call))
    await call.answer(views.saved(call.t))


def _settings(call: Submission) -> dict[str, Any]:
    return {
        "language": str(call.fields.get("language")),
        "zone": call.text("zone"),
        "facilitation": str(call.fields.get("facilitation")),
        "facilitator": call.fields.get("facilitator"),
        "choices": call.choices("choices"),
    }


@router.event("member_joined_channel")
async def joined(call: Event) -> None:
    await call.transact(_joined, call)


def _joined(tx: Tx, call: Event) -> None:
    group = service.find_by_channel(tx, call.workspace, str(call.event["channel"]))
    if group is None:
        return
    if call.user != call.bot_user:
        service.join(tx, group, call.user, call.happened_at)
    elif not service.is_late(group, call.happened_at):
        service.channel_back(tx, group)


@router.event("member_left_channel")
async def left(call: Event) -> None:
    await call.transact(_left, call)


def _left(tx: Tx, call: Event) -> None:
    group = service.find_by_channel(tx, call.workspace, str(call.event["channel"]))
    if group is None:
        return
    if call.user != call.bot_user:
        service.leave(tx, group, call.user, call.happened_at)
    elif not service.is_late(group, call.happened_at):
        service.channel_gone(tx, group, "not_in_channel")


async def archived(call: Event) -> None:
    await call.transact(_archived, call, gone=True)


async def unarchived(call: Event) -> None:
    await call.transact(_archived, call, gone=False)


def _archived(tx: Tx, call: Event, *, gone: bool) -> None:
    group = service.find_by_channel(tx, call.workspace, str(call.event["channel"]))
    if group is None or service.is_late(group, call.happened_at):
        return
    if gone:
        service.channel_gone(tx, group, "archived")
    else:
        service.channel_back(tx, group)


for _kind in ("channel_archive", "group_archive"):
    router.event(_kind)(archived)
for _kind in ("channel_unarchive", "group_unarchive"):
    router.event(_kind)(unarchived)
