"""The controls of the console: the next step, at most three beside it, and the window with all others and what they do."""

from collections.abc import Sequence
from typing import Any

from bot.console.views.reading import read_button
from bot.console.views.time import time_lines
from bot.console.views.values import Console
from bot.delivery.message import Message
from bot.selections.views.card import more_minutes
from bot.sessions import rules
from bot.sessions.rules import Readiness, State
from bot.sessions.views import SessionView, card, private
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts

# Beside the next step and the button of the window. More of them push the words off the screen of a phone.
MAX_BESIDE = 3
# What a press in the window does at once: it has an id of its own there, because the window is drawn anew afterwards.
AT_ONCE = frozenset(
    {
        ids.SESSIONS_NEXT,
        ids.SESSIONS_PAUSE,
        ids.SESSIONS_RESUME,
        ids.SESSIONS_EXTEND,
        ids.SESSIONS_BACK,
        ids.SESSIONS_STOP,
        ids.SESSIONS_STOP_NOW,
        ids.SESSIONS_EVALUATE_ONLY,
        ids.SESSIONS_KEEP_END,
        ids.SESSIONS_END_LATER,
        ids.SESSIONS_SKIP_PHASE,
        ids.CONSOLE_SILENCE,
        ids.CONSOLE_TIME,
    }
)


def control_row(t: Texts, values: Console) -> Block:
    """The buttons in the console. The first is the one next step, and the only one that stands out."""
    first, *others = _in_order(t, values)
    shown = [{**first, "style": "primary"}, *map(_plain, others[:MAX_BESIDE])]
    more = blocks.button(t("More"), ids.CONSOLE_MORE, values.view.ref, label=t("More: what else you can do"))
    return blocks.actions(*shown, more, block_id="controls")


def more_window(t: Texts, values: Console, said: str = "") -> Block:
    """Every control that the console does not show, each with what it does. `said`: what the last press did."""
    return blocks.modal(
        t("More"),
        _explained(t, values.view, _in_order(t, values)[1 + MAX_BESIDE :], said),
        close=t("Close"),
    )


def clock_window(t: Texts, view: SessionView, said: str = "") -> Block:
    """The controls of the clock, which whoever leads opens from the card: those of the moment at which they press."""
    now = blocks.section(_now(t, view))
    parts = [now, *_explained(t, view, card.controls(t, view), said)]
    return blocks.modal(t("Controls"), parts, close=t("Close"), callback_id=ids.CONSOLE_CONTROLS)


def _now(t: Texts, view: SessionView) -> str:
    return t("You are at *{phase}*.", phase=view.phase.title(t.language))


def _explained(t: Texts, view: SessionView, buttons: Sequence[Block], said: str) -> list[Block]:
    parts = [blocks.section(said)] if said else []
    for button in buttons:
        parts.append(blocks.section(_help(t, view, button), accessory=_in_window(_plain(button))))
    return parts


def offer_window(t: Texts, offer: Message) -> Block:
    """What is asked first, in the place of the window."""
    parts = [
        {**one, "elements": [_in_window(button) for button in one["elements"]]}
        if one["type"] == "actions"
        else one
        for one in offer.blocks
    ]
    return blocks.modal(t("More"), parts, close=t("Close"))


def closing_window(t: Texts, said: str) -> Block:
    """A word about what was done. Closing it closes the windows beneath it too."""
    return {**blocks.modal(t("Intervisie"), [blocks.section(said)], close=t("Close")), "clear_on_close": True}


def act_id(action_id: str) -> str:
    """The id of a button in the window."""
    return f"{ids.CONSOLE_ACT}.{action_id}"


def _in_order(t: Texts, values: Console) -> list[Block]:
    """Every control: first the steps forward, then the others as they are needed. What ends or undoes comes last."""
    view = values.view
    late = time_lines(t, view, values.offered, values.round_off).buttons
    if view.state is State.GATHERING:
        here, read = _here(t, values), _read(t, values)
        return [_begin(t, values), here, *read, *late, *_time(t, values), *_last(t, values)]
    on = card.next_button(t, view)
    if view.state is State.PAUSED:
        steps, helps = [card.resume_button(t, view), on], [*late, _sentences(t, values), *_extend(t, values)]
    else:
        steps = [*_steps_within(t, values), on]
        pause = [card.pause_button(t, view)] if view.state is State.RUNNING else []
        helps = [
            *late,
            *values.buttons,
            *_next_time(t, values),
            *pause,
            *_extend(t, values),
            _sentences(t, values),
        ]
    return [
        *steps,
        *helps,
        blocks.button(t("Park"), ids.CONSOLE_PARK, view.ref),
        *_silence(t, values),
        _here(t, values),
        *_time(t, values),
        *_read(t, values),
        *_last(t, values),
    ]


def _begin(t: Texts, values: Console) -> Block:
    """With few people the button asks first, by itself: a message that asks would outlive the answer."""
    view, present = values.view, set(values.present)
    if rules.readiness(present, view.presenter) is Readiness.FEW:
        return private.begin_with_few_button(t, view, len(present))
    return card.begin_button(t, view)


def _steps_within(t: Texts, values: Console) -> list[Block]:
    """The step that comes before the next phase: the next turn, or the next activity."""
    if values.turn is not None:
        return [blocks.button(t("Next one"), ids.ROUNDS_NEXT_TURN, values.turn.ref)]
    return [] if values.step is None else [values.step]


def _sentences(t: Texts, values: Console) -> Block:
    return blocks.button(t("What do I say when …"), ids.CONSOLE_SENTENCES, values.view.ref)


def _here(t: Texts, values: Console) -> Block:
    return blocks.button(t("Who is here"), ids.CONSOLE_PRESENT, values.view.ref)


def _extend(t: Texts, values: Console) -> list[Block]:
    """The button for more minutes, in fewer letters than on the card."""
    minutes, view = values.view.extension, values.view
    if minutes is None:
        return []
    label = more_minutes(t, minutes)
    return [blocks.button(t("+{n} min", n=minutes), ids.SESSIONS_EXTEND, view.control, label=label)]


def _time(t: Texts, values: Console) -> list[Block]:
    return [blocks.button(t("Time"), ids.CONSOLE_TIME, values.view.ref)] if values.has_time else []


def _read(t: Texts, values: Console) -> list[Block]:
    return [] if values.read is None else [read_button(t, values.read)]


def _silence(t: Texts, values: Console) -> list[Block]:
    if values.view.state is not State.RUNNING:
        return []
    return [blocks.button(t("One minute of silence"), ids.CONSOLE_SILENCE, values.view.phase_ref)]


def _next_time(t: Texts, values: Console) -> list[Block]:
    if not values.looks_at_itself:
        return []
    return [blocks.button(t("What do we do differently?"), ids.CONSOLE_NEXT_TIME, values.view.ref)]


def _last(t: Texts, values: Console) -> list[Block]:
    back = card.back_button(t, values.view)
    return [
        *card.controls_of_rooms_above(t, values.view),
        *([] if back is None else [back]),
        card.stop_button(t, values.view),
    ]


def _plain(button: Block) -> Block:
    return {name: part for name, part in button.items() if name != "style"}


def _in_window(button: Block) -> Block:
    known: Any = button["action_id"]
    return {**button, "action_id": act_id(known)} if known in AT_ONCE else button


def _help(t: Texts, view: SessionView, button: Block) -> str:
    """What a button does. One of an activity says it by its name."""
    helps = {
        ids.CONSOLE_SENTENCES: t(
            "A sentence for a debate, for complaining, for what touches somebody, and for what belongs elsewhere."
        )
        if view.is_written
        else t("A sentence for a debate, for complaining, for tears, and for what belongs elsewhere."),
        ids.CONSOLE_PARK: t("Keep a line for later. You alone get it back, after the session."),
        ids.CONSOLE_SILENCE: t("Nobody speaks or types. I'll say when the minute is over."),
        ids.CONSOLE_PRESENT: t("Who is here, and how you meet.")
        if view.is_written
        else t("Who is here, who has said it aloud, and how you meet."),
        ids.CONSOLE_TIME: t("Does everything still fit? I work it out with you."),
        ids.CONSOLE_READ: t("The presenter lets you read the case."),
        ids.CONSOLE_NEXT_TIME: t("One line that stands at the top next time."),
        ids.TABLE_PAGE_OPEN: t("A screen for everybody, with the phase and the time."),
        ids.SESSIONS_NEXT: t("This phase ends, and what comes next begins."),
        ids.SESSIONS_RESUME: t("The clock runs again, with the time that was left."),
        ids.SESSIONS_PAUSE: t("The clock stops until you go on."),
        ids.SESSIONS_EXTEND: t("This phase takes longer, and we finish later."),
        ids.SESSIONS_BACK: t("The phase before this one begins again."),
        ids.SESSIONS_STOP: t("The session ends here. I ask you first."),
        ids.SESSIONS_KEEP_END: t("The phases ahead become shorter."),
        ids.SESSIONS_END_LATER: t("Every phase keeps its minutes, and you finish later."),
        ids.SESSIONS_SKIP_PHASE: t("That phase is left out."),
    }
    return helps.get(button["action_id"], t("This belongs to the phase that is on."))
