"""Slack handlers of follow-up: steps, the look-back and reflections."""

from typing import Any

from bot.followups import rules, service, views
from bot.followups.records import Takeaway
from bot.followups.rules import StepState
from bot.slack import ids
from bot.slack.requests import Action, Command, Submission, notice
from bot.slack.router import Router
from bot.storage import Tx

router = Router()


@router.command("stappen", english="steps", summary=lambda t: t("My steps and my reflections"))
async def list_steps(call: Command) -> None:
    await call.open(await call.read(_lists, call))


def _lists(tx: Tx, call: Command) -> dict[str, Any]:
    return views.steps(
        call.t,
        service.unfinished_steps(tx, call.user),
        service.reflections_of(tx, call.user),
    )


async def answer(call: Action) -> None:
    """An answer to the question about a step: in a digest, on the Home tab or in the list."""
    shown = call.view is None and await call.read(service.is_step_asked, call.value.step, call.user)
    kept = await call.transact(service.answer_step, call.value.step, call.user, call.value.answer)
    # The digest shows the answer in the place of its question; a second click finds no question there.
    if not shown:
        if kept.state == StepState.OPEN:
            # Before the chosen day the step stays open, so the answer reads like a snooze.
            await _say_when(call, kept)
        else:
            await call.answer(views.answered(call.t, kept))


async def _say_when(call: Action, kept: Takeaway) -> None:
    await call.answer(views.snoozed(call.t, kept, await call.read(service.asks_again_on, kept)))


for _answer in rules.STEP_ANSWERS:
    router.action(f"{ids.STEP_ANSWER}.{_answer}", views.StepAnswer)(answer)


@router.action(ids.STEP_SNOOZE, views.Snooze)
async def snooze(call: Action) -> None:
    shown = call.view is None and await call.read(service.is_step_asked, call.value.step, call.user)
    kept = await call.transact(service.snooze_step, call.value.step, call.user, call.value.days)
    if not shown:
        await _say_when(call, kept)


@router.action(ids.STEP_NONE, views.StepRef)
async def leave_it_at_that(call: Action) -> None:
    await call.transact(service.leave_it_at_that, call.value.step, call.user)


@router.action(ids.STEP_EDIT, views.StepRef)
async def edit(call: Action) -> None:
    await call.open(await call.read(_form, call))


def _form(tx: Tx, call: Action) -> dict[str, Any]:
    kept = service.own_step(tx, call.value.step, call.user)
    return views.form(call.t, kept, service.proposed_day(tx, kept))


@router.submit(ids.STEP_FORM, views.StepRef)
async def send_form(call: Submission) -> None:
    shown = await call.read(service.is_step_in_digest, call.meta.step, call.user)
    kept = await call.transact(
        service.change_step,
        call.meta.step,
        call.user,
        call.text("step"),
        call.fields.get("by"),
    )
    day = await call.read(service.asks_again_on, kept)
    private = service.is_sharing_open(kept)
    answer = views.changed(call.t, day, private=private)
    if shown and not private:
        # The question in the digest says when it is asked again.
        await call.answer_in_modal(answer)
    else:
        await call.answer(answer)


@router.action(ids.STEP_LOOK_BACK, views.StepRef)
async def open_look_back(call: Action) -> None:
    kept = await call.read(service.open_look_back, call.value.step, call.user)
    await call.open(views.look_back_form(call.t, service.look_back_of(kept)))


@router.submit(ids.STEP_LOOK_BACK_FORM, views.StepRef)
async def send_look_back(call: Submission) -> None:
    skip = "skip" in call.choices("skip")
    # Forms of an older version do not have this field.
    share = "".join(call.choices("share")) if "share" in call.fields else None
    await call.transact(
        service.prepare_look_back,
        call.meta.step,
        call.user,
        call.text("told"),
        skip=skip,
        share=share,
    )


async def share_step(call: Action) -> None:
    await call.transact(service.share_step, call.value.step, call.user, call.value.words)


for _said in ("yes", "no"):
    router.action(f"{ids.STEP_SHARE}.{_said}", views.ShareStep)(share_step)


@router.action(ids.REFLECTION_WRITE, views.ReflectionRef)
async def write_reflection(call: Action) -> None:
    draft = await call.read(service.reflection_draft, call.value.reflection, call.user)
    await call.open(views.reflection_form(call.t, draft))


@router.submit(ids.REFLECTION_FORM, views.ReflectionRef)
async def send_reflection(call: Submission) -> None:
    written = service.Written(
        call.text("brought_in"), call.text("seen"), call.text("doing"), call.text("needed")
    )
    await call.transact(service.write_reflection, call.meta.reflection, call.user, written)
    await call.answer_in_modal(views.reflection_kept(call.t))


@router.action(ids.REFLECTION_NOT_NOW, views.ReflectionRef)
async def decline_reflection(call: Action) -> None:
    await call.transact(service.decline_reflection, call.value.reflection, call.user)


@router.action(ids.REFLECTION_EXPORT, views.ReflectionRef)
async def export_reflection(call: Action) -> None:
    await call.transact(service.export_reflection, call.value.reflection, call.user)
    await call.answer(views.reflection_sent(call.t))


@router.action(ids.REFLECTION_DELETE, views.ReflectionRef)
async def delete_reflection(call: Action) -> None:
    await call.transact(service.delete_reflection, call.value.reflection, call.user)
    deleted = views.reflection_deleted(call.t)
    if call.view is not None and call.view["type"] == "modal":
        # Replace the form: sent again, it would bring back the deleted text.
        await call.redraw(notice(call.t, deleted))
    else:
        await call.answer(deleted)
