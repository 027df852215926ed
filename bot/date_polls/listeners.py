"""Slack handlers of date polls."""

from typing import Any

from bot.date_polls import rules, service, views
from bot.groups.views import GroupRef
from bot.slack import ids
from bot.slack.payloads import fields_of
from bot.slack.requests import Action, Submission
from bot.slack.router import Router
from bot.storage import Tx
from bot.texts import Refused, plain

router = Router()


@router.action(ids.DATES_NEW, GroupRef)
async def new(call: Action) -> None:
    await call.open(await call.read(service.new_date_poll_form, call.value.group, call.user, call.t))


@router.submit(ids.DATES_SLOTS_FORM, views.SlotsRef)
async def propose(call: Submission) -> None:
    await call.replace(await call.transact(_proposed, call))


def _proposed(tx: Tx, call: Submission) -> dict[str, Any]:
    ref: views.SlotsRef = call.meta
    wanted = {
        number: (call.fields.get(views.day_field(number)), call.fields.get(views.hour_field(number)))
        for number in range(1, rules.MAX_SLOTS + 1)
        if views.day_field(number) in call.fields
    }
    search = service.propose_dates(tx, call.user, ref, wanted, call.form)
    return service.date_check_form(tx, search, call.t)


@router.action(ids.DATES_MORE, views.SearchRef)
async def more(call: Action) -> None:
    await call.redraw(await call.transact(_more, call))


def _more(tx: Tx, call: Action) -> dict[str, Any]:
    typed = fields_of(call.view or {})
    place = plain(typed.get("place") or "")
    minutes = typed.get("minutes")
    search = service.keep_typed(tx, call.user, call.value.search, typed.get("until"), place, minutes)
    return service.more_dates_form(tx, search, call.t)


@router.submit(ids.DATES_ASK_FORM, views.SearchRef)
async def ask(call: Submission) -> None:
    until = call.fields.get("until")
    if not until:
        raise Refused(lambda t: t("Choose a day."), "until")
    await call.transact(
        service.open_date_poll,
        call.meta.search,
        call.user,
        until,
        call.text("place"),
        call.form,
        call.text("minutes"),
    )
    await call.close_all()


@router.action(ids.DATES_MARK, views.SearchRef)
async def open_marks(call: Action) -> None:
    await call.open(await call.read(service.date_vote_form, call.value.search, call.user, call.t))


@router.submit(ids.DATES_MARK_FORM, views.MarkRef)
async def mark(call: Submission) -> None:
    ref: views.MarkRef = call.meta
    following = await call.transact(service.vote_on_dates, ref.search, call.user, call.fields, ref.first)
    if following is None:
        await call.answer(views.thanks(call.t))
        return
    await call.replace(await call.read(service.date_vote_form, ref.search, call.user, call.t, following))


@router.action(ids.DATES_CHOOSE, views.SearchRef)
async def open_choice(call: Action) -> None:
    await call.open(await call.read(service.date_choice_form, call.value.search, call.user, call.t))


@router.submit(ids.DATES_CHOOSE_FORM, views.SearchRef)
async def choose(call: Submission) -> None:
    slot = str(call.fields.get(views.DATE) or "")
    await call.transact(service.choose_date, call.meta.search, call.user, slot, call.form)
    await call.close_all()


@router.action(ids.DATES_CANCEL, views.SearchRef)
async def cancel(call: Action) -> None:
    await call.transact(service.cancel_date_poll, call.value.search, call.user)
