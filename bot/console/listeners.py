"""Listeners of the console. Its controls of the timer are those of the card; in its window they have ids of their own."""

from collections.abc import Callable
from typing import Any

from bot.agreements import service as agreements
from bot.console import service, views
from bot.console.refs import NextTimeRef, ParkRef, ReadRef
from bot.console.views import reading
from bot.delivery.message import Message
from bot.sessions import service as sessions
from bot.sessions.service import RefusedWithOffer
from bot.sessions.views import ControlRef, PhaseRef, SessionRef
from bot.slack import ids
from bot.slack.line_forms import register_line_form
from bot.slack.requests import Action, Submission
from bot.slack.router import Router
from bot.storage import Tx
from bot.texts import Refused, Texts

router = Router()

UseCase = Callable[[Tx, str, Any], Callable[[Texts], Message] | None]


@router.action(ids.CONSOLE_MORE, SessionRef)
async def open_more(call: Action) -> None:
    await call.open(await call.read(_more_window, call))


def _more_window(tx: Tx, call: Action) -> dict[str, Any]:
    return views.more_window(call.t, service.controls_for(tx, call.value.session, call.user))


@router.action(ids.CONSOLE_CONTROLS, SessionRef)
async def open_controls(call: Action) -> None:
    """The button on the card: the controls of now, for whoever leads; to others the offer to take over."""
    try:
        view = await call.transact(service.clock_controls_for, call.value.session, call.user)
    except RefusedWithOffer as refused:
        await call.answer(refused.offer(call.t))
        return
    await call.open(views.clock_window(call.t, view))


def _act_at_once(action_id: str, reference: type[Any], use_case: UseCase) -> None:
    """Register a control of the window. Afterwards the window says what was done, and shows the controls of now."""

    @router.action(views.act_id(action_id), reference)
    async def act(call: Action) -> None:
        try:
            answer = await call.transact(use_case, call.user, call.value)
        except RefusedWithOffer as refused:
            await call.redraw(views.offer_window(call.t, refused.offer(call.t)))
            return
        said = views.done(call.t) if answer is None else answer(call.t).text
        await call.redraw(await call.read(_after_act, call, said))


def _after_act(tx: Tx, call: Action, said: str) -> dict[str, Any]:
    try:
        values = service.controls_for(tx, call.value.session, call.user)
        if call.view is not None and call.view.get("callback_id") == ids.CONSOLE_CONTROLS:
            return views.clock_window(call.t, values.view, said)
        return views.more_window(call.t, values, said)
    except Refused:
        # The session is closed now.
        return views.closing_window(call.t, said)


def _begin_silence(tx: Tx, user: str, ref: PhaseRef) -> Callable[[Texts], Message]:
    service.begin_silence(tx, ref, user)
    return views.silence_runs


def _ask_for_time(tx: Tx, user: str, ref: SessionRef) -> Callable[[Texts], Message] | None:
    return service.ask_for_time(tx, ref.session, user)


ACTS: dict[str, tuple[type[Any], UseCase]] = {
    ids.SESSIONS_NEXT: (ControlRef, sessions.next_phase),
    ids.SESSIONS_PAUSE: (ControlRef, sessions.pause),
    ids.SESSIONS_RESUME: (ControlRef, sessions.resume),
    ids.SESSIONS_EXTEND: (ControlRef, sessions.extend),
    ids.SESSIONS_BACK: (ControlRef, sessions.previous_phase),
    ids.SESSIONS_STOP: (SessionRef, sessions.ask_to_stop),
    ids.SESSIONS_STOP_NOW: (SessionRef, sessions.stop),
    ids.SESSIONS_EVALUATE_ONLY: (ControlRef, sessions.evaluate_only),
    ids.SESSIONS_KEEP_END: (ControlRef, sessions.keep_end),
    ids.SESSIONS_END_LATER: (ControlRef, sessions.end_later),
    ids.SESSIONS_SKIP_PHASE: (ControlRef, sessions.skip_spare_phase),
    ids.CONSOLE_SILENCE: (PhaseRef, _begin_silence),
    ids.CONSOLE_TIME: (SessionRef, _ask_for_time),
}

for _action, (_reference, _use_case) in ACTS.items():
    _act_at_once(_action, _reference, _use_case)


@router.action(ids.CONSOLE_PRESENT, SessionRef)
async def open_presence(call: Action) -> None:
    await call.open(await call.read(_presence_form, call))


def _presence_form(tx: Tx, call: Action) -> dict[str, Any]:
    form = service.present_form_for(tx, call.value.session, call.user)
    return views.present_form(call.t, call.value, form)


@router.submit(ids.CONSOLE_PRESENT_FORM, SessionRef)
async def send_presence(call: Submission) -> None:
    await call.transact(
        service.record_presence,
        call.meta.session,
        call.user,
        _ticked(call, "here") or set(),
        aloud=_ticked(call, "aloud"),
        meets=call.text("meets"),
    )
    await call.close_all()


def _ticked(call: Submission, field: str) -> set[str] | None:
    """Who was ticked in a field that may be several; None where the form does not have it."""
    names = [name for name in call.fields if name.rstrip("0123456789") == field]
    return {user for name in names for user in call.choices(name)} if names else None


@router.action(ids.CONSOLE_SILENCE, PhaseRef)
async def begin_silence(call: Action) -> None:
    if not await call.transact(service.begin_silence, call.value, call.user):
        await call.answer(views.silence_runs(call.t))


@router.action(ids.CONSOLE_TIME, SessionRef)
async def ask_for_time(call: Action) -> None:
    answer = await call.transact(service.ask_for_time, call.value.session, call.user)
    if answer is not None:
        await call.answer(answer(call.t))


@router.action(ids.CONSOLE_PARK, SessionRef)
async def open_parking(call: Action) -> None:
    await call.open(views.park_form(call.t, call.value))


@router.submit(ids.CONSOLE_PARK_FORM, ParkRef)
async def send_parked(call: Submission) -> None:
    await call.transact(service.park_line, call.meta.session, call.user, call.text("line"), call.form)
    await call.replace(views.closing_window(call.t, views.parked(call.t)))


@router.action(ids.CONSOLE_SENTENCES, SessionRef)
async def open_sentences(call: Action) -> None:
    await call.open(await call.read(_sentences, call))


def _sentences(tx: Tx, call: Action) -> dict[str, Any]:
    scene = sessions.scene_for(tx, call.value.session, call.user)
    contact = agreements.contact_of(scene.group)
    return views.sentences(call.t, scene.session.presenter, contact, is_written=scene.session.is_written)


register_line_form(
    router,
    ids.CONSOLE_NEXT_TIME,
    ids.CONSOLE_NEXT_TIME_FORM,
    SessionRef,
    read=service.line_to_change,
    form=views.next_time_form,
    write=service.write_group_line,
)
register_line_form(
    router,
    ids.CONSOLE_OWN_LINE,
    ids.CONSOLE_OWN_LINE_FORM,
    SessionRef,
    read=service.own_line_to_change,
    form=views.own_line_form,
    write=service.write_own_line,
)


@router.action(ids.CONSOLE_LINE_DONE, NextTimeRef)
async def finish_line(call: Action) -> None:
    if not await call.transact(service.finish_group_line, call.value, call.user):
        await call.answer_unchanged()


async def let_read(call: Action) -> None:
    """The presenter's answer. The message shows it."""
    allowed = call.action_id.endswith(".yes")
    if not await call.transact(service.answer_reading, call.value, call.user, allowed=allowed):
        await call.answer(reading.said_already(call.t))


for _answer in ("yes", "no"):
    router.action(f"{ids.CONSOLE_LET_READ}.{_answer}", ReadRef)(let_read)


@router.action(ids.CONSOLE_READ, ReadRef)
async def read_case(call: Action) -> None:
    case, found = await call.read(service.case_to_read, call.value, call.user)
    await call.open(reading.case_window(call.t, call.value, case, found.question))


@router.action(ids.CONSOLE_ASK_BACK, ReadRef)
async def open_ask_back(call: Action) -> None:
    _, found = await call.read(service.case_to_read, call.value, call.user)
    await call.open(reading.ask_back_form(call.t, call.value, found.question))


@router.submit(ids.CONSOLE_ASK_BACK_FORM, ReadRef)
async def send_ask_back(call: Submission) -> None:
    await call.transact(service.ask_back, call.meta, call.user, call.text("question"))
    await call.close_all()


@router.action(ids.CONSOLE_READ_QUESTION, ReadRef)
async def read_question(call: Action) -> None:
    asked = await call.read(service.question_to_read, call.value, call.user)
    await call.open(reading.question_window(call.t, call.value, asked))
