"""Listeners of the console. Its controls of the timer are those of the card."""

from typing import Any

from bot.console import service, views
from bot.console.refs import ParkRef
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
    return views.present_form(call.t, call.value, form.members, form.ticked)


@router.submit(ids.CONSOLE_PRESENT_FORM, SessionRef)
async def send_presence(call: Submission) -> None:
    here = {user for name in call.fields if name.startswith("here") for user in call.choices(name)}
    await call.transact(service.record_presence, call.meta.session, call.user, here)


@router.action(ids.CONSOLE_SILENCE, PhaseRef)
async def begin_silence(call: Action) -> None:
    await call.transact(service.begin_silence, call.value, call.user)


@router.action(ids.CONSOLE_PARK, SessionRef)
async def open_parking(call: Action) -> None:
    await call.open(views.park_form(call.t, call.value))


@router.submit(ids.CONSOLE_PARK_FORM, ParkRef)
async def send_parked(call: Submission) -> None:
    await call.transact(service.park_line, call.meta.session, call.user, call.text("line"), call.form)


@router.action(ids.CONSOLE_SENTENCES, SessionRef)
async def open_sentences(call: Action) -> None:
    await call.open(views.sentences(call.t))
