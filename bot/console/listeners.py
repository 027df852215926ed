"""Listeners of the console. Its controls of the timer are those of the card."""

from typing import Any

from bot.agreements import service as agreements
from bot.console import service, views
from bot.console.refs import NextTimeRef, ParkRef, ReadRef
from bot.console.views import reading
from bot.sessions import service as sessions
from bot.sessions.views import PhaseRef, SessionRef
from bot.slack import ids
from bot.slack.requests import Action, Submission
from bot.slack.router import Router
from bot.storage import Tx

router = Router()


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


@router.action(ids.CONSOLE_SENTENCES, SessionRef)
async def open_sentences(call: Action) -> None:
    contact = await call.read(_contact, call)
    await call.open(views.sentences(call.t, contact))


def _contact(tx: Tx, call: Action) -> str:
    scene = sessions.scene_for(tx, call.value.session, call.user)
    return agreements.contact_of(scene.group)


@router.action(ids.CONSOLE_NEXT_TIME, SessionRef)
async def open_next_time(call: Action) -> None:
    line = await call.read(service.line_to_change, call.value.session, call.user)
    await call.open(views.next_time_form(call.t, call.value, line))


@router.submit(ids.CONSOLE_NEXT_TIME_FORM, SessionRef)
async def send_next_time(call: Submission) -> None:
    await call.transact(service.write_group_line, call.meta.session, call.user, call.text("line"))


@router.action(ids.CONSOLE_LINE_DONE, NextTimeRef)
async def finish_line(call: Action) -> None:
    if not await call.transact(service.finish_group_line, call.value, call.user):
        await call.answer_unchanged()


@router.action(ids.CONSOLE_OWN_LINE, SessionRef)
async def open_own_line(call: Action) -> None:
    line = await call.read(service.own_line_to_change, call.value.session, call.user)
    await call.open(views.own_line_form(call.t, call.value, line))


@router.submit(ids.CONSOLE_OWN_LINE_FORM, SessionRef)
async def send_own_line(call: Submission) -> None:
    await call.transact(service.write_own_line, call.meta.session, call.user, call.text("line"))


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
