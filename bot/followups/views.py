"""Nudges, steps and the look-back, in private."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date

from bot.delivery.message import Message
from bot.followups import rules
from bot.followups.records import Keepsake
from bot.slack import blocks, codec, ids
from bot.slack.asks import Ask
from bot.texts import Texts, channel, escape

Block = blocks.Block


@dataclass(frozen=True)
class StepAnswer:
    """An answer to a nudge: "done", "partly", "not" or "irrelevant"."""

    step: str
    answer: str


@dataclass(frozen=True)
class Snooze:
    step: str
    days: int


@dataclass(frozen=True)
class StepRef:
    step: str


def day_name(t: Texts, day: str) -> str:
    """ "donderdag 14 januari"."""
    return str(
        format_date(date.fromisoformat(day), "EEEE d MMMM", locale="nl_NL" if t.language == "nl" else "en_GB")
    )


def nudge(t: Texts, step: Keepsake) -> Message:
    """Asks how a step went."""
    text = t("You wanted to: *{step}*. How did it go?", step=escape(step.step.rstrip(".")))
    return Message(text, [blocks.section(text), *answer_blocks(t, step)])


def answer_blocks(t: Texts, step: Keepsake) -> list[Block]:
    """The ways to answer about a step."""
    answers = [
        blocks.button(answer_name(t, answer), f"{ids.STEP_ANSWER}.{answer}", StepAnswer(step.id, answer))
        for answer in rules.ANSWERS
    ]
    snoozes = [
        blocks.option(t.n("In {n} day", "In {n} days", days), codec.dump(Snooze(step.id, days)))
        for days in rules.SNOOZE_DAYS
    ]
    return [
        blocks.actions(
            *answers,
            blocks.select_element(snoozes, placeholder=t("Ask me later"), action_id=ids.STEP_SNOOZE),
        )
    ]


def answer_name(t: Texts, answer: str) -> str:
    return {
        "done": t("Done it"),
        "partly": t("Partly"),
        "not": t("Not yet"),
        "irrelevant": t("No longer relevant"),
        "open": t("Open"),
    }[answer]


def answered(t: Texts, step: Keepsake) -> Message:
    """A nudge once it is answered."""
    kind = {
        "done": t("Done, well done. What did it bring you? You can tell it at the look-back."),
        "partly": t("A part is a part. If you like, choose a new day for the rest."),
        "not": t("That happens. If you still want to, choose a new day, or make the step smaller."),
        "irrelevant": t("All right, then it may go."),
    }[step.state]
    text = t("Your step: *{step}*. {kind}", step=escape(step.step.rstrip(".")), kind=kind)
    parts = [blocks.section(text)]
    if step.state in ("partly", "not"):
        parts.append(blocks.actions(edit_button(t, step, t("Choose a new day"))))
    return Message(text, parts)


def snoozed(t: Texts, step: Keepsake) -> Message:
    text = t(
        "I ask you again on {day} about: *{step}*.",
        day=day_name(t, step.by),
        step=escape(step.step.rstrip(".")),
    )
    return Message(text, [blocks.section(text), blocks.actions(edit_button(t, step, t("Change it")))])


def edit_button(t: Texts, step: Keepsake, text: str) -> Block:
    return blocks.button(text, ids.STEP_EDIT, StepRef(step.id))


def form(t: Texts, step: Keepsake) -> Block:
    """Changes one's own step."""
    return blocks.modal(
        t("Your step"),
        [
            blocks.field(
                "step",
                t("What I am going to do"),
                blocks.text_element(multiline=True, initial=step.step, at_most=500),
            ),
            blocks.field("by", t("By when"), blocks.date_element(initial=step.by or None)),
        ],
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.STEP_FORM,
        meta=StepRef(step.id),
    )


def changed(t: Texts, step: Keepsake) -> Message:
    return Message(t("Kept. I ask you about it on {day}.", day=day_name(t, step.by)))


def steps(t: Texts, open_steps: Sequence[Keepsake]) -> Block:
    """My open steps."""
    parts: list[Block] = []
    for step in open_steps[:20]:
        parts.append(step_line(t, step))
        parts += answer_blocks(t, step)
    if not parts:
        parts.append(
            blocks.section(t("You have no open steps. They come from the sessions that you take part in."))
        )
    return blocks.modal(t("My steps"), parts, close=t("Close"))


def step_line(t: Texts, step: Keepsake) -> Block:
    return blocks.section(
        f"*{escape(step.step)}*\n{t('By {day}', day=day_name(t, step.by))}",
        accessory=edit_button(t, step, t("Change it")),
    )


def look_back_question(t: Texts, step: Keepsake) -> Message:
    """Two days before the meeting: asks the previous presenter what may be told."""
    text = t(
        "Soon your group meets again, and begins with the look-back at your case. You wanted to: *{step}*. "
        "What worked, what didn't? Tell the group as much as you like, or skip it.",
        step=escape(step.step.rstrip(".")) or "…",
    )
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(
                blocks.button(
                    t("Prepare the look-back"), ids.STEP_LOOK_BACK, StepRef(step.id), style="primary"
                )
            ),
        ],
    )


def ask_how_it_went(t: Texts, step: Keepsake, place: str, day: datetime) -> Ask:
    """A step whose day has come, on the Home tab."""
    text = t(
        "From {channel}: you wanted to *{step}*. How did it go?",
        channel=channel(place),
        step=escape(step.step.rstrip(".")),
    )
    return Ask(text, answer_blocks(t, step)[0]["elements"], day)


def ask_for_look_back(t: Texts, step: Keepsake, place: str, meeting: datetime) -> Ask:
    text = t(
        "Soon {channel} meets again, and begins with the look-back at your case. Tell as much as you like, or skip it.",
        channel=channel(place),
    )
    button = blocks.button(t("Prepare the look-back"), ids.STEP_LOOK_BACK, StepRef(step.id))
    return Ask(text, [button], meeting)


def look_back_form(t: Texts, step: Keepsake) -> Block:
    return blocks.modal(
        t("Look-back"),
        [
            blocks.field(
                "told",
                t("What may the group hear?"),
                blocks.text_element(multiline=True, initial=step.look_back),
                hint=t(
                    "What worked, what didn't? The group reads this at the beginning of the next session."
                ),
                optional=True,
            ),
            blocks.field(
                "skip",
                t("Or"),
                blocks.checkboxes_element(
                    [blocks.option(t("I would rather skip the look-back"), "skip")],
                    initial=["skip"] if step.look_back_skipped else [],
                ),
                optional=True,
            ),
        ],
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.STEP_LOOK_BACK_FORM,
        meta=StepRef(step.id),
    )


def look_back_kept(t: Texts, *, skipped: bool) -> Message:
    if skipped:
        return Message(t("All right, the group begins without a look-back."))
    return Message(t("Kept. The group reads it at the beginning of the next session."))
