"""Listeners of groups: commands, buttons and forms, and Slack's events about channels, members and profiles."""

from typing import Any

from bot.delivery import lost_messages
from bot.delivery.message import Message
from bot.groups import service, views
from bot.groups.records import Group
from bot.slack import blocks, channels, ids
from bot.slack.requests import Action, Command, Event, Submission
from bot.slack.router import Router
from bot.storage import Tx

router = Router()


@router.refusal(service.NoGroup)
async def offer_set_up(call: Command, refusal: service.NoGroup) -> None:
    """Offers to set up a group, where one can be: nobody fills in a form for nothing."""
    if channels.is_conversation(call.channel, call.channel_name):
        await call.answer(views.not_here(call.t, await call.read(_channels_of, call.user)))
    elif await channels.is_bot_missing(call, call.channel):
        await call.answer(views.invite_me(call.t))
    else:
        await call.answer(views.offer(call.t, call.channel))


def _channels_of(tx: Tx, user: str) -> list[str]:
    return [group.channel for group in service.groups_of(tx, user) if group.unreachable is None]


@router.refusal(service.NotMember)
async def offer_to_join(call: Command, refusal: service.NotMember) -> None:
    text = refusal.say(call.t)
    button = blocks.button(call.t("Join"), ids.GROUP_JOIN, views.GroupRef(refusal.group), style="primary")
    await call.answer(Message(text, [blocks.section(text), blocks.actions(button)]))


@router.action(ids.GROUP_SET_UP, views.ChannelRef)
async def open_set_up(call: Action) -> None:
    if channels.is_conversation(call.value.channel):
        # An offer of before this was asked.
        await call.answer(views.not_here(call.t, await call.read(_channels_of, call.user)))
        return
    await call.open(views.set_up_form(call.t, call.value.channel, call.locale.language))


@router.submit(ids.GROUP_SET_UP_FORM, views.ChannelRef)
async def set_up(call: Submission) -> None:
    channel = call.meta.channel
    # Without the bot in the channel the group would get no messages.
    if await channels.is_bot_missing(call, channel):
        await call.answer(views.invite_me(call.t))
        return
    group = await call.transact(
        service.set_up,
        channel,
        call.user,
        await channels.channel_people(call, channel),
        name=call.text("name"),
        language=str(call.fields.get("language")),
        zone=call.locale.zone,
        meets=call.text("meets"),
        hierarchy=_hierarchy(call),
        trial=call.fields.get("begin") == "try",
    )
    await call.answer(views.ready(call.t, group, by_another=group.set_up_by != call.user))


@router.command(
    "groep", "instellingen", "settings", english="group", summary=lambda t: t("The group and its settings")
)
async def show_group(call: Command) -> None:
    await call.open(await call.read(_overview_here, call))


def _overview_here(tx: Tx, call: Command) -> dict[str, Any]:
    return _overview(tx, call, service.group_of_channel(tx, call.channel))


@router.action(ids.GROUP_OPEN, views.GroupRef)
async def open_group(call: Action) -> None:
    await call.open(await call.read(_overview_of, call, call.value.group))


def _overview_of(tx: Tx, call: Action | Submission, group_id: str) -> dict[str, Any]:
    return _overview(tx, call, service.group_by_id(tx, group_id))


def _overview(tx: Tx, call: Command | Action | Submission, group: Group) -> dict[str, Any]:
    return service.overview(tx, call.t, group, call.user)


@router.action(ids.GROUP_SETTINGS, views.SettingsRef)
async def open_settings(call: Action) -> None:
    group = await call.read(service.group_for, call.value.group, call.user)
    theme = call.value.theme if call.value.theme in views.THEMES else views.THEMES[0]
    await call.redraw(views.settings_form(call.t, group, theme))


@router.submit(ids.GROUP_SETTINGS_FORM, views.SettingsRef)
async def change_settings(call: Submission) -> None:
    present = None
    if call.fields.get("facilitation") == views.OUTSIDE:
        group = await call.read(service.group_for, call.meta.group, call.user)
        present = await channels.channel_people(call, group.channel)
    done = await call.transact(_change_settings, call, present)
    if not done:
        group = await call.read(service.group_for, call.meta.group, call.user)
        if done is None:
            # The same field ids: the choices of this person stay in the fields.
            await call.replace(views.settings_form(call.t, group, call.meta.theme, changed=True))
            return
        await call.replace(views.confirm_shorter_retention(call.t, group, int(str(call.fields["keep"]))))
        return
    await call.replace(await call.read(_overview_of, call, call.meta.group))


def _change_settings(tx: Tx, call: Submission, present: set[str] | None) -> bool | None:
    """Changes the settings of one theme. False: confirm first. None: somebody else changed them since the form was drawn."""
    ref: views.SettingsRef = call.meta
    group = service.group_for(tx, ref.group, call.user)
    service.lock_group(tx, group)
    if ref.seen and ref.seen != views.stamp(group, ref.theme):
        return None
    if ref.theme == "leading":
        return _change_leading(tx, call, present)
    return {
        "basics": _change_basics,
        "hours": _change_hours,
        "keeping": _change_retention,
    }[ref.theme](tx, call)


@router.submit(ids.GROUP_KEEPING_FORM, views.KeepingRef)
async def confirm_shorter_retention(call: Submission) -> None:
    await call.transact(
        service.change_retention,
        call.meta.group,
        call.user,
        days=call.meta.days,
        sure=True,
    )
    await call.replace(await call.read(_overview_of, call, call.meta.group))


def _change_basics(tx: Tx, call: Submission) -> bool:
    service.change_basics(
        tx,
        call.meta.group,
        call.user,
        name=call.text("name"),
        language=str(call.fields.get("language")),
        meets=call.text("meets"),
        minimum=int(call.fields.get("minimum") or 4),
        maximum=int(call.fields.get("maximum") or 0) or None,
        hierarchy=_hierarchy(call),
    )
    return True


def _change_leading(tx: Tx, call: Submission, present: set[str] | None) -> bool:
    service.change_leading(
        tx,
        call.meta.group,
        call.user,
        facilitation=str(call.fields.get("facilitation")),
        facilitator=call.fields.get("facilitator"),
        choices=call.choices("choices"),
        # A form from before the method stood here has no such field.
        method=str(call.fields["method"]) if call.fields.get("method") else None,
        leader_sessions=int(call.fields["leader_sessions"]) if call.fields.get("leader_sessions") else None,
        present=present,
    )
    return True


def _change_hours(tx: Tx, call: Submission) -> bool:
    service.change_hours(
        tx,
        call.meta.group,
        call.user,
        zone=call.text("zone"),
        days=call.choices("days"),
        from_hour=int(call.fields.get("from_hour") or 9),
        to_hour=int(call.fields.get("to_hour") or 17),
    )
    return True


def _change_retention(tx: Tx, call: Submission) -> bool:
    keep = str(call.fields.get("keep") or "never")
    days = int(keep) if keep.isdecimal() else None
    # A form from before this choice has no such field.
    messages = call.fields.get("messages")
    return service.change_retention(
        tx,
        call.meta.group,
        call.user,
        days=days,
        sure=False,
        messages_stay=None if messages is None else messages == "stay",
        thread_empties=None if messages is None else messages == "night",
    )


def _hierarchy(call: Submission) -> bool | None:
    return {"yes": True, "no": False}.get(str(call.fields.get("hierarchy")))


@router.action(ids.GROUP_JOIN, views.GroupRef)
async def join_group(call: Action) -> None:
    group = await call.read(service.group_by_id, call.value.group)
    present = await channels.channel_people(call, group.channel)
    group = await call.transact(service.join_group, call.value.group, call.user, present)
    await _answer_in_place(call, views.joined(call.t, group))


@router.action(ids.GROUP_LEAVE, views.GroupRef)
async def leave_group(call: Action) -> None:
    group = await call.transact(service.leave_group, call.value.group, call.user)
    await _answer_in_place(call, views.left(call.t, group))


@router.action(ids.GROUP_WAKE, views.GroupRef)
async def resume_group(call: Action) -> None:
    await call.transact(service.resume_group, call.value.group, call.user)
    await _redraw_overview(call)


@router.action(ids.GROUP_REST, views.GroupRef)
async def pause_group(call: Action) -> None:
    await call.transact(service.pause_group, call.value.group, call.user)
    await _redraw_overview(call)


async def _redraw_overview(call: Action) -> None:
    """Redraws the window. The button in a channel message has no window: its message follows by the outbox."""
    if call.view is not None:
        await call.redraw(await call.read(_overview_of, call, call.value.group))


async def _answer_in_place(call: Action, message: Message) -> None:
    """Answers in the window of the button, if there was one: its content is outdated now."""
    if call.view is None or call.view.get("type") == "home":
        await call.answer(message)
        return
    parts = message.blocks or [blocks.section(message.text)]
    window = blocks.modal(call.t("The group"), parts, close=call.t("Close"))
    await call.redraw({**window, "clear_on_close": True})


@router.event("member_joined_channel", name="groups.member_joined", formerly=("bot.groups.listeners.joined",))
async def on_member_joined_channel(call: Event) -> None:
    await call.transact(_member_joined, call)


def _member_joined(tx: Tx, call: Event) -> None:
    channel = str(call.event["channel"])
    group = service.channel_group(tx, channel)
    if group is None:
        if call.user == call.bot_user:
            # https://docs.slack.dev/reference/events/member_joined_channel names who invited.
            service.greet_channel(tx, channel, str(call.event.get("inviter") or ""))
        return
    if call.user != call.bot_user:
        service.on_channel_join(tx, group, call.user, call.happened_at)
    elif not service.observe_event(group, call.happened_at):
        service.mark_reachable(tx, group)


@router.event("member_left_channel", name="groups.member_left", formerly=("bot.groups.listeners.left",))
async def on_member_left_channel(call: Event) -> None:
    await call.transact(_member_left, call)


def _member_left(tx: Tx, call: Event) -> None:
    group = service.channel_group(tx, str(call.event["channel"]))
    if group is None:
        return
    if call.user != call.bot_user:
        service.on_channel_leave(tx, group, call.user, call.happened_at)
    elif not service.observe_event(group, call.happened_at):
        service.mark_unreachable(tx, group, "not_in_channel")


async def on_bot_removed(call: Event) -> None:
    """Somebody removed the bot. Slack sends this instead of member_left_channel, and names no user.

    https://docs.slack.dev/reference/events/channel_left https://docs.slack.dev/reference/events/group_left
    """
    await call.transact(_channel_lost, call, "not_in_channel")


async def on_channel_archived(call: Event) -> None:
    await call.transact(_channel_lost, call, "archived")


async def on_channel_deleted(call: Event) -> None:
    await call.transact(_channel_lost, call, "deleted")


async def on_channel_unarchived(call: Event) -> None:
    await call.transact(_channel_returned, call)


def _channel_lost(tx: Tx, call: Event, reason: str) -> None:
    group = service.channel_group(tx, str(call.event["channel"]))
    if group is not None and not service.observe_event(group, call.happened_at):
        service.mark_unreachable(tx, group, reason)


def _channel_returned(tx: Tx, call: Event) -> None:
    group = service.channel_group(tx, str(call.event["channel"]))
    if group is not None and not service.observe_event(group, call.happened_at):
        service.mark_reachable(tx, group)


for _kind in ("channel_left", "group_left"):
    router.event(_kind, name="groups.bot_removed")(on_bot_removed)
for _kind in ("channel_archive", "group_archive"):
    router.event(_kind, name="groups.channel_archived", formerly=("bot.groups.listeners.archived",))(
        on_channel_archived
    )
for _kind in ("channel_deleted", "group_deleted"):
    router.event(_kind, name="groups.channel_deleted", formerly=("bot.groups.listeners.deleted",))(
        on_channel_deleted
    )
for _kind in ("channel_unarchive", "group_unarchive"):
    router.event(_kind, name="groups.channel_unarchived", formerly=("bot.groups.listeners.unarchived",))(
        on_channel_unarchived
    )


@router.event("message", name="groups.message_deleted", formerly=("bot.groups.listeners.message_deleted",))
async def on_message_deleted(call: Event) -> None:
    """Somebody deleted a message. A message with replies leaves a "tombstone": Slack sends message_changed for it.

    https://docs.slack.dev/reference/events/message/message_deleted
    """
    event = call.event
    message = event.get("message") or {}
    ts = event.get("deleted_ts") if event.get("subtype") == "message_deleted" else None
    if event.get("subtype") == "message_changed" and message.get("subtype") == "tombstone":
        ts = message.get("ts")
    if ts is not None and event.get("channel") is not None:
        await call.transact(lost_messages.on_message_deleted, str(event["channel"]), str(ts))


@router.event(
    "channel_id_changed", name="groups.channel_id_changed", formerly=("bot.groups.listeners.moved",)
)
async def on_channel_id_changed(call: Event) -> None:
    before, after = str(call.event["old_channel_id"]), str(call.event["new_channel_id"])
    await call.transact(service.rename_channel, before, after)


@router.event("user_change", name="groups.person_changed", formerly=("bot.groups.listeners.person_changed",))
async def on_user_change(call: Event) -> None:
    """Slack sends this for everyone in the workspace, at every change of a status. Most of them are unknown here.

    https://docs.slack.dev/reference/events/user_change
    """
    if await call.read(_is_known, call.user):
        await call.transact(service.on_profile_changed, call.user, call.event["user"])


def _is_known(tx: Tx, user: str) -> bool:
    return service.known_person(tx, user) is not None
