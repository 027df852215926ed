"""The look-back: what the previous presenter wants the group to hear."""

from bot.delivery.message import Message
from bot.followups.records import Keepsake
from bot.followups.views.refs import StepRef
from bot.followups.views.steps import words
from bot.slack import blocks, ids
from bot.texts import Texts, channel

Block = blocks.Block


def look_back_question(t: Texts, step: Keepsake, group_channel: str) -> Message:
    """Two days before the meeting: asks the previous presenter what may be told."""
    text = t(
        "Soon your group in {channel} meets again, and begins with the look-back at your case. You wanted to: *{step}*. "
        "What worked, what didn't? Tell the group as much as you like, or skip it.",
        channel=channel(group_channel),
        step=words(step) or "…",
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


def look_back_kept(t: Texts, *, told: str, skipped: bool) -> Message:
    if skipped:
        return Message(t("All right, the group begins without a look-back."))
    if not told:
        return Message(
            t("You wrote nothing down, and that is fine: the group asks you, and you just tell it.")
        )
    return Message(t("Kept. The group reads it at the beginning of the next session."))


def look_back_done(t: Texts, group_channel: str) -> Message:
    """In the place of the question, once a session has opened with it."""
    text = t("{channel} has looked back on your case.", channel=channel(group_channel))
    return Message(text, [blocks.section(text)])


def look_back_answered(t: Texts, step: Keepsake, group_channel: str, *, skipped: bool) -> Message:
    """The question once it is answered: it can still be changed."""
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
    change = blocks.button(t("Change it"), ids.STEP_LOOK_BACK, StepRef(step.id))
    return Message(text, [blocks.section(text), blocks.actions(change)])
