"""Slack handlers of fit checks: the answers, and the forms to share one or to leave."""

from typing import Any

from bot.attendance import service as attendance
from bot.fit_checks import rules, service, views
from bot.slack import ids
from bot.slack.requests import Action, Submission
from bot.slack.router import Router
from bot.storage import Tx

router = Router()


async def answer_fit(call: Action) -> None:
    ref: views.FitRef = call.value
    group = await call.transact(service.answer_fit_check, ref.fit, call.user, ref.answer)
    if ref.answer == "stop":
        await call.open(views.stop_form(call.t, ref, group.channel))
    elif ref.answer != "fits":
        told = await call.read(attendance.group_contact, group)
        await call.open(
            views.share_form(call.t, views.FitRef(ref.fit, ref.answer, told), group.channel, told)
        )


for _fit in rules.FITS:
    router.action(f"{ids.PRESENCE_FITS}.{_fit}", views.FitRef)(answer_fit)


@router.submit(ids.PRESENCE_SHARE_FORM, views.FitRef)
async def share(call: Submission) -> None:
    ref: views.FitRef = call.meta
    other = await call.read(_form_for_new_contact, call)
    if other is not None:
        # The answer was meant for the user that the form named; the typed line stays in the new form.
        await call.replace(other)
        return
    await call.transact(service.share_fit_check, ref.fit, call.user, ref.answer, call.text("line"), ref.told)


def _form_for_new_contact(tx: Tx, call: Submission) -> dict[str, Any] | None:
    """The form once more, when the group has another contact by now."""
    ref: views.FitRef = call.meta
    _, group = service.fit_check_for(tx, ref.fit, call.user)
    told = attendance.group_contact(tx, group)
    if told == ref.told:
        return None
    return views.share_form(call.t, views.FitRef(ref.fit, ref.answer, told), group.channel, told)


@router.submit(ids.PRESENCE_STOP_FORM, views.FitRef)
async def leave_the_group(call: Submission) -> None:
    await call.transact(service.stop_fit_checks, call.meta.fit, call.user)
