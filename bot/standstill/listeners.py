"""Slack handlers of a standstill: the answers to its question, and that the group met without the bot."""

from typing import Any

from bot.groups import service as groups
from bot.groups.views import settings_form
from bot.meetings import service as meetings
from bot.meetings.views import MeetingRef
from bot.slack import ids
from bot.slack.requests import Action
from bot.slack.router import Router
from bot.standstill import service, views
from bot.standstill.rules import Answer
from bot.storage import Tx

router = Router()
# The forms of a rhythm and of a date push one more view.
DATES = 1


async def answer(call: Action) -> None:
    """Take the answer, and open at once what it needs."""
    ref: views.AnswerRef = call.value
    group = await call.transact(service.answer_question, ref.standstill, call.user, ref.answer)
    window = await call.read(_next_window, call, group.id, ref.answer)
    if window is not None:
        await call.open(window, room=DATES)


for _answer in Answer:
    router.action(f"{ids.STANDSTILL_ANSWER}.{_answer}", views.AnswerRef)(answer)


def _next_window(tx: Tx, call: Action, group_id: str, chosen: str) -> dict[str, Any] | None:
    group = groups.group_for(tx, group_id, call.user)
    is_planned = bool(meetings.upcoming_meetings(tx, group, 1))
    if chosen == Answer.RHYTHM and is_planned:
        return meetings.other_rhythm_window(tx, call.t, group_id, call.user)
    if chosen == Answer.RHYTHM or (chosen == Answer.SHORTER and not is_planned):
        return meetings.plan_window(tx, call.t, group_id, call.user)
    theme = {Answer.WAY: "basics", Answer.LEAD: "leading"}.get(Answer(chosen))
    return settings_form(call.t, group, theme) if theme else None


@router.action(ids.STANDSTILL_MET, MeetingRef)
async def report_met(call: Action) -> None:
    if not await call.transact(service.report_met, call.value.meeting, call.user):
        await call.answer_unchanged()
