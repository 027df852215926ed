"""What people do with meetings."""

from typing import Any

from bot.groups import service as groups
from bot.groups.views import GroupRef
from bot.meetings import service, views
from bot.slack import ids
from bot.slack.calls import Click, Command, Submission
from bot.slack.router import Router
from bot.storage import Tx
from bot.texts import Refused

router = Router()


@router.command("plan", summary=lambda t: t("Plan, move or cancel the next meeting"))
async def plan(call: Command) -> None:
    await call.open(await call.read(_form, call))


def _form(tx: Tx, call: Command) -> dict[str, Any]:
    group = groups.group_of_channel(tx, call.workspace, call.channel)
    groups.require_member(tx, group, call.user)
    return views.form(call.t, group.id, group.zone, service.next_meeting(tx, group))


@router.action(ids.MEETING_OPEN, GroupRef)
async def plan_from_a_button(call: Click) -> None:
    await call.open(await call.read(_form_of, call))


def _form_of(tx: Tx, call: Click) -> dict[str, Any]:
    group = groups.group_for(tx, call.workspace, call.value.group, call.user)
    return views.form(call.t, group.id, group.zone, service.next_meeting(tx, group))


@router.submit(ids.MEETING_FORM, views.PlanRef)
async def send_form(call: Submission) -> None:
    day, hour = call.fields.get("day"), call.fields.get("hour")
    if not day or not hour:
        raise Refused(lambda t: t("Choose a day and a time."), "day")
    await call.transact(
        service.plan,
        call.workspace,
        call.meta.group,
        call.user,
        call.meta.meeting,
        day,
        hour,
        call.text("place"),
    )
    await call.answer(views.confirmed(call.t))


@router.action(ids.MEETING_MOVE, views.MeetingRef)
async def open_move(call: Click) -> None:
    await call.open(await call.read(_move_form, call))


def _move_form(tx: Tx, call: Click) -> dict[str, Any]:
    meeting, group = service.find(tx, call.workspace, call.value.meeting, call.user)
    return views.form(call.t, group.id, group.zone, meeting)


@router.action(ids.MEETING_CANCEL, views.MeetingRef)
async def ask_to_cancel(call: Click) -> None:
    meeting, _ = await call.read(service.find, call.workspace, call.value.meeting, call.user)
    await call.open(views.cancelling(call.t, meeting))


@router.submit(ids.MEETING_CANCEL_FORM, views.MeetingRef)
async def cancel(call: Submission) -> None:
    await call.transact(service.cancel, call.workspace, call.meta.meeting, call.user)
    await call.close_all()
