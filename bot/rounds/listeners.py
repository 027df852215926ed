"""Listeners of the rounds: the buttons in the thread and their forms."""

from datetime import date
from typing import Any

import bot.rounds.activities  # noqa: F401  # The table of activities.
from bot.followups.rules import MAX_STEPS, PlannedStep
from bot.rounds import rules
from bot.rounds.service import (
    advice,
    closing,
    contract,
    evaluation,
    notes,
    participation,
    phases,
    progress,
    questions,
    rewording,
    safety,
    takeaways,
)
from bot.rounds.views import asked, forms, thread
from bot.rounds.views import takeaways as takeaway_forms
from bot.rounds.views.refs import DiscussedRef, MarkRef, QuestionForm, SafetyRef, StepRef, TurnRef
from bot.sessions import service as sessions
from bot.sessions.views import PhaseRef, SessionRef
from bot.slack import ids
from bot.slack.requests import Action, Event, Submission
from bot.slack.router import Router
from bot.storage import Tx
from bot.texts import Refused

router = Router()
# More questions than any group writes.
MAX_PLACE = 1000


# The subtypes of a message that a user wrote: https://docs.slack.dev/reference/events/message
USER_SUBTYPES = ("", "file_share", "thread_broadcast")


@router.event(
    "message",
    name="rounds.thread_message",
    # Names under which older versions stored that the event was processed.
    formerly=("bot.rounds.listeners.someone_wrote", "bot.sessions.listeners.someone_spoke"),
)
async def observe_thread_message(call: Event) -> None:
    """Record who wrote in a session's thread, and when. The text is not read."""
    event, subtype = call.event, call.event.get("subtype") or ""
    if not event.get("thread_ts") or event.get("bot_id") or subtype not in USER_SUBTYPES or not call.user:
        return
    await call.transact(
        phases.record_thread_message,
        str(event["channel"]),
        str(event["thread_ts"]),
        call.user,
        str(event["ts"]),
        counts=not subtype,
    )


@router.action(ids.ROUNDS_DONE, PhaseRef)
async def done(call: Action) -> None:
    await call.transact(phases.mark_done, call.value, call.user)
    await call.answer(thread.done_answer(call.t))


@router.action(ids.ROUNDS_WRITE_QUESTION, PhaseRef)
async def open_question(call: Action) -> None:
    ref = call.value
    mine = [*(await call.read(questions.hidden_questions_of, ref, call.user)), "", ""]
    await call.open(
        forms.question_form(call.t, QuestionForm(ref.session, ref.number, ref.round, 0), mine[0], mine[1])
    )


@router.submit(ids.ROUNDS_QUESTION_FORM, QuestionForm)
async def send_question(call: Submission) -> None:
    meta: QuestionForm = call.meta
    ref = PhaseRef(meta.session, meta.number, meta.round)
    first, second = call.text("first"), call.text("second")
    if not first:
        raise Refused(lambda t: t("Write a question, or close this window."), "first")
    texts = [text for text in (first, second) if text]
    remark = rules.remark_on_any(texts)
    if remark and not meta.warned:
        warned = QuestionForm(meta.session, meta.number, meta.round, 1)
        await call.replace(forms.question_form(call.t, warned, first, second, remark))
        return
    keep = call.fields.get("keep") == "note"
    await call.transact(questions.write_question, ref, call.user, texts, keep_advice=keep, form=call.form)
    # A question shows in the count of the prompt, a note nowhere.
    if keep:
        await call.answer(thread.note_kept_answer(call.t))


@router.action(ids.ROUNDS_REVEAL, PhaseRef)
async def reveal(call: Action) -> None:
    await call.transact(questions.reveal_now, call.value, call.user)


@router.action(ids.ROUNDS_WRITE_ADVICE, PhaseRef)
async def open_advice(call: Action) -> None:
    await call.open(await call.read(_advice_form, call))


def _advice_form(tx: Tx, call: Action) -> dict[str, Any]:
    scene = advice.require_adviser(tx, call.value, call.user)
    note = notes.note_text(tx, scene.session, call.user)
    asked = "\n".join(contract.contract_lines(tx, scene, call.t))
    before = contract.hidden_advice_of(tx, scene, call.user)
    return forms.advice_form(call.t, call.value, note, before, asked)


@router.submit(ids.ROUNDS_ADVICE_FORM, PhaseRef)
async def send_advice(call: Submission) -> None:
    text = call.text("advice")
    if not text:
        raise Refused(lambda t: t("Write your advice, or close this window and pass."), "advice")
    await call.transact(advice.write_advice, call.meta, call.user, text, call.form)


@router.action(ids.ROUNDS_PASS, PhaseRef)
async def pass_turn(call: Action) -> None:
    if not await call.transact(advice.pass_turn, call.value, call.user):
        await call.answer(thread.passed_ahead_answer(call.t))


@router.action(ids.ROUNDS_NEXT_TURN, TurnRef)
async def next_turn(call: Action) -> None:
    await call.transact(advice.next_turn, call.value, call.user)


@router.action(ids.ROUNDS_TURN_DONE, TurnRef)
async def finish_turn(call: Action) -> None:
    await call.transact(advice.finish_turn, call.value, call.user)


@router.action(ids.ROUNDS_STEP, StepRef)
async def step_on(call: Action) -> None:
    await call.transact(progress.step_on, call.value, call.user)


@router.action(ids.ROUNDS_RATE, PhaseRef)
async def open_rating(call: Action) -> None:
    found = await call.read(questions.questions_to_rate, call.value, call.user)
    listed = [(one.place or 0, one.text, one.rating) for one in found]
    await call.open(forms.rate_form(call.t, call.value, listed))


@router.submit(ids.ROUNDS_RATE_FORM, PhaseRef)
async def send_rating(call: Submission) -> None:
    names = {forms.rating_field(place): place for place in range(1, MAX_PLACE)}
    words = {names[name]: int(str(value)) for name, value in call.fields.items() if name in names and value}
    await call.transact(questions.rate_questions, call.meta, call.user, words)


@router.action(ids.ROUNDS_NEXT_QUESTION, DiscussedRef)
async def next_question(call: Action) -> None:
    await call.transact(questions.next_question, call.value, call.user)


@router.action(ids.ROUNDS_SAME_QUESTION, PhaseRef)
async def keep_question(call: Action) -> None:
    if not await call.transact(rewording.keep_question, call.value, call.user):
        await call.answer(thread.said_already(call.t))


@router.action(ids.ROUNDS_REWORD, PhaseRef)
async def open_rewording(call: Action) -> None:
    await call.open(await call.read(_reword_form, call))


def _reword_form(tx: Tx, call: Action) -> dict[str, Any]:
    scene = rewording.require_rewording(tx, call.value, call.user)
    question, wanted = rewording.help_wanted(tx, scene)
    returns = bool(rewording.question_that_returns(tx, scene))
    return forms.reword_form(call.t, call.value, question, wanted, returns=returns)


@router.submit(ids.ROUNDS_REWORD_FORM, PhaseRef)
async def send_rewording(call: Submission) -> None:
    await call.transact(
        rewording.reword_question,
        call.meta,
        call.user,
        call.text("question"),
        call.choices("help"),
        returns=forms.RETURNS in call.choices("returns"),
    )


@router.action(ids.ROUNDS_RESPOND, PhaseRef)
async def open_response(call: Action) -> None:
    await call.open(await call.read(_response_form, call))


def _response_form(tx: Tx, call: Action) -> dict[str, Any]:
    session = takeaways.require_presenter_to_respond(tx, call.value, call.user).session
    kept = takeaways.response_of(tx, session, call.user)
    day = takeaways.default_step_day(tx, call.user)
    note = notes.note_text(tx, session, call.user)
    return takeaway_forms.response_form(call.t, call.value, kept, day, note)


@router.submit(ids.ROUNDS_RESPONSE_FORM, PhaseRef)
async def send_response(call: Submission) -> None:
    shared = set(call.choices("share"))
    everything = takeaway_forms.SHARE_ALL in shared
    steps = [
        PlannedStep(
            call.text(takeaway_forms.step_field(number)),
            _date(call, takeaway_forms.day_field(number)),
            everything or str(number) in shared,
        )
        for number in range(MAX_STEPS)
    ]
    await call.transact(
        takeaways.give_response,
        call.meta,
        call.user,
        call.text("takeaway"),
        steps,
        shared=everything or takeaway_forms.SHARE_TAKEAWAY in shared,
        form=call.form,
    )


def _date(call: Submission, field: str) -> date | None:
    value = call.fields.get(field)
    return date.fromisoformat(str(value)) if value else None


@router.action(ids.ROUNDS_HARVEST, PhaseRef)
async def open_harvest(call: Action) -> None:
    await call.open(await call.read(_harvest_form, call, call.value))


@router.action(ids.ROUNDS_HARVEST_LATER, SessionRef)
async def open_harvest_later(call: Action) -> None:
    await call.open(await call.read(_harvest_form, call, None))


def _harvest_form(tx: Tx, call: Action, phase: PhaseRef | None) -> dict[str, Any]:
    session = sessions.scene_for_participant(tx, call.value.session, call.user).session
    if phase is not None:
        sessions.require_current_phase(session, phase.number, phase.round)
    kept = takeaways.harvest_of(tx, session, call.user)
    day = takeaways.default_step_day(tx, call.user)
    return takeaway_forms.harvest_form(call.t, SessionRef(session.id), kept, day)


@router.submit(ids.ROUNDS_HARVEST_FORM, SessionRef)
async def send_harvest(call: Submission) -> None:
    shared = "share" in call.choices("share")
    await call.transact(
        takeaways.keep_harvest,
        call.meta,
        call.user,
        call.text("takeaway"),
        call.text("step"),
        _date(call, "by"),
        shared=shared,
    )
    # The thread shows what is shared.
    if not shared:
        await call.answer(thread.takeaway_kept_answer(call.t))


@router.action(ids.ROUNDS_EVALUATE, PhaseRef)
async def open_evaluation(call: Action) -> None:
    scene = await call.read(sessions.scene_for_participant, call.value.session, call.user)
    sessions.require_current_phase(scene.session, call.value.number, call.value.round)
    await call.open(forms.evaluation_form(call.t, SessionRef(scene.session.id)))


@router.submit(ids.ROUNDS_EVALUATION_FORM, SessionRef)
async def send_evaluation(call: Submission) -> None:
    marks = tuple(int(call.fields.get(name) or 0) for name in ("use", "safety", "method"))
    await call.transact(
        evaluation.evaluate_session,
        call.meta,
        call.user,
        (marks[0], marks[1], marks[2]),
        call.text("line"),
        call.form,
    )
    await call.answer(thread.marks_kept_answer(call.t))


async def give_mark(call: Action) -> None:
    """One press in a row of marks. The message shows it."""
    if not await call.transact(evaluation.give_mark, call.value, call.user):
        await call.answer(asked.same_mark_answer(call.t, call.value.mark))


for _what in rules.MARKED:
    for _mark in range(1, 6):
        router.action(f"{ids.ROUNDS_MARK}.{_what}.{_mark}", MarkRef)(give_mark)


@router.action(ids.ROUNDS_NOT_HERE, SessionRef)
async def not_here(call: Action) -> None:
    if not await call.transact(evaluation.leave_out, call.value, call.user):
        await call.answer(thread.said_already(call.t))


async def answer_safety(call: Action) -> None:
    """Whether the next one who leads may know. The message shows the answer."""
    await call.transact(closing.answer_safety_question, call.value, call.user)


for _told in safety.SAFETY_ANSWERS:
    router.action(f"{ids.ROUNDS_SAFETY}.{_told}", SafetyRef)(answer_safety)


@router.action(ids.ROUNDS_WRITE_NOTE, SessionRef)
async def open_note(call: Action) -> None:
    text = await call.read(notes.own_note, call.value.session, call.user)
    await call.open(forms.note_form(call.t, call.value, text))


@router.submit(ids.ROUNDS_NOTE_FORM, SessionRef)
async def send_note(call: Submission) -> None:
    await call.transact(notes.write_note, call.meta.session, call.user, call.text("note"))
    await call.answer(thread.note_kept_answer(call.t))


@router.action(ids.ROUNDS_NO_NUDGES, SessionRef)
async def no_nudges(call: Action) -> None:
    await call.transact(participation.disable_session_nudges, call.user)
    await call.answer(thread.nudges_off_answer(call.t))
