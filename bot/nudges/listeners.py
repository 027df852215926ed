"""Listeners of nudges: snooze, mute, and being away."""

from bot.nudges import service, views
from bot.slack import ids
from bot.slack.requests import Action, Command, Submission
from bot.slack.router import Router

router = Router()


@router.command("afwezig", english="away", summary=lambda t: t("I am away, or back: when I may write to you"))
async def open_away(call: Command) -> None:
    now = await call.read(service.current_absence, call.user)
    await call.open(views.away_form(call.t, now))


@router.submit(ids.NUDGES_AWAY_FORM)
async def send_absence(call: Submission) -> None:
    last_day = str(call.fields.get("until") or "")
    await call.answer(views.away(call.t, await call.transact(service.go_away, call.user, last_day)))


@router.action(ids.NUDGES_BACK)
async def come_back(call: Action) -> None:
    await call.transact(service.come_back, call.user)
    await call.answer(views.back(call.t))


@router.action(ids.NUDGES_LATER, views.Later)
async def snooze(call: Action) -> None:
    letter, days = call.value.letter, call.value.days
    before = (await call.read(service.own_digest, letter, call.user)).note
    if days == 0:
        await call.open(views.later_form(call.t, views.LetterRef(letter)))
        return
    note = await call.transact(service.snooze_by, letter, call.user, days)
    if note in ("", before):
        # Otherwise the digest itself says when it comes back.
        await call.answer(views.put_off_now(call.t, note))


@router.submit(ids.NUDGES_LATER_FORM, views.LetterRef)
async def send_snooze_day(call: Submission) -> None:
    letter, day = call.meta.letter, call.fields.get("day")
    note = await call.transact(service.snooze_until, letter, call.user, day)
    await call.answer(views.put_off_now(call.t, note))


@router.action(ids.NUDGES_STOP, views.LetterRef)
async def open_mute_form(call: Action) -> None:
    letter = await call.read(service.own_digest, call.value.letter, call.user)
    await call.open(views.stop_form(call.t, letter))


@router.submit(ids.NUDGES_STOP_FORM, views.LetterRef)
async def mute_topic(call: Submission) -> None:
    topic = str(call.fields.get("topic"))
    await call.transact(service.stop_topic, call.user, topic)
    await call.answer(views.stopped(call.t, topic))


@router.action(ids.NUDGES_RESUME, views.TopicRef)
async def unmute_topic(call: Action) -> None:
    await call.transact(service.resume_topic, call.user, call.value.topic)
    await call.answer(views.resumed(call.t))
