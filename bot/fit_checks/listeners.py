"""Slack handlers of fit checks: the answers, and the forms to share one or to leave."""

from typing import Any

from bot.attendance import service as attendance
from bot.fit_checks import rules, service, views
from bot.slack import ids
from bot.slack.requests import Action, Submission
from bot.slack.router import Router
from bot.storage import Tx
from bot.texts import Refused

router = Router()


async def answer_fit(call: Action) -> None:
    ref: views.FitRef = call.value
    group = await call.transact(service.answer_fit_check, ref.fit, call.user, ref.answer)
    if ref.answer == "stop":
        await call.open(views.stop_form(call.t, ref, group.channel))
    elif ref.answer in rules.REASONS:
        told = await call.read(attendance.group_contact, group)
        await call.open(
            views.share_form(call.t, views.FitRef(ref.fit, ref.answer, told), group.channel, told)
        )


for _fit in rules.FITS:
    # The log never says what somebody answered.
    router.action(f"{ids.PRESENCE_FITS}.{_fit}", views.FitRef, logged_as=ids.PRESENCE_FITS)(answer_fit)


@router.submit(ids.PRESENCE_SHARE_FORM, views.FitRef)
async def share(call: Submission) -> None:
    ticked = call.choices(views.SHARE)
    # A form of an older version has no ticks: sending it meant with a name.
    with_name = views.NAMED in ticked or views.SHARE not in call.fields
    if not with_name and views.UNNAMED not in ticked:
        raise Refused(lambda t: t("Tick who may know, or keep it to yourself."), views.SHARE)
    other = await call.read(_form_for_new_contact, call) if with_name else None
    if other is not None:
        # The answer was meant for the user that the form named; the typed line stays in the new form.
        await call.replace(other)
        return
    await call.transact(_share, call, with_name=with_name, without_name=views.UNNAMED in ticked)


def _share(tx: Tx, call: Submission, *, with_name: bool, without_name: bool) -> None:
    ref: views.FitRef = call.meta
    if with_name:
        service.share_fit_check(tx, ref.fit, call.user, ref.answer, call.text("line"), ref.told)
    if without_name:
        told = ref.told if with_name else ""
        service.share_without_name(tx, ref.fit, call.user, ref.answer, told=told)


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
