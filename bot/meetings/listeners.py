"""Slack handlers of meetings: the command, buttons and forms."""

from dataclasses import replace
from typing import Any

from bot.groups import service as groups
from bot.groups.views import GroupRef
from bot.meetings import rules, service, views
from bot.slack import ids
from bot.slack.requests import Action, Command, Request, Submission
from bot.slack.router import Router
from bot.storage import Tx
from bot.texts import Refused

router = Router()
# The rhythm form pushes one more view, the preview of its dates.
DATES = 1


@router.command("plan", summary=lambda t: t("Plan, move or cancel meetings: one, or a fixed rhythm"))
async def plan(call: Command) -> None:
    await call.open(await call.read(_planned_in_channel, call))


def _planned_in_channel(tx: Tx, call: Command) -> dict[str, Any]:
    group = groups.group_of_channel(tx, call.channel)
    return service.plan_window(tx, call.t, group.id, call.user)


@router.action(ids.MEETING_OPEN, GroupRef)
async def plan_from_a_button(call: Action) -> None:
    await call.open(await call.read(service.plan_window, call.t, call.value.group, call.user), room=DATES)


@router.action(ids.MEETING_NEW, views.PlanRef)
async def open_form(call: Action) -> None:
    await call.open(await call.read(_new_form, call, call.value))


def _new_form(tx: Tx, call: Request, ref: views.PlanRef) -> dict[str, Any]:
    group = groups.group_for(tx, ref.group, call.user)
    following = next(iter(service.upcoming_meetings(tx, group)), None)
    draft = views.Draft(place=following.place, minutes=following.minutes) if following else views.Draft()
    return views.form(call.t, ref, group.zone, draft)


@router.action(ids.MEETING_MOVE, views.MeetingRef)
async def open_move(call: Action) -> None:
    await call.open(await call.read(_move_form, call, call.value.meeting))


def _move_form(tx: Tx, call: Request, meeting_id: str) -> dict[str, Any]:
    meeting, group = service.meeting_for(tx, meeting_id, call.user)
    ref = views.PlanRef(group.id, meeting.id, meeting.version)
    # The group's zone may have changed since the meeting was planned.
    day, hour = rules.local_of(meeting.starts_at, group.zone)
    return views.form(call.t, ref, group.zone, views.Draft(day, hour, meeting.place, meeting.minutes))


@router.submit(ids.MEETING_FORM, views.PlanRef)
async def send_form(call: Submission) -> None:
    day, hour = call.fields.get("day"), call.fields.get("hour")
    if not day or not hour:
        raise Refused(lambda t: t("Choose a day and a time."), "day")
    ref, place, confirmed = call.meta, call.text("place"), "also" in call.choices("also")
    minutes = rules.minutes_of(call.text("minutes")) if "minutes" in call.fields else None
    try:
        await call.transact(
            service.plan_meeting,
            ref.group,
            call.user,
            ref.meeting,
            day,
            hour,
            place,
            confirmed=confirmed,
            known=ref.known,
            form=call.form,
            minutes=minutes,
        )
    except service.NeedsConfirmation as warning:
        zone = (await call.read(groups.group_for, ref.group, call.user)).zone
        draft = views.Draft(day, hour, place, minutes or rules.USUAL_MINUTES)
        await call.replace(views.form(call.t, ref, zone, draft, question=warning.say(call.t)))
        return
    await _confirm(call)


async def _confirm(call: Submission) -> None:
    """Answer in the form when it stands alone; otherwise close all views."""
    if call.view.get("previous_view_id"):
        await call.close_all()
    else:
        await call.answer(views.confirmed(call.t))


@router.action(ids.MEETING_MENU, views.MenuRef)
async def choose(call: Action) -> None:
    await call.open(await call.read(_chosen, call), room=DATES if call.value.what == "change" else 0)


def _chosen(tx: Tx, call: Action) -> dict[str, Any]:
    what, meeting_id = call.value.what, call.value.meeting
    if what == "move":
        return _move_form(tx, call, meeting_id)
    meeting, group = service.meeting_for(tx, meeting_id, call.user)
    ref = views.RhythmRef(group.id, meeting.series_id or "", meeting.id)
    if what == "change":
        return service.rhythm_window(tx, call.t, ref, call.user)
    if what == "end":
        return _ending(tx, call, ref)
    return views.cancelling(call.t, meeting)


@router.action(ids.MEETING_CANCEL, views.MeetingRef)
async def ask_to_cancel(call: Action) -> None:
    meeting, _ = await call.read(service.meeting_for, call.value.meeting, call.user)
    await call.open(views.cancelling(call.t, meeting))


@router.submit(ids.MEETING_CANCEL_FORM, views.MeetingRef)
async def cancel(call: Submission) -> None:
    await call.transact(service.cancel_meeting, call.meta.meeting, call.user)
    await call.close_all()


@router.action(ids.MEETING_RHYTHM, views.RhythmRef)
async def open_rhythm(call: Action) -> None:
    await call.open(await call.read(service.rhythm_window, call.t, call.value, call.user), room=DATES)


@router.submit(ids.MEETING_RHYTHM_FORM, views.RhythmRef)
async def show_dates(call: Submission) -> None:
    await call.push(await call.read(_preview, call))


def _preview(tx: Tx, call: Submission) -> dict[str, Any]:
    rhythm, on, since, hour = (call.fields.get(name) for name in ("rhythm", "weekday", "since", "hour"))
    if not (rhythm and on and since and hour):
        raise Refused(lambda t: t("Choose a rhythm, a day and a time."), "rhythm")
    group, series = _group_and_series(tx, call)
    seen = service.first_preview(tx, group, views.rhythm_of(rhythm, on, since), since, hour, call.t, series)
    if series is None:
        return views.preview(call.t, call.meta, seen)
    return views.preview(call.t, call.meta, seen, place=series.place, minutes=series.minutes)


def _group_and_series(tx: Tx, call: Submission) -> tuple[Any, Any]:
    group = groups.group_for(tx, call.meta.group, call.user)
    if not call.meta.series:
        return group, None
    return group, service.series_for(tx, call.meta.series, call.user)[0]


@router.submit(ids.MEETING_PREVIEW_FORM, views.PreviewRef)
async def plan_rhythm(call: Submission) -> None:
    ref, ticked = call.meta, call.choices("skip")
    wanted = service.series_request(
        ref.rule, ref.first, ref.hour, call.text("place"), ticked, ref.country, ref.known, call.form
    )
    if "minutes" in call.fields:
        wanted = replace(wanted, minutes=rules.minutes_of(call.text("minutes")))
    try:
        if ref.series:
            await call.transact(service.change_series, ref.series, call.user, ref.since, wanted)
        else:
            await call.transact(service.plan_series, ref.group, call.user, wanted)
    except service.NeedsConfirmation as warning:
        await call.replace(await call.read(_preview_again, call, warning.say(call.t)))
        return
    await call.close_all()


def _preview_again(tx: Tx, call: Submission, notice: str) -> dict[str, Any]:
    group, series = _group_and_series(tx, call)
    ref: views.PreviewRef = call.meta
    seen = service.preview_of_rule(tx, group, ref.rule, ref.first, ref.hour, call.t, series)
    back = views.RhythmRef(ref.group, ref.series, ref.since)
    return views.preview(
        call.t,
        back,
        seen,
        place=call.text("place"),
        minutes=rules.minutes_of(call.text("minutes")),
        ticked=call.choices("skip"),
        notice=notice,
    )


def _ending(tx: Tx, call: Request, ref: views.RhythmRef) -> dict[str, Any]:
    series, _ = service.series_for(tx, ref.series, call.user)
    here_on = service.upcoming_in_series(tx, series, service.meeting_by_id(tx, ref.since))
    return views.ending(call.t, ref, series, here_on)


@router.submit(ids.MEETING_END_FORM, views.RhythmRef)
async def end_rhythm(call: Submission) -> None:
    await call.transact(service.end_series, call.meta.series, call.user, call.meta.since)
    await call.close_all()
