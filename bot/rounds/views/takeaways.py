"""Views of takeaways: the forms of response and harvest, what the thread shows of them, and what stays with the writer."""

from collections.abc import Sequence
from datetime import date

from bot.delivery.message import Message
from bot.followups.records import Takeaway
from bot.followups.rules import MAX_STEPS, PlannedStep
from bot.followups.views import edit_button
from bot.sessions.views import PhaseRef, SessionRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, day_name, escape, name_of, one_line

MAX_TAKEAWAY_LENGTH = 800
MAX_STEP_LENGTH = 300
# The values of the boxes that share: the takeaway, and each step by its number. Forms of an older version know one: all.
SHARE_TAKEAWAY, SHARE_ALL = "takeaway", "share"


def step_field(number: int) -> str:
    """The field of a step, counted from 0."""
    return f"step{number + 1}" if number else "step"


def day_field(number: int) -> str:
    return f"by{number + 1}" if number else "by"


def response_form(t: Texts, meta: PhaseRef, kept: Sequence[Takeaway], by: date, note: str) -> Block:
    """The presenter's form, with what was kept: the takeaway, up to three steps, and what the group may read."""
    parts: list[Block] = []
    if note:
        parts.append(blocks.section(t("You noted: _{note}_", note=escape(one_line(note, 2500)))))
    parts.append(
        blocks.field(
            "takeaway",
            t("What I take from it"),
            blocks.text_element(
                multiline=True,
                initial=kept[0].takeaway if kept else "",
                at_most=MAX_TAKEAWAY_LENGTH,
                focus=True,
            ),
        )
    )
    labels = (t("My first step"), t("A second step"), t("A third step"))
    for number in range(MAX_STEPS):
        step = kept[number] if number < len(kept) else None
        parts.append(
            blocks.field(
                step_field(number),
                labels[number],
                blocks.text_element(
                    initial=step.step if step else "",
                    at_most=MAX_STEP_LENGTH,
                    placeholder=None if number else t("First talk to my team lead"),
                ),
                hint=None
                if number
                else t("Small enough to really do. Left empty, it may settle first: I'll ask you in a week."),
                optional=True,
            )
        )
        day = step.by if step and step.by else by.isoformat()
        parts.append(
            blocks.field(
                day_field(number), t("By when"), blocks.date_element(initial=day), optional=number > 0
            )
        )
    parts.append(_share(t, kept))
    return blocks.modal(
        t("What I take from it"),
        parts,
        submit=t("Send"),
        close=t("Cancel"),
        callback_id=ids.ROUNDS_RESPONSE_FORM,
        meta=meta,
    )


def _share(t: Texts, kept: Sequence[Takeaway]) -> Block:
    """What the group may read: each with a box of its own."""
    names = (t("My first step"), t("My second step"), t("My third step"))
    options = [
        blocks.option(t("What I take from it"), SHARE_TAKEAWAY),
        *(blocks.option(name, str(number)) for number, name in enumerate(names)),
    ]
    ticked = [str(number) for number, one in enumerate(kept) if one.step and one.shared_step == one.step]
    if kept and kept[0].takeaway and kept[0].shared_takeaway == kept[0].takeaway:
        ticked.append(SHARE_TAKEAWAY)
    return blocks.field(
        "share",
        t("The group may read"),
        blocks.checkboxes_element(options, initial=ticked),
        hint=t("Without a tick it stays yours alone."),
        optional=True,
    )


def harvest_form(t: Texts, meta: SessionRef, kept: Takeaway | None, by: date) -> Block:
    """Everyone's form, with what was kept: one takeaway, and perhaps a step."""
    is_shared = kept is not None and kept.shared and kept.shared_takeaway == kept.takeaway
    return blocks.modal(
        t("My insight"),
        [
            blocks.field(
                "takeaway",
                t("One insight"),
                blocks.text_element(
                    multiline=True,
                    initial=kept.takeaway if kept else "",
                    at_most=MAX_TAKEAWAY_LENGTH,
                    focus=True,
                ),
                hint=t("About yourself, not about the case."),
            ),
            blocks.field(
                "step",
                t("What I'll do with it"),
                blocks.text_element(initial=kept.step if kept else "", at_most=MAX_STEP_LENGTH),
                hint=t("I'll ask you in private how it went."),
                optional=True,
            ),
            blocks.field(
                "by",
                t("By when"),
                blocks.date_element(initial=kept.by if kept and kept.by else by.isoformat()),
            ),
            blocks.field(
                "share",
                t("In the thread"),
                blocks.checkboxes_element(
                    [blocks.option(t("Share this with the group"), SHARE_ALL)],
                    initial=[SHARE_ALL] if is_shared else [],
                ),
                hint=t("Without a tick it stays yours alone."),
                optional=True,
            ),
        ],
        submit=t("Save"),
        close=t("Cancel"),
        callback_id=ids.ROUNDS_HARVEST_FORM,
        meta=meta,
    )


def response_post(t: Texts, user: str, takeaway: str, steps: Sequence[PlannedStep]) -> Message:
    """What the presenter shares of the response. `takeaway`: empty when it stays private."""
    shared = [step for step in steps if step.shared]
    if not takeaway and not shared:
        return Message(t("{user} has written down what to take from it.", user=name_of(t, user)))
    lines = (
        [t("*{user} takes from it:*", user=name_of(t, user)) + f"\n{escape(takeaway)[:2000]}"]
        if takeaway
        else []
    )
    for number, step in enumerate(shared):
        day = day_name(t, step.by.isoformat()) if step.by else ""
        words = escape(step.text)
        if takeaway or number:
            first = t("*First step, by {day}:* {step}", day=day, step=words)
            lines.append(t("*Then, by {day}:* {step}", day=day, step=words) if number else first)
        else:
            lines.append(
                t("*First step of {user}, by {day}:* {step}", user=name_of(t, user), day=day, step=words)
            )
    text = "\n".join(lines)
    return Message(text, [blocks.section(text, expand=True)])


def harvest_post(t: Texts, user: str, takeaway: str, step: str, by: date) -> Message:
    text = t("*{user}:* {takeaway}", user=name_of(t, user), takeaway=escape(takeaway)[:2000])
    if step:
        text += "\n" + t("By {day}: {step}", day=day_name(t, by.isoformat()), step=escape(step))
    return Message(text, [blocks.section(text, expand=True)])


def harvest_retracted(t: Texts, user: str) -> Message:
    """Replaces a shared takeaway that its writer no longer shares."""
    text = t("{user} has taken this back.", user=name_of(t, user))
    return Message(text, [blocks.context(text)])


def own_summary(
    t: Texts, place: str, kept: Sequence[tuple[Takeaway, date | None]], ref: SessionRef
) -> Message:
    """To one participant: what they wrote down, and the days on which the bot asks about the steps."""
    written = [(one, day) for one, day in kept if one.takeaway or one.step]
    if not written:
        text = t(
            "After the session in {channel}: is there one insight that you want to keep? It stays yours.",
            channel=channel(place),
        )
        button = blocks.button(t("Write it down"), ids.ROUNDS_HARVEST_LATER, ref)
        return Message(text, [blocks.section(text), blocks.actions(button)])
    parts = [t("From the session in {channel}. This is what you wrote down:", channel=channel(place))]
    for one, day in written:
        if one.takeaway:
            parts.append(t("*Insight:* {text}", text=escape(one.takeaway)[:1500]))
        if one.step:
            parts.append(t("*Step:* {text}", text=escape(one.step)))
            if day is not None:
                parts.append(t("I'll ask you about it on {day}.", day=day_name(t, day.isoformat())))
    text = "\n".join(parts)
    steps = [one for one, _ in written if one.step]
    # Several buttons of one name would sound the same to a screen reader.
    buttons = [
        edit_button(t, one, t("Change it") if len(steps) == 1 else t("Change step {n}", n=number))
        for number, one in enumerate(steps, start=1)
    ]
    # Slack takes an action id once in a block, so each of them has its own.
    # https://docs.slack.dev/reference/block-kit/blocks/actions-block
    return Message(text, [blocks.section(text, expand=True), *map(blocks.actions, buttons)])
