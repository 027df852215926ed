"""Views of steps: the question how a step went, its answers, and the list."""

from collections.abc import Sequence

from bot.delivery.message import Message
from bot.followups import rules
from bot.followups.records import Takeaway
from bot.followups.rules import StepState
from bot.followups.views.reflections import Place, reflection_list
from bot.followups.views.refs import Snooze, StepAnswer, StepRef
from bot.nudges.views import in_days
from bot.slack import blocks, codec, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, day_name, escape


def question(
    t: Texts, step: Takeaway, group_channel: str, *, first: bool = False, again: bool = False
) -> Message:
    """The question how a step went. `first`: before the chosen day; `again`: after no answer."""
    about = {"channel": channel(group_channel), "step": words(step)}
    if first:
        text = t(
            "In {channel} you wanted to: *{step}*, by {day}. Has the first step been taken?",
            day=day_name(t, step.by),
            **about,
        )
    elif again:
        text = t(
            "Once more about your step in {channel}: *{step}*. Has anything come of it? After this I don't ask again; you "
            "find it on my Home tab.",
            **about,
        )
    else:
        text = t("In {channel} you wanted to: *{step}*. How did it go?", **about)
    return Message(text, [blocks.section(text), blocks.actions(*_answers(t, step))])


def settled_question(t: Texts, step: Takeaway, group_channel: str) -> Message:
    """A week after a presenter let it settle: whether there is a step now."""
    text = t(
        "A week ago you brought a case in {channel}, and let it settle. Has something come of it that you want to do?",
        channel=channel(group_channel),
    )
    yes = blocks.button(t("Write down a step"), ids.STEP_EDIT, StepRef(step.id), style="primary")
    no = blocks.button(t("It is fine like this"), ids.STEP_NONE, StepRef(step.id))
    return Message(text, [blocks.section(text), blocks.actions(yes, no)])


def left_at_that(t: Texts) -> Message:
    return Message(t("Good. Then it has done its work."))


def step_after_all(t: Texts, step: str, by: str) -> Message:
    return Message(
        t(
            "Your step: *{step}*. I'll ask you about it on {day}.",
            step=escape(step.rstrip(".")),
            day=day_name(t, by),
        )
    )


def words(step: Takeaway) -> str:
    return escape(step.step.rstrip("."))


def _answers(t: Texts, step: Takeaway) -> list[Block]:
    return [
        blocks.button(answer_name(t, answer), f"{ids.STEP_ANSWER}.{answer}", StepAnswer(step.id, answer))
        for answer in rules.STEP_ANSWERS
    ]


def answer_blocks(t: Texts, step: Takeaway) -> list[Block]:
    """The buttons that answer the question about a step."""
    snoozes = [
        blocks.option(in_days(t, days), codec.dump(Snooze(step.id, days))) for days in rules.SNOOZE_DAYS
    ]
    return [
        blocks.actions(
            *_answers(t, step),
            blocks.select_element(snoozes, placeholder=t("Later"), action_id=ids.STEP_SNOOZE),
        )
    ]


def answer_name(t: Texts, answer: StepState) -> str:
    return {
        StepState.DONE: t("Done it"),
        StepState.PARTLY: t("Partly"),
        StepState.NOT_YET: t("Not yet"),
        StepState.IRRELEVANT: t("No longer needed"),
        StepState.OPEN: t("Open"),
    }[answer]


def answered(t: Texts, step: Takeaway, group_channel: str | None = None) -> Message:
    """Replaces the question once it is answered. In a list the group is not named."""
    kind = {
        StepState.DONE: t("Done, well done. What did it bring you? You can tell it at the look-back."),
        StepState.PARTLY: t("That's a start. If you like, choose a new day for the rest."),
        StepState.NOT_YET: t(
            "That happens. If you still want to, choose a new day, or make the step smaller."
        ),
        StepState.IRRELEVANT: t("All right, let's drop it."),
    }[step.state]
    text = (
        t("Your step from {channel}: *{step}*.", channel=channel(group_channel), step=words(step))
        if group_channel
        else t("Your step: *{step}*.", step=words(step))
    )
    text = f"{text} {kind}"
    parts = [blocks.section(text)]
    if step.state in (StepState.PARTLY, StepState.NOT_YET):
        parts.append(blocks.actions(edit_button(t, step, t("Choose a new day"))))
    return Message(text, parts)


def snoozed(t: Texts, step: Takeaway, day: str, group_channel: str | None = None) -> Message:
    """Replaces the question about a step that stays open: it is asked again on `day`."""
    about = {"day": day_name(t, day), "step": words(step)}
    text = (
        t(
            "I'll ask you again on {day} about your step from {channel}: *{step}*.",
            channel=channel(group_channel),
            **about,
        )
        if group_channel
        else t("I'll ask you again on {day} about: *{step}*.", **about)
    )
    return Message(text, [blocks.section(text), blocks.actions(edit_button(t, step, t("Change it")))])


def edit_button(t: Texts, step: Takeaway, text: str) -> Block:
    return blocks.button(text, ids.STEP_EDIT, StepRef(step.id))


def form(t: Texts, step: Takeaway, day: str) -> Block:
    """The form of a step, with `day` proposed."""
    return blocks.modal(
        t("Your step"),
        [
            blocks.field(
                "step",
                t("What I am going to do"),
                blocks.text_element(multiline=True, initial=step.step, at_most=500),
            ),
            blocks.field("by", t("By when"), blocks.date_element(initial=day)),
        ],
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.STEP_FORM,
        meta=StepRef(step.id),
    )


def changed(t: Texts, day: str, *, private: bool) -> Message:
    """Confirms a change. `private`: the former words were shared, and the new ones are not."""
    text = t("Kept. I'll ask you about it on {day}.", day=day_name(t, day))
    if private:
        text += " " + t("The group hears your new words only if you say so before the look-back.")
    return Message(text)


def steps(t: Texts, open_steps: Sequence[Takeaway], places: Sequence[Place]) -> Block:
    """The list of unfinished steps, with the reflections beneath it."""
    parts: list[Block] = [blocks.header(t("Steps"))]
    for step in open_steps[:20]:
        parts.append(step_line(t, step))
        parts += answer_blocks(t, step)
    if not open_steps:
        parts.append(
            blocks.section(t("You have no open steps. They come from the sessions that you take part in."))
        )
    parts += [blocks.divider(), *reflection_list(t, places)]
    return blocks.modal(t("My steps"), parts, close=t("Close"))


def step_line(t: Texts, step: Takeaway, place: str | None = None) -> Block:
    """A step with its day or answer, and its group while the reader is a member."""
    waits = step.state != StepState.OPEN
    small = (
        answer_name(t, step.state) if waits else t("By {day}", day=day_name(t, step.by)) if step.by else ""
    )
    where = ", ".join(part for part in (small, channel(place) if place else "") if part)
    change = t("Choose a new day") if waits else t("Change it")
    return blocks.section(f"*{escape(step.step)}*\n{where}", accessory=edit_button(t, step, change))
