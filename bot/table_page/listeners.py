"""Listeners of the table page: its window, and a new address, in a session and while a group chooses."""

from bot.selections.views import SelectionRef
from bot.sessions.views import SessionRef
from bot.slack import ids
from bot.slack.requests import Action
from bot.slack.router import Router
from bot.table_page import service

router = Router()


@router.action(ids.TABLE_PAGE_OPEN, SessionRef)
@router.action(ids.TABLE_PAGE_OPEN_CHOOSING, SelectionRef)
async def open_address(call: Action) -> None:
    await call.open(await call.transact(service.address_window, call.user, call.value, call.t))


@router.action(ids.TABLE_PAGE_LINK)
async def acknowledge_page_link(call: Action) -> None:
    """Acknowledges the click: a button with a link sends one too.

    https://docs.slack.dev/reference/block-kit/block-elements/button-element
    """
    await call.acknowledge()


@router.action(ids.TABLE_PAGE_RENEW, SessionRef)
@router.action(ids.TABLE_PAGE_RENEW_CHOOSING, SelectionRef)
async def renew_address(call: Action) -> None:
    await call.transact(service.renew_address, call.user, call.value)
    notice = call.t("This is the new address. The old one no longer works.")
    await call.redraw(await call.transact(service.address_window, call.user, call.value, call.t, notice))
