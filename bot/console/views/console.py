"""Views of the console: what is on now, what to say, what to look out for, and every control beneath it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.console.refs import NextTimeRef, ReadRef
from bot.console.views import after
from bot.console.views.after import After
from bot.console.views.reading import read_button
from bot.console.views.time import time_lines
from bot.delivery.message import Message
from bot.groups.rules import Meets
from bot.methods.catalogue import PhaseTexts
from bot.rounds.views.turn import Turn
from bot.sessions.balance import TimeOffer
from bot.sessions.rules import State
from bot.sessions.views import SessionView
from bot.sessions.views.card import controls
from bot.sessions.views.session_view import duration
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, escape, list_of, name_of


@dataclass(frozen=True, slots=True)
class Console:
    """The values of a console. `not_heard` is None where people speak: nobody counts who does."""

    view: SessionView
    meets: Meets
    # The channel of the group.
    place: str
    present: Sequence[str]
    not_heard: Sequence[str] | None = None
    turn: Turn | None = None
    everyone_is_done: bool = False
    # What the activity that is on adds, and when it ends within its phase.
    lines: Sequence[str] = ()
    buttons: Sequence[Block] = ()
    until: datetime | None = None
    # What stands at the top: what the group does differently, by its id, and what its reader wanted to remember.
    group_line: tuple[str, str] | None = None
    own_line: str = ""
    # Somebody for whom the last session was not safe lets its reader know.
    was_unsafe: bool = False
    # The presenter lets its reader read the case.
    read: ReadRef | None = None
    # How many have answered what everybody is asked, in private or aloud; None in another phase.
    answered: int | None = None
    # The group looks at its own conversation now, so what to do differently can be written down.
    looks_at_itself: bool = False
    averages: str = ""
    # How the session still fits, and the phase to go to when only its end does.
    offered: TimeOffer | None = None
    round_off: int | None = None
    # A session of a version that knew no end time goes on as it was.
    has_time: bool = True
    after: After = field(default_factory=After)


def console(t: Texts, values: Console) -> Message:
    """The console as it is now. It takes no more than a screen of a phone."""
    view = values.view
    if view.state is State.ENDED:
        return after.session_over(t, view, values.after)
    top = _top(t, values)
    lines = [_now(t, values), *_script(t, values)]
    late = time_lines(t, view, values.offered, values.round_off)
    lines += late.lines
    small = [*values.lines] if view.state in (State.RUNNING, State.WAITING) else []
    small += [part for part in (_turn(t, values), _next(t, view), _who(t, values)) if part]
    parts = [blocks.section("\n".join(top), expand=True)] if top else []
    parts.append(blocks.section("\n".join(lines), expand=True))
    parts += [blocks.context(line) for line in small]
    if late.buttons:
        parts.append(blocks.actions(*late.buttons, block_id="time"))
    parts += _buttons(t, values)
    return Message("\n".join([*top, *lines, *small]), parts)


def unsafe_line(t: Texts) -> str:
    """To whoever leads next. It says neither who, nor how many, nor what."""
    return t("Last time it was not safe for everybody. Begin with the agreements.")


def _top(t: Texts, values: Console) -> list[str]:
    """What comes back from last time, above everything."""
    top = []
    if values.was_unsafe and values.view.state is State.GATHERING:
        top.append(unsafe_line(t))
    if values.group_line is not None:
        top.append(t("*Differently this time:* {line}", line=escape(values.group_line[1])))
    if values.own_line:
        top.append(t("*You wrote for yourself:* {line}", line=escape(values.own_line)))
    return top


def handed_over(t: Texts, view: SessionView) -> Message:
    """Replaces the console of whoever led before. It has no buttons."""
    if view.facilitator is None:
        return Message(t("You no longer lead this session."))
    return Message(t("{user} leads the session now.", user=name_of(t, view.facilitator)))


def time_is_up(t: Texts, view: SessionView) -> Message:
    """One short line, because an edit notifies nobody. It is taken away when the next phase begins."""
    return Message(t("The time for *{phase}* is up.", phase=view.phase.title(t.language)))


def _now(t: Texts, values: Console) -> str:
    view = values.view
    title = view.phase.title(t.language)
    match view.state:
        case State.GATHERING:
            return t(
                "*You lead {title}* in {channel}. I look after the time and what comes next. You look after the people.",
                title=escape(view.title),
                channel=channel(values.place),
            )
        case State.PAUSED:
            left = duration(t, view.timer.left(view.now))
            return t("*Pause* in {phase}. The clock has stopped; left: {left}.", phase=title, left=left)
        case State.WAITING:
            return t("*{phase}*: the time is up.", phase=title)
        case _:
            assert view.timer.ends_at is not None
            return t("*Now: {phase}*, until {until}.", phase=title, until=view.at(t, view.timer.ends_at))


def _script(t: Texts, values: Console) -> list[str]:
    """What to say, what to look out for, and what helps when it stalls or goes wrong."""
    view = values.view
    if view.state is State.GATHERING:
        return [
            _say(t, t("Good to have you here. What is said here stays here.")),
            t("*Look out for:* {text}", text=t("Who is not here yet?")),
        ]
    if view.state is State.PAUSED:
        return [
            _say(t, t("What is happening right now?")),
            t("*Look out for:* {text}", text=t("There is nothing to solve.")),
            t("*If it stalls:* {text}", text=t('"We don\'t have to go on."')),
            t(
                "*If it goes wrong:* {text}",
                text=t("\"This doesn't belong here. I'll help you think where it does.\""),
            ),
        ]
    says = _texts(t, values)
    if view.state is State.WAITING:
        return [t("*Say, when you go on:* _{line}_", line=_opening_of_next(t, values))]
    # Where people speak, the thread holds only a line: what they do stands here.
    told = [
        t("*What the group does:* {text}", text=says.prompt),
        t("*The rule:* {text}", text=says.rule),
    ]
    return [
        *(told if values.meets is not Meets.THREAD else []),
        _say(t, says.facilitator_line),
        t("*Look out for:* {text}", text=says.watch_for),
        t("*If it stalls:* {text}", text=says.if_stuck),
        t("*If it goes wrong:* {text}", text=says.if_wrong),
    ]


def _say(t: Texts, line: str) -> str:
    return t("*Say:* _{line}_", line=line)


def _texts(t: Texts, values: Console) -> PhaseTexts:
    view = values.view
    return view.says(t, name_of(t, view.presenter), values.until)


def _opening_of_next(t: Texts, values: Console) -> str:
    view = values.view
    if view.following is None:
        return t("Thank you all. What is said here stays here.")
    return view.following.says(t.language, name_of(t, view.presenter), values.meets).facilitator_line


def _turn(t: Texts, values: Console) -> str:
    turn = values.turn
    if turn is None or values.view.state not in (State.RUNNING, State.WAITING):
        return ""
    if turn.following is None:
        return t("It is {user}'s turn, the last one.", user=name_of(t, turn.user))
    return t(
        "It is {user}'s turn, then {next}'s.", user=name_of(t, turn.user), next=name_of(t, turn.following)
    )


def _next(t: Texts, view: SessionView) -> str:
    if view.state is State.GATHERING:
        return t("If we begin now, we finish at {end}.", end=view.at(t, view.finishes_at))
    if view.following is None:
        return t("Next: closing.")
    return t(
        "Next: {phase}, {duration}. We finish at {end}.",
        phase=view.following.title(t.language),
        duration=t.n("{n} minute", "{n} minutes", view.following.minutes),
        end=view.at(t, view.finishes_at),
    )


def _who(t: Texts, values: Console) -> str:
    if values.averages:
        return values.averages
    if values.answered is not None and values.present:
        return _answered(t, values.answered, len(values.present))
    if values.meets is Meets.THREAD:
        return _not_heard(t, values)
    return (
        t("Here: {people}.", people=list_of(t, [name_of(t, user) for user in values.present]))
        if values.present
        else t("Nobody is here yet.")
    )


def _answered(t: Texts, answered: int, of: int) -> str:
    """How many: who it is, nobody needs to know. Whoever has no phone is ticked as having said it."""
    if answered == of:
        return t("That was everybody. You can go on.")
    return t(
        "{n} of {of} have answered. Somebody without a phone? Tick *Said aloud* in *Who is here*.",
        n=answered,
        of=of,
    )


def _not_heard(t: Texts, values: Console) -> str:
    if values.everyone_is_done:
        return t("That was everybody. You can go on.")
    if values.not_heard is None or values.view.state is not State.RUNNING:
        return ""
    if not values.not_heard:
        return t("Everyone has been heard.")
    names = list_of(t, [name_of(t, user) for user in values.not_heard])
    return t("Nothing yet from {people}.", people=names)


def _buttons(t: Texts, values: Console) -> list[Block]:
    view = values.view
    rows = [blocks.actions(*controls(t, view), block_id="controls")]
    more: list[Block] = []
    if view.state in (State.RUNNING, State.WAITING):
        more += values.buttons
    if values.turn is not None and view.state in (State.RUNNING, State.WAITING):
        more.append(blocks.button(t("Next one"), ids.ROUNDS_NEXT_TURN, values.turn.ref, style="primary"))
    more.append(blocks.button(t("Who is here"), ids.CONSOLE_PRESENT, view.ref))
    if values.has_time:
        more.append(blocks.button(t("Time"), ids.CONSOLE_TIME, view.ref))
    if values.read is not None:
        more.append(read_button(t, values.read))
    if view.state is State.RUNNING:
        more.append(blocks.button(t("One minute of silence"), ids.CONSOLE_SILENCE, view.phase_ref))
    if view.state is not State.GATHERING:
        more.append(blocks.button(t("Park"), ids.CONSOLE_PARK, view.ref))
        more.append(blocks.button(t("What do I say when …"), ids.CONSOLE_SENTENCES, view.ref))
    if view.state is not State.GATHERING and values.looks_at_itself:
        more.append(blocks.button(t("What do we do differently?"), ids.CONSOLE_NEXT_TIME, view.ref))
    if values.group_line is not None:
        done = NextTimeRef(view.id, values.group_line[0])
        more.append(
            blocks.button(t("Done"), ids.CONSOLE_LINE_DONE, done, label=t("Done: we did this differently"))
        )
    rows.append(blocks.actions(*more, block_id="more"))
    return rows
