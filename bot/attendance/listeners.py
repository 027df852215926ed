"""Slack handlers of attendance: RSVP, reasons, leading, decisions and reminders."""

from typing import Any

from bot.attendance import rules, service, views
from bot.attendance.rules import Rsvp
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.groups.views import GroupRef
from bot.meetings import service as meetings
from bot.meetings.views import MeetingRef
from bot.slack import blocks, ids
from bot.slack.requests import Action, Submission
from bot.slack.router import Router
from bot.storage import Tx
from bot.texts import mention

router = Router()


async def answer(call: Action) -> None:
    """An RSVP, in the channel or in private. Those who do not come on time may give the facilitator a reason."""
    ref: views.AnswerRef = call.value
    try:
        meeting = await call.transact(service.answer_invitation, ref.meeting, ref.at, call.user, ref.answer)
    except service.OtherDate as other:
        await _ask_again(call, other)
        return
    if ref.answer != Rsvp.YES and await call.read(service.is_reason_wanted, meeting, call.user):
        reason = await call.read(service.own_reason, meeting, call.user)
        await call.open(views.reason_form(call.t, ref, meeting, reason))


async def _ask_again(call: Action, other: service.OtherDate) -> None:
    text = other.say(call.t)
    date = views.DateRef(other.meeting.id, int(other.meeting.starts_at.timestamp()))
    await call.answer(Message(text, [blocks.section(text), views.answer_buttons(call.t, date)]))


for _answer in rules.RSVP_ANSWERS:
    router.action(f"{ids.PRESENCE_ANSWER}.{_answer}", views.AnswerRef)(answer)


@router.submit(ids.PRESENCE_REASON_FORM, views.AnswerRef)
async def send_reason(call: Submission) -> None:
    ref: views.AnswerRef = call.meta
    words = call.text("reason")
    await call.transact(service.give_reason, ref.meeting, ref.at, call.user, ref.answer, words)


@router.action(ids.PRESENCE_LEAD, views.DateRef)
async def lead(call: Action) -> None:
    meeting = await call.transact(service.offer_to_lead, call.value.meeting, call.value.at, call.user)
    if meeting.facilitator == call.user:
        if await call.read(service.is_card_due, meeting):
            text = call.t("You lead this meeting. I'll write to you in private what you can prepare.")
        else:
            text = call.t("You lead this meeting. Two days before you get a card with what to prepare.")
    else:
        text = call.t(
            "Thank you. {facilitator} leads this time; if that changes, you are the first.",
            facilitator=mention(str(meeting.facilitator)),
        )
    await call.answer(Message(text))


@router.action(ids.PRESENCE_NOT_LEAD, views.DateRef)
async def not_lead(call: Action) -> None:
    await _pass_on(call, never=False)


@router.action(ids.PRESENCE_NEVER_LEAD, views.DateRef)
async def never_lead(call: Action) -> None:
    await _pass_on(call, never=True)


async def _pass_on(call: Action, *, never: bool) -> None:
    meeting = await call.transact(
        service.pass_on_lead, call.value.meeting, call.value.at, call.user, never=never
    )
    if meeting.facilitator:
        text = call.t("All right. {facilitator} leads now.", facilitator=mention(meeting.facilitator))
    else:
        text = call.t("All right. Nobody leads now; in the invitation somebody else can take it on.")
    if never:
        text += " " + call.t(
            "From now on I'll leave out your turn; with the button in an invitation you take part again."
        )
    await call.answer(Message(text))


@router.action(ids.PRESENCE_WHO, views.DateRef)
async def who_comes(call: Action) -> None:
    meeting, coming, reasons = await call.read(service.attendance_list, call.value.meeting, call.user)
    await call.open(views.list_window(call.t, meeting, coming, reasons))


async def decide(call: Action) -> None:
    ref: views.DecideRef = call.value
    await call.transact(service.decide_meeting, ref.meeting, ref.at, call.user, ref.how)


for _how in ("as_planned", "short"):
    router.action(f"{ids.PRESENCE_DECIDE}.{_how}", views.DecideRef)(decide)


@router.action(ids.PRESENCE_PROMPTS, MeetingRef)
async def help_to_find_a_case(call: Action) -> None:
    _, group = await call.read(meetings.meeting_for, call.value.meeting, call.user)
    await call.open(views.prompts_window(call.t, group.id))


@router.action(ids.PRESENCE_NOTHING, MeetingRef)
async def nothing_this_time(call: Action) -> None:
    await call.transact(service.bring_nothing, call.value.meeting, call.user)


@router.action(ids.PRESENCE_REMINDERS, GroupRef)
async def open_reminders(call: Action) -> None:
    await call.open(await call.read(_reminders_form, call))


def _reminders_form(tx: Tx, call: Action) -> dict[str, Any]:
    group = groups.group_for(tx, call.value.group, call.user)
    return views.reminders_form(call.t, group)


@router.submit(ids.PRESENCE_REMINDERS_FORM, GroupRef)
async def change_reminders(call: Submission) -> None:
    ticked = call.choices("reminders")
    await call.transact(service.change_reminders, call.meta.group, call.user, ticked)
