"""Slack handlers of polls."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.cases import service as cases
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.meetings import service as meetings
from bot.polls import rules, service, views
from bot.slack import ids
from bot.slack.requests import Action, Command, Submission
from bot.slack.router import Router
from bot.storage import Tx
from bot.texts import Refused, moment

router = Router()


@router.command("stem", english="vote", summary=lambda t: t("Choose a case together, or change your votes"))
async def vote_or_open(call: Command) -> None:
    await _open_or_answer(call, *await call.read(_of_channel, call))


@router.action(ids.POLL_OPEN, views.GroupRef)
async def vote_or_open_from_a_button(call: Action) -> None:
    await _open_or_answer(call, *await call.read(_ballot_or_form, call, call.value.group))


async def _open_or_answer(
    call: Command | Action, view: dict[str, Any] | None, message: Message | None
) -> None:
    if view is not None:
        await call.open(view)
    elif message is not None:
        await call.answer(message)


def _of_channel(tx: Tx, call: Command) -> tuple[dict[str, Any] | None, Message | None]:
    group = groups.group_of_channel(tx, call.channel)
    groups.require_member(tx, group, call.user)
    return _ballot_or_form(tx, call, group.id)


def _ballot_or_form(
    tx: Tx, call: Command | Action, group_id: str
) -> tuple[dict[str, Any] | None, Message | None]:
    group = groups.group_for(tx, group_id, call.user)
    running = service.open_poll_of(tx, group)
    if running is not None:
        found, points = service.ballot_of(tx, running.id, call.user)
        return views.ballot(call.t, running.id, found, points), None
    chosen_case = service.chosen_case(tx, group)
    if chosen_case is not None:
        return None, views.chosen_already(call.t, group.id, chosen_case.title)
    size = cases.backlog_size(tx, group)
    if not size:
        return None, views.none_waiting(call.t, group.id)
    waiting = service.candidates_for(tx, group)
    if len(waiting) < rules.MIN_CANDIDATES:
        return None, views.one_case(call.t, group.id, waiting[0].title)
    meeting = meetings.next_meeting(tx, group)
    closes_at = rules.proposed_close(tx.now, group.working_hours, meeting.starts_at if meeting else None)
    form = views.opening_form(call.t, group.id, closes_at, group.zone, waiting, size - len(waiting))
    return form, None


@router.submit(ids.POLL_OPEN_FORM, views.GroupRef)
async def open_poll(call: Submission) -> None:
    closes_at = await call.read(_closing_moment, call)
    poll = await call.transact(service.open_poll, call.meta.group, call.user, closes_at)
    if poll.closes_at != closes_at:
        # Somebody else opened the poll a moment earlier: their closing time holds.
        await call.answer(views.open_already(call.t))
    elif call.view.get("previous_view_id"):
        # The list of cases stands under this form; the poll is in the channel.
        await call.close_all()


def _closing_moment(tx: Tx, call: Submission) -> datetime | None:
    group = groups.group_for(tx, call.meta.group, call.user)
    day, hour = call.fields.get("day"), call.fields.get("hour")
    if not day or not hour:
        return None
    typed = datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=ZoneInfo(group.zone))
    hours = group.working_hours
    # The hour at which work ends is still within.
    is_within = any(hours.next_open(at) == at for at in (typed, typed - timedelta(minutes=1)))
    if typed > tx.now and not is_within:
        # The result would come when nobody looks, and the presenter be asked in their own time.
        within = hours.next_working(typed)
        raise Refused(
            lambda t: t(
                "Your group does not work then. {moment} is within its working hours.",
                moment=moment(within, group.zone, t, with_date=True),
            ),
            "hour",
        )
    return typed


@router.action(ids.POLL_VOTE, views.PollRef)
async def open_ballot(call: Action) -> None:
    found, points = await call.read(service.ballot_of, call.value.poll, call.user)
    await call.open(views.ballot(call.t, call.value.poll, found, points))


@router.submit(ids.POLL_BALLOT_FORM, views.PollRef)
async def send_ballot(call: Submission) -> None:
    points = {name: int(value or 0) for name, value in call.fields.items()}
    try:
        is_first = await call.transact(service.give_votes, call.meta.poll, call.user, points)
    except service.CaseLeft as left:
        await call.replace(views.ballot(call.t, call.meta.poll, left.choices, points, one_gone=True))
    else:
        if is_first:
            # The poll in the channel counts one more.
            await call.answer_in_modal(views.voted(call.t))
        else:
            await call.answer(views.voted(call.t))


@router.action(ids.POLL_TAKE, views.GroupRef)
async def take_only(call: Action) -> None:
    await call.transact(service.take_only_case, call.value.group, call.user)
    await call.answer(views.asked_only(call.t))


@router.action(ids.POLL_CLOSE, views.PollRef)
async def close_poll(call: Action) -> None:
    await call.transact(service.close_poll_by_hand, call.value.poll, call.user)


@router.action(ids.POLL_ACCEPT, views.AskRef)
async def accept(call: Action) -> None:
    await call.transact(service.answer_presenter, call.value.poll, call.value.case, call.user, accepted=True)


@router.action(ids.POLL_DECLINE, views.AskRef)
async def decline(call: Action) -> None:
    await call.transact(service.answer_presenter, call.value.poll, call.value.case, call.user, accepted=False)
