"""The time in the console: how the session still fits, and the way to the response."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.sessions.balance import TimeOffer
from bot.sessions.rules import State
from bot.sessions.views import SessionView
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, time_in


@dataclass(frozen=True, slots=True)
class TimeLines:
    """What stands in the console about the time, and its buttons."""

    lines: Sequence[str] = ()
    buttons: Sequence[Block] = ()


def time_lines(t: Texts, view: SessionView, offered: TimeOffer | None, round_off: int | None) -> TimeLines:
    """The lines for whoever leads. `round_off`: the phase to go to, when only the end still fits."""
    parts = [_rounding_off(t, view, round_off)] if round_off is not None else []
    if offered is not None:
        parts.append(_offer(t, view, offered))
    if parts:
        return TimeLines(
            [line for part in parts for line in part.lines], [one for part in parts for one in part.buttons]
        )
    if view.extension is None and view.state in (State.RUNNING, State.WAITING):
        phase = view.phase.title(t.language)
        asks = (
            t("Ask the group: a little longer with {phase}, or go on?", phase=phase)
            if view.is_written
            else t("Ask the group aloud: a little longer with {phase}, or go on?", phase=phase)
        )
        return TimeLines([asks])
    return TimeLines()


def _rounding_off(t: Texts, view: SessionView, to: int) -> TimeLines:
    title = view.method.phases[to].title(t.language)
    button = blocks.button(t("To {phase} now", phase=title), ids.SESSIONS_JUMP, view.control)
    return TimeLines([t("*Round off now*, then there is time to look back.")], [button])


def _offer(t: Texts, view: SessionView, offered: TimeOffer) -> TimeLines:
    lines = [
        t.n(
            "*You run {n} minute late.* You have until {end}.",
            "*You run {n} minutes late.* You have until {end}.",
            offered.behind,
            end=view.at(t, offered.ends_by),
        )
    ]
    buttons: list[Block] = []
    best, before = offered.best, [phase.minutes for phase in view.method.phases]
    if [phase.minutes for phase in best.plan] != before:
        lines.append(_plan(t, view, offered))
        buttons.append(blocks.button(t("Do it so"), ids.SESSIONS_KEEP_END, view.control))
    buttons.append(
        blocks.button(
            t("Done later: {end}", end=_clock(t, view, offered.finishes_at)),
            ids.SESSIONS_END_LATER,
            view.control,
        )
    )
    if offered.spare is not None:
        title = view.method.phases[offered.spare].title(t.language)
        buttons.append(blocks.button(t("Skip {phase}", phase=title), ids.SESSIONS_SKIP_PHASE, view.control))
    return TimeLines([" ".join(lines)], buttons)


def _plan(t: Texts, view: SessionView, offered: TimeOffer) -> str:
    """What every phase that is left would get."""
    best = offered.best
    first = view.timer.phase_index + (view.state is not State.GATHERING)
    parts = [
        f"{phase.title(t.language)} {given.minutes}"
        for index, (phase, given) in enumerate(zip(view.method.phases, best.plan, strict=True))
        if index >= first and given.minutes
    ]
    plan = ", ".join(parts)
    if best.late:
        return t("With {plan} you are done at {end}.", plan=plan, end=_clock(t, view, best.finishes_at))
    return t("To be done in time: {plan}.", plan=plan)


def _clock(t: Texts, view: SessionView, at: datetime) -> str:
    return time_in(at, view.zone, t)
