"""Sessions in Slack: the command, the form, and the buttons on the card and in the thread."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from bot.delivery.message import Message
from bot.groups.views import GroupRef
from bot.selections.views import CandidateRef
from bot.sessions import service
from bot.sessions.rules import State
from bot.sessions.service import RefusedWithOffer
from bot.sessions.views import ControlRef, PhaseRef, SessionRef, StartRef, TakeOverRef, private
from bot.sessions.views.form import AUTO_ADVANCE, TOGETHER, start_form
from bot.slack import ids
from bot.slack.requests import Action, Command, Submission
from bot.slack.router import Router
from bot.storage import Tx
from bot.texts import Refused, Texts

router = Router()

UseCase = Callable[[Tx, str, Any], Callable[[Texts], Message] | None]


@router.command("start", "begin", "sessie", summary=lambda t: t("Begin a session with a case"))
async def open_form(call: Command) -> None:
    form = await call.read(service.start_form_for, call.channel, call.user)
    await call.open(start_form(call.t, form))


@router.action(ids.SESSIONS_OPEN, GroupRef)
async def open_form_from_a_button(call: Action) -> None:
    try:
        form = await call.read(service.start_form_of_group, call.value.group, call.user)
    except RefusedWithOffer as refused:
        await call.answer(refused.offer(call.t))
    else:
        await call.open(start_form(call.t, form))


@router.action(ids.SESSIONS_TOGETHER, GroupRef)
async def open_form_to_choose_together(call: Action) -> None:
    try:
        form = await call.read(service.start_form_of_group, call.value.group, call.user, together=True)
    except RefusedWithOffer as refused:
        await call.answer(refused.offer(call.t))
    else:
        await call.open(start_form(call.t, form))


@router.refusal(RefusedWithOffer)
async def answer_command(call: Command, refused: RefusedWithOffer) -> None:
    await call.answer(refused.offer(call.t))


@router.submit(ids.SESSIONS_START_FORM, meta=StartRef)
async def start(call: Submission) -> None:
    values: dict[str, Any] = {
        "method": call.text("method"),
        "facilitator": call.text("facilitator"),
        "auto_advance": call.text("pace") == AUTO_ADVANCE,
        "meets": call.text("meets"),
        "until": call.text("until"),
    }
    case = call.text("case")
    try:
        if case == TOGETHER:
            await call.transact(service.start_choosing, call.meta.group, call.user, **values)
            return
        session = await call.transact(
            service.start_session, call.meta.group, call.user, case_id=case, **values
        )
    except RefusedWithOffer as refused:
        await call.answer(refused.offer(call.t))
        return
    if session.state == State.ASKED:
        await call.answer(private.presenter_asked_notice(call.t))


def _answers_offers(handle: Callable[[Action], Awaitable[None]]) -> Callable[[Action], Awaitable[None]]:
    """Decorator: answer a RefusedWithOffer with its whole message."""

    @wraps(handle)
    async def wrapped(call: Action) -> None:
        try:
            await handle(call)
        except RefusedWithOffer as refused:
            await call.answer(refused.offer(call.t))

    return wrapped


def _on_click(action_id: str, reference: type[Any], use_case: UseCase) -> None:
    """Register a button that calls one use case. The card and the thread show the result."""

    @router.action(action_id, value=reference)
    @_answers_offers
    async def handle(call: Action) -> None:
        try:
            answer = await call.transact(use_case, call.user, call.value)
        except Refused as refused:
            await call.take_away()
            if reference is ControlRef and not isinstance(refused, RefusedWithOffer):
                await call.transact(service.refresh_outdated_card, call.user, call.value)
            raise
        if answer is not None:
            await call.answer(answer(call.t))
        else:
            await call.take_away()


_on_click(ids.SESSIONS_CONFIRM, SessionRef, service.confirm_case)
_on_click(ids.SESSIONS_DECLINE, SessionRef, service.decline_case)
_on_click(ids.SELECTION_ACCEPT, CandidateRef, service.bring_chosen_case)
_on_click(ids.SESSIONS_BEGIN, ControlRef, service.begin)
_on_click(ids.SESSIONS_BEGIN_ANYWAY, ControlRef, service.begin_anyway)
_on_click(ids.SESSIONS_PAUSE, ControlRef, service.pause)
_on_click(ids.SESSIONS_RESUME, ControlRef, service.resume)
_on_click(ids.SESSIONS_EXTEND, ControlRef, service.extend)
_on_click(ids.SESSIONS_NEXT, ControlRef, service.next_phase)
_on_click(ids.SESSIONS_BACK, ControlRef, service.previous_phase)
_on_click(ids.SESSIONS_STOP, SessionRef, service.ask_to_stop)
_on_click(ids.SESSIONS_STOP_NOW, SessionRef, service.stop)
_on_click(ids.SESSIONS_EVALUATE_ONLY, ControlRef, service.evaluate_only)
_on_click(ids.SESSIONS_KEEP_END, ControlRef, service.keep_end)
_on_click(ids.SESSIONS_END_LATER, ControlRef, service.end_later)
_on_click(ids.SESSIONS_SKIP_PHASE, ControlRef, service.skip_spare_phase)
_on_click(ids.SESSIONS_JUMP, ControlRef, service.jump_to_protected)
_on_click(ids.SESSIONS_TAKE_OVER, TakeOverRef, service.take_over)
_on_click(ids.SESSIONS_GO_ON, ControlRef, service.confirm_still_going)
_on_click(ids.SESSIONS_SKIP_LOOK_BACK, PhaseRef, service.skip_look_back)
_on_click(ids.SESSIONS_GIVE_BACK, ControlRef, service.give_back)
_on_click(ids.SESSIONS_KEEP_TO_PLAN, ControlRef, service.keep_to_plan)


@router.action(ids.SESSIONS_HERE, value=SessionRef)
@_answers_offers
async def check_in(call: Action) -> None:
    if not await call.transact(service.check_in, call.user, call.value):
        await call.answer(private.here_already(call.t))


@router.action(ids.SESSIONS_WITHDRAW, value=SessionRef)
async def withdraw(call: Action) -> None:
    await call.transact(service.withdraw_request, call.user, call.value)
    await call.answer(Message(call.t("Good, I have taken the question back. Start again whenever you like.")))
