"""Views of the console: what is on now, what to say, what to look out for, and the controls beneath it."""

from collections.abc import Sequence

from bot.console.refs import NextTimeRef
from bot.console.views import after
from bot.console.views.controls import control_row
from bot.console.views.time import time_lines
from bot.console.views.values import Console
from bot.delivery.message import Message
from bot.groups.rules import Meets
from bot.methods.catalogue import PhaseTexts
from bot.sessions.rules import State
from bot.sessions.views import SessionView
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, duration, escape, list_of, name_of, one_line

# More names than these are a count. Of those present it stays on one line of a phone.
MAX_PRESENT, MAX_SILENT = 2, 3
MAX_QUESTION_SHOWN = 200


def console(t: Texts, values: Console) -> Message:
    """The console as it is now: words first, and no more than a screen of a phone."""
    view = values.view
    if view.state is State.ENDED:
        return after.session_over(t, view, values.after)
    top = _top(t, values)
    lines = [_now(t, values), *_script(t, values)]
    lines += time_lines(t, view, values.offered, values.round_off).lines
    small = [_question(t, values), *values.lines] if _is_on(view) else []
    small = [part for part in (*small, _turn(t, values), _who(t, values), _next(t, view)) if part]
    asks = [values.asks] if values.asks else []
    parts = [blocks.section(line, accessory=button, expand=True) for line, button in top]
    parts += [
        blocks.section("\n".join(lines), expand=True),
        blocks.context("\n".join(small)),
        *map(blocks.section, asks),
        control_row(t, values),
        *(values.own.blocks if values.own is not None else []),
    ]
    return Message("\n".join([*(line for line, _ in top), *lines, *small, *asks]), parts)


def _is_on(view: SessionView) -> bool:
    return view.state in (State.RUNNING, State.WAITING)


def unsafe_line(t: Texts) -> str:
    """To whoever leads next. It says neither who, nor how many, nor what."""
    return t("Last time it was not safe for everybody. Begin with the agreements.")


def _top(t: Texts, values: Console) -> list[tuple[str, Block | None]]:
    """What comes back from last time, above everything, with the button of what can be ticked."""
    top: list[tuple[str, Block | None]] = []
    if values.was_unsafe and values.view.state is State.GATHERING:
        top.append((unsafe_line(t), None))
    if values.group_line is not None:
        line_id, line = values.group_line
        done = NextTimeRef(values.view.id, line_id)
        label = t("Done: we did this differently")
        button = blocks.button(t("Done"), ids.CONSOLE_LINE_DONE, done, label=label)
        top.append((t("*Differently this time:* {line}", line=escape(line)), button))
    if values.own_line:
        top.append((t("*You wrote for yourself:* {line}", line=escape(values.own_line)), None))
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
                "*You lead the session about “{title}”* in {channel}. I look after the time and what comes next. You look after the people.",
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
            _taking_part(t, values),
            t("{presenter} brings the case.", presenter=_presenter(t, values)),
            *([t("Have pen and paper ready.")] if values.meets is Meets.ROOM else []),
        ]
    if view.state is State.PAUSED:
        return [
            _say(t, t("What is happening right now?")),
            t("*Look out for:* {text}", text=t("There is nothing to solve.")),
            t("*If it stalls:* {text}", text=t('"We don\'t have to go on."')),
            t(
                "*If it goes wrong:* {text}",
                text=t(
                    "Is it too big for this group? Say: \"This doesn't belong here. I'll help you think where it does.\""
                ),
            ),
        ]
    says = _texts(t, values)
    if view.state is State.WAITING or values.turns_are_over:
        over = [t("*Everybody has had a turn.*")] if values.turns_are_over else []
        return [*over, *_to_go_on_with(t, values)]
    wrong = t("*If it goes wrong:* {text}", text=says.if_wrong)
    if view.following is None and values.agreed:
        # The group has said what it does differently: what is left is to close.
        return [wrong, *_to_go_on_with(t, values)]
    # Where people speak, the thread holds only a line: what they do stands here.
    told = [
        t("*What the group does:* {text}", text=says.prompt),
        t("*The rule:* {text}", text=says.rule),
    ]
    return [
        *(told if values.meets is not Meets.THREAD and not values.averages else []),
        *_steps(t, values, says.facilitator_line),
        t("*Look out for:* {text}", text=says.watch_for),
        t("*If it stalls:* {text}", text=says.if_stuck),
        wrong,
        # Whoever closes a session needs its last sentence before the time is up.
        *(_to_go_on_with(t, values) if view.following is None else []),
    ]


def _taking_part(t: Texts, values: Console) -> str:
    """Whether whoever leads also asks and advises."""
    if values.leads_only:
        return t("You lead and do not take part: the group asks and advises.")
    return t("You take part yourself too: you ask and advise like the others.")


def _say(t: Texts, line: str) -> str:
    return t("*Say:* _{line}_", line=line)


def _steps(t: Texts, values: Console, line: str) -> list[str]:
    """The sentence to say; the sentence for afterwards has a line of its own."""
    first, *then = line.split("\n")
    if values.averages and then:
        # The marks have been given.
        return [_say(t, one) for one in then]
    return [_say(t, first), *(t("*Then say:* _{line}_", line=one) for one in then)]


def _presenter(t: Texts, values: Console) -> str:
    return values.presenter_name or name_of(t, values.view.presenter)


def _texts(t: Texts, values: Console) -> PhaseTexts:
    view = values.view
    return view.says(t, _presenter(t, values), values.until)


def _to_go_on_with(t: Texts, values: Console) -> list[str]:
    """What to say before the next phase, or as the last sentence of all."""
    view = values.view
    presenter = _presenter(t, values)
    if view.following is not None:
        line = view.following.says(t.language, presenter, values.meets).facilitator_line.split("\n")[0]
        return [t("*Say, when you go on:* _{line}_", line=line)]
    agreed = [t("*Agreed for next time:* {line}", line=escape(values.agreed))] if values.agreed else []
    thanks = t(
        "Thank you, {presenter}, and thank you all. What is said here stays here.", presenter=presenter
    )
    return [*agreed, t("*Say at the end:* _{line}_", line=thanks)]


def _question(t: Texts, values: Console) -> str:
    if not values.question:
        return ""
    return t(
        "The question is now: {question}", question=escape(one_line(values.question, MAX_QUESTION_SHOWN))
    )


def _turn(t: Texts, values: Console) -> str:
    turn = values.turn
    if turn is None or not _is_on(values.view):
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
    if values.count:
        return values.count
    if values.meets is Meets.THREAD:
        return _not_heard(t, values)
    if not values.present:
        return t("Nobody is here yet.")
    if values.view.state is not State.GATHERING and values.view.timer.phase_index > values.view.first_phase:
        # After the first phase whoever leads looks at the people; the window still holds their names.
        return ""
    return t("Here: {people}.", people=_some_of(t, values.present, MAX_PRESENT))


def _not_heard(t: Texts, values: Console) -> str:
    if values.everyone_is_done:
        return t("That was everybody. You can go on.")
    if values.not_heard is None or values.view.state is not State.RUNNING:
        return ""
    if not values.not_heard:
        return t("Everyone has been heard.")
    return t("Nothing yet from {people}.", people=_some_of(t, values.not_heard, MAX_SILENT))


def _some_of(t: Texts, users: Sequence[str], at_most: int) -> str:
    """A few names, and how many more there are."""
    names = [name_of(t, user) for user in users]
    if len(names) <= at_most:
        return list_of(t, names)
    shown = names[: at_most - 1]
    others = t.n("{n} other", "{n} others", len(names) - len(shown))
    return list_of(t, [*shown, others])
