"""What people do with their steps."""

from bot.followups import rules, service, views
from bot.slack import ids
from bot.slack.calls import Click, Command, Submission
from bot.slack.router import Router

router = Router()


@router.command("stappen", "steps", summary=lambda t: t("My steps from earlier sessions"))
async def list_steps(call: Command) -> None:
    found = await call.read(service.open_steps, call.workspace, call.user)
    await call.open(views.steps(call.t, found))


async def answer(call: Click) -> None:
    """One of the answers to a nudge, wherever its buttons stand."""
    kept = await call.transact(service.answer, call.workspace, call.value.step, call.user, call.value.answer)
    if call.view is not None:
        await call.answer(views.answered(call.t, kept))


for _answer in rules.ANSWERS:
    router.action(f"{ids.STEP_ANSWER}.{_answer}", views.StepAnswer)(answer)


@router.action(ids.STEP_SNOOZE, views.Snooze)
async def snooze(call: Click) -> None:
    kept = await call.transact(service.snooze, call.workspace, call.value.step, call.user, call.value.days)
    if call.view is not None:
        await call.answer(views.snoozed(call.t, kept))


@router.action(ids.STEP_EDIT, views.StepRef)
async def edit(call: Click) -> None:
    await call.open(
        views.form(call.t, await call.read(service.own, call.workspace, call.value.step, call.user))
    )


@router.submit(ids.STEP_FORM, views.StepRef)
async def send_form(call: Submission) -> None:
    kept = await call.transact(
        service.change, call.workspace, call.meta.step, call.user, call.text("step"), call.fields.get("by")
    )
    await call.answer(views.changed(call.t, kept))


@router.action(ids.STEP_LOOK_BACK, views.StepRef)
async def open_look_back(call: Click) -> None:
    kept = await call.read(service.own, call.workspace, call.value.step, call.user)
    await call.open(views.look_back_form(call.t, kept))


@router.submit(ids.STEP_LOOK_BACK_FORM, views.StepRef)
async def send_look_back(call: Submission) -> None:
    skip = "skip" in call.choices("skip")
    await call.transact(
        service.prepare_look_back, call.workspace, call.meta.step, call.user, call.text("told"), skip=skip
    )
    await call.answer(views.look_back_kept(call.t, skipped=skip))
