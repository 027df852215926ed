"""Listeners of calendars: the window, the file of a meeting, and feeds."""

from typing import Any

from bot.calendar import service, views
from bot.groups import service as groups
from bot.meetings.views import MeetingRef
from bot.slack import ids
from bot.slack.files import send_file
from bot.slack.requests import Action, Command
from bot.slack.router import Router
from bot.storage import Tx

router = Router()


@router.command("agenda", english="calendar", summary=lambda t: t("The meetings in your own calendar"))
async def open_calendar(call: Command) -> None:
    await call.open(await call.read(_window_of_channel, call))


def _window_of_channel(tx: Tx, call: Command) -> dict[str, Any]:
    group = groups.group_of_channel(tx, call.channel)
    return service.calendar_window(tx, call.user, call.t, group_id=group.id)


@router.action(ids.CALENDAR_OPEN, MeetingRef)
async def open_window(call: Action) -> None:
    await call.open(
        await call.read(service.calendar_window, call.user, call.t, meeting_id=call.value.meeting)
    )


@router.action(ids.CALENDAR_LINK)
async def acknowledge_link(call: Action) -> None:
    """Acknowledges the click: a button with a link sends one too.

    https://docs.slack.dev/reference/block-kit/block-elements/button-element
    """
    await call.acknowledge()


@router.action(ids.CALENDAR_SEND, MeetingRef)
async def send_meeting_file(call: Action) -> None:
    file, meeting = await call.read(service.file_of, call.value.meeting, call.user, call.t)

    async def bring() -> None:
        words = views.note(call.t, meeting)
        arrived = await send_file(call.client, call.user, file.name, file.body, words)
        await _redraw_window(
            call,
            call.t("The file is in your own conversation with me.")
            if arrived
            else call.t(
                "The file did not come through. Try again in a minute; if it stays, ask whoever runs the bot."
            ),
        )

    call.afterwards.append(bring)


@router.action(ids.CALENDAR_MAKE, views.FeedRef)
async def create_link(call: Action) -> None:
    await call.transact(service.create_link, call.user, call.value)
    await _redraw_window(call, group=call.value.group)


@router.action(ids.CALENDAR_RENEW, views.FeedRef)
async def renew_link(call: Action) -> None:
    await call.transact(service.renew_link, call.user, call.value)
    await _redraw_window(
        call, call.t("This is the new address. The old one no longer works."), group=call.value.group
    )


@router.action(ids.CALENDAR_REVOKE, views.FeedRef)
async def revoke_link(call: Action) -> None:
    await call.transact(service.revoke_link, call.user, call.value)
    await _redraw_window(call, call.t("That address no longer works."), group=call.value.group)


async def _redraw_window(call: Action, notice: str = "", *, group: str = "") -> None:
    """Redraws the window with a notice."""
    look = {"group_id": group, "meeting_id": call.value.meeting, "notice": notice}
    await call.redraw(await call.read(service.calendar_window, call.user, call.t, **look))
