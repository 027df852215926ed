"""Views of the look-back, in which the previous presenter tells the group how the step went."""

from dataclasses import dataclass

from bot.delivery.message import Message
from bot.followups import rules
from bot.followups.records import Takeaway
from bot.followups.views.refs import ShareStep, StepRef
from bot.followups.views.steps import words
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel


@dataclass(frozen=True)
class Told:
    """A presenter's takeaway as the look-back shows it."""

    step: Takeaway
    # The present step is shared.
    shares: bool
    # Other words were shared: the present step is private until the presenter says yes.
    asks: bool


def look_back_question(t: Texts, about: Told, group_channel: str) -> Message:
    """The question to the previous presenter, two days before the meeting."""
    step = about.step
    if step.look_back:
        text = t(
            "Soon your group in {channel} meets again, and begins with the look-back at your case. What you wrote for it is "
            "kept. Your step: *{step}*.",
            channel=channel(group_channel),
            step=words(step),
        )
    else:
        text = _what_worked(t, step, group_channel)
    text += _about_the_step(t, about)
    prepare = t("Change it") if step.look_back else t("Prepare the look-back")
    buttons = [blocks.button(prepare, ids.STEP_LOOK_BACK, StepRef(step.id), style="primary")]
    if about.asks:
        yes = ShareStep(step.id, rules.fingerprint(step.step))
        buttons += [
            blocks.button(t("The group may hear my step"), f"{ids.STEP_SHARE}.yes", yes),
            blocks.button(t("My step stays mine"), f"{ids.STEP_SHARE}.no", ShareStep(step.id, "")),
        ]
    return Message(text, [blocks.section(text), blocks.actions(*buttons)])


def _about_the_step(t: Texts, about: Told) -> str:
    """A sentence that says who hears the step."""
    if about.asks:
        return " " + t("These words are yours alone for now. May the group hear your step like this?")
    if about.shares:
        return " " + t("The group hears your step.")
    return (" " + t("Your step stays yours alone.")) if about.step.step else ""


def _what_worked(t: Texts, step: Takeaway, group_channel: str) -> str:
    return t(
        "Soon your group in {channel} meets again, and begins with the look-back at your case. You wanted to: *{step}*. "
        "What worked, what didn't? Tell the group as much as you like, or skip it.",
        channel=channel(group_channel),
        step=words(step) or "…",
    )


def look_back_form(t: Texts, about: Told) -> Block:
    step = about.step
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
            *(_share(t, about) if step.step else []),
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


def _share(t: Texts, about: Told) -> list[Block]:
    """The choice to share the step. Its value is the fingerprint of the words that a yes shares."""
    these = rules.fingerprint(about.step.step)
    return [
        blocks.section(t("You wanted to: *{step}*.", step=words(about.step))),
        blocks.field(
            "share",
            t("Your step"),
            blocks.checkboxes_element(
                [blocks.option(t("The group may hear my step"), these)],
                initial=[these] if about.shares else [],
            ),
            hint=t("Without a tick it stays yours alone."),
            optional=True,
        ),
    ]


def look_back_done(t: Texts, group_channel: str) -> Message:
    """Replaces the question once a session has opened with the look-back."""
    text = t("{channel} has looked back on your case.", channel=channel(group_channel))
    return Message(text, [blocks.section(text)])


def look_back_answered(t: Texts, about: Told, group_channel: str, *, skipped: bool) -> Message:
    """Replaces the question once it is answered. It can still be changed."""
    step = about.step
    if skipped:
        text = t("{channel} begins without a look-back.", channel=channel(group_channel))
    elif not step.look_back:
        text = t(
            "{channel} asks you for the look-back, and you just tell it.", channel=channel(group_channel)
        )
    else:
        text = t(
            "Your look-back is kept. {channel} reads it at the beginning of the next session.",
            channel=channel(group_channel),
        )
    if not skipped:
        text += _about_the_step(t, about)
    change = blocks.button(t("Change it"), ids.STEP_LOOK_BACK, StepRef(step.id))
    return Message(text, [blocks.section(text), blocks.actions(change)])
