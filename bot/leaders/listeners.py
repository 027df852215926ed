"""Listeners of a leader from outside."""

from typing import Any

from bot.agreements import service as agreements
from bot.groups import service as groups
from bot.groups.views import GroupRef
from bot.leaders import service, views
from bot.leaders.views import AcceptRef, AloneRef
from bot.sessions.views import SessionRef
from bot.slack import channels, ids
from bot.slack.line_forms import register_line_form
from bot.slack.requests import Action, Submission
from bot.slack.router import Router
from bot.storage import Tx

router = Router()


@router.action(ids.LEADER_ACCEPT, GroupRef)
async def accept(call: Action) -> None:
    """Shows the agreements first, to whoever has not said yes to them."""
    group, first = await call.read(_agreements_first, call)
    if first is not None:
        await call.open(first)
        return
    present = await channels.channel_people(call, group.channel)
    await call.transact(service.accept_request, group.id, call.user, present)


def _agreements_first(tx: Tx, call: Action) -> tuple[Any, dict[str, Any] | None]:
    group = groups.require_request(tx, call.value.group, call.user)
    if agreements.has_agreed(tx, group, call.user):
        return group, None
    page = agreements.agreements_page(
        tx,
        call.t,
        group,
        call.user,
        callback_id=ids.LEADER_ACCEPT_FORM,
        meta=AcceptRef(group.id, agreements.current_version(tx, group)),
        opening=views.before_leading(call.t),
    )
    return group, page


@router.submit(ids.LEADER_ACCEPT_FORM, AcceptRef)
async def agree_and_lead(call: Submission) -> None:
    meta: AcceptRef = call.meta
    group = await call.read(groups.group_by_id, meta.group)
    present = await channels.channel_people(call, group.channel)
    await call.transact(service.accept_request, meta.group, call.user, present, meta.version)


@router.action(ids.LEADER_DECLINE, GroupRef)
async def decline(call: Action) -> None:
    await call.transact(service.decline_request, call.value.group, call.user)


@router.action(ids.LEADER_TAKE_PART, GroupRef)
async def take_part(call: Action) -> None:
    group = await call.transact(service.take_part, call.value.group, call.user)
    if not await _redraw(call, group.id):
        await call.answer(views.takes_part(call.t))


@router.action(ids.LEADER_FAREWELL, GroupRef)
async def say_goodbye(call: Action) -> None:
    await call.transact(service.say_goodbye, call.value.group, call.user)
    await _redraw(call, call.value.group)


async def _redraw(call: Action, group: str) -> bool:
    """Redraws the window of the group, if there is one. The message of another button follows by the outbox."""
    if call.view is None or call.view.get("type") != "modal":
        return False
    await call.redraw(await call.read(_overview, call, group))
    return True


def _overview(tx: Tx, call: Action, group_id: str) -> dict[str, Any]:
    return groups.overview(tx, call.t, groups.group_by_id(tx, group_id), call.user)


register_line_form(
    router,
    ids.LEADER_LINE,
    ids.LEADER_LINE_FORM,
    SessionRef,
    read=service.open_line,
    form=views.line_form,
    write=service.write_line,
)


@router.action(ids.LEADER_ALONE, AloneRef)
async def go_on_alone(call: Action) -> None:
    await call.transact(service.go_on_alone, call.value, call.user)
    await call.answer(views.alone_answer(call.t))


@router.action(ids.LEADER_TOGETHER, AloneRef)
async def go_on_together(call: Action) -> None:
    await call.transact(service.go_on_together, call.value, call.user)
