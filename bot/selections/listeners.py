"""Selections in Slack: the buttons on the card, in the thread and in private, and the forms."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar

from bot.selections import service
from bot.selections.service import OfferToLead
from bot.selections.views import (
    CandidateRef,
    ExtendSelection,
    LineForm,
    SelectionControl,
    SelectionRef,
    forms,
    private,
)
from bot.selections.views.refs import TakeOverSelection
from bot.slack import ids
from bot.slack.requests import Action, Submission
from bot.slack.router import Router

router = Router()

C = TypeVar("C", Action, Submission)


def _answers_offers(handle: Callable[[C], Awaitable[None]]) -> Callable[[C], Awaitable[None]]:
    """Decorator: answer an OfferToLead with its whole message."""

    @wraps(handle)
    async def wrapped(call: C) -> None:
        try:
            await handle(call)
        except OfferToLead as refused:
            await call.answer(refused.offer(call.t))

    return wrapped


def _on_click(action_id: str, reference: type[Any], use_case: Callable[..., None]) -> None:
    """Register a button that calls one use case. The card and the thread show the result."""

    @router.action(action_id, reference)
    @_answers_offers
    async def handle(call: Action) -> None:
        await call.transact(use_case, call.user, call.value)


_on_click(ids.SELECTION_NEXT, SelectionControl, service.begin_next_step)
_on_click(ids.SELECTION_AGAIN, SelectionControl, service.go_round_again)
_on_click(ids.SELECTION_POLL, SelectionControl, service.open_vote)
_on_click(ids.SELECTION_COUNT, SelectionControl, service.count_now)
_on_click(ids.SELECTION_OTHER, SelectionControl, service.take_question_back)
_on_click(ids.SELECTION_PAUSE, SelectionRef, service.pause_selection)
_on_click(ids.SELECTION_RESUME, SelectionRef, service.resume_selection)
_on_click(ids.SELECTION_EXTEND, ExtendSelection, service.extend_step)
_on_click(ids.SELECTION_STOP, SelectionRef, service.stop_selection)
_on_click(ids.SELECTION_TAKE_OVER, TakeOverSelection, service.take_over_selection)
_on_click(ids.SELECTION_DECLINE, CandidateRef, service.decline_chosen)


@router.action(ids.SELECTION_HERE, SelectionRef)
async def check_in(call: Action) -> None:
    if not await call.transact(service.check_in_to_choose, call.user, call.value):
        await call.answer(private.here_already(call.t))


@router.action(ids.SELECTION_VOTE, CandidateRef)
async def vote(call: Action) -> None:
    if await call.transact(service.give_vote, call.user, call.value):
        await call.answer(private.vote_kept(call.t))


@router.action(ids.SELECTION_ECHO, CandidateRef)
async def echo(call: Action) -> None:
    if not await call.transact(service.echo, call.user, call.value):
        await call.answer_unchanged()


@router.action(ids.SELECTION_CONFIRM, CandidateRef)
async def confirm_line(call: Action) -> None:
    if not await call.transact(service.confirm_line, call.user, call.value):
        await call.answer_unchanged()


@router.action(ids.SELECTION_REJECT, CandidateRef)
async def reject_line(call: Action) -> None:
    if not await call.transact(service.reject_line, call.user, call.value):
        await call.answer_unchanged()


@router.action(ids.SELECTION_LINE, SelectionRef)
async def open_line(call: Action) -> None:
    meta = await call.read(service.own_line_form, call.user, call.value.selection)
    await call.open(forms.own_line(call.t, meta))


@router.submit(ids.SELECTION_LINE_FORM, LineForm)
async def send_line(call: Submission) -> None:
    await call.transact(service.bring_line, call.user, call.meta, call.text("title"), call.text("question"))


@router.action(ids.SELECTION_LINE_FOR, SelectionRef)
@_answers_offers
async def open_line_for(call: Action) -> None:
    meta, people = await call.read(service.line_form_for, call.user, call.value.selection)
    await call.open(forms.line_for(call.t, meta, people))


@router.submit(ids.SELECTION_LINE_FOR_FORM, LineForm)
@_answers_offers
async def send_line_for(call: Submission) -> None:
    words = call.text("title"), call.text("question")
    await call.transact(service.type_line, call.user, call.meta, call.text("who"), *words)


@router.action(ids.SELECTION_PICK, SelectionControl)
@_answers_offers
async def open_pick(call: Action) -> None:
    listed = await call.read(service.cases_to_pick, call.user, call.value)
    await call.open(forms.pick(call.t, call.value, listed))


@router.submit(ids.SELECTION_PICK_FORM, SelectionControl)
@_answers_offers
async def send_pick(call: Submission) -> None:
    await call.transact(service.pick_case, call.user, call.meta, call.text("case"))


@router.action(ids.SELECTION_PRESENT, SelectionRef)
@_answers_offers
async def open_presence(call: Action) -> None:
    form = await call.read(service.attendance_form, call.user, call.value)
    await call.open(forms.presence(call.t, call.value, form))


@router.submit(ids.SELECTION_PRESENT_FORM, SelectionRef)
@_answers_offers
async def send_presence(call: Submission) -> None:
    here = {user for name in call.fields if name.startswith("here") for user in call.choices(name)}
    await call.transact(service.tick_people, call.user, call.meta, here)
