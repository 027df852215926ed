"""Views of the table page: what it shows at a moment, the page itself, and the window with its address.

A page shows words of the method and times. Nothing of the case is in it, and of names only whose turn it is.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from bot.methods.catalogue import Phase
from bot.selections.rules import SelectionState
from bot.selections.views import SelectionRef, SelectionView
from bot.sessions.rules import State
from bot.sessions.views import SessionRef, SessionView
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.table_page.rules import MAX_OPEN, sentences
from bot.texts import Texts, for_language, moment

STATIC = Path(__file__).parent / "static"
_PAGE = Template((STATIC / "clock.html").read_text(encoding="utf-8"))


class PageState(StrEnum):
    """What a page shows: a state of its session, or that there is nothing to show. `static/clock.js` knows these."""

    GATHERING = "gathering"
    RUNNING = "running"
    PAUSED = "paused"
    WAITING = "waiting"
    ENDED = "ended"
    # The address is dead while the page is open.
    DEAD = "dead"
    # Too many pages of this session are open.
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Face:
    """What a page shows at one moment, as plain text."""

    language: str
    state: PageState
    title: str
    rule: str = ""
    # Whose turn it is, or who has the floor.
    turn: str = ""
    # Until when, or why the clock stands still.
    until: str = ""
    # Differs for each phase, and each time that one begins again.
    step: str = ""
    ends_at: datetime | None = None
    left: timedelta | None = None


def face(t: Texts, view: SessionView, turn: str = "") -> Face:
    """What the page of a session shows. `turn` is the name of whose turn it is; empty when nobody's, or not known."""
    if view.state is State.ENDED:
        return Face(t.language, PageState.ENDED, t("Thank you all."))
    if view.state is State.GATHERING:
        first = view.method.phases[view.first_phase].title(t.language)
        return Face(
            t.language,
            PageState.GATHERING,
            t("We are gathering."),
            rule=t("What is said here stays here."),
            until=t("We begin with: {phase}.", phase=first),
        )
    phase, timer = view.phase, view.timer
    running = view.state is State.RUNNING
    return Face(
        t.language,
        PageState(view.state.value),
        phase.title(t.language),
        rule=sentences(phase.says(t.language, t("the presenter"), view.meets).rule),
        turn=sentences(_turn(t, phase, turn)),
        until=_until(t, view),
        step=f"{timer.phase_index}/{timer.pass_no}",
        ends_at=timer.ends_at if running else None,
        left=None if running else timer.left(view.now),
    )


def choice_face(t: Texts, view: SelectionView) -> Face:
    """What the page shows while the group chooses its case. No case and nobody who voted is named."""
    if view.is_over:
        return Face(t.language, PageState.ENDED, t("Thank you all."))
    if view.state is SelectionState.GATHERING:
        following = view.following
        return Face(
            t.language,
            PageState.GATHERING,
            t("We are gathering."),
            rule=t("What is said here stays here."),
            until=""
            if following is None
            else t("We begin with: {phase}.", phase=following.title(t.language)),
        )
    phase, words = view.phase, view.says(t)
    assert phase is not None
    assert words is not None
    step = f"choosing/{view.version}"
    if view.state is SelectionState.ASKING:
        # Nobody has to hurry for a yes, so no clock runs.
        return Face(
            t.language,
            PageState.GATHERING,
            phase.title(t.language),
            rule=words.rule,
            turn=t("The case has been chosen. We wait for a yes."),
            step=step,
        )
    voted = t.n(
        "{n} of {members} has voted.", "{n} of {members} have voted.", view.voted, members=len(view.present)
    )
    state, until = _choice_clock(t, view)
    return Face(
        t.language,
        state,
        phase.title(t.language),
        rule=words.rule,
        turn=voted if view.state is SelectionState.POLLING else _turn(t, phase, ""),
        until=until,
        step=step,
        ends_at=view.ends_at if state is PageState.RUNNING else None,
        left=None if state is PageState.RUNNING else view.remaining or timedelta(),
    )


def _choice_clock(t: Texts, view: SelectionView) -> tuple[PageState, str]:
    if view.is_paused:
        return PageState.PAUSED, t("Pause. The clock has stopped.")
    until = view.until(t)
    if until:
        return PageState.RUNNING, t("Until {until}.", until=until)
    return PageState.WAITING, t("The time is up.")


def _until(t: Texts, view: SessionView) -> str:
    if view.state is State.RUNNING and view.timer.ends_at is not None:
        return t("Until {until}.", until=moment(view.timer.ends_at, view.zone, t))
    if view.state is State.PAUSED:
        return t("Pause. The clock has stopped.")
    return t("The time is up.")


def _turn(t: Texts, phase: Phase, turn: str) -> str:
    if turn:
        return t("It is {name}'s turn.", name=turn)
    match phase.speaks:
        case "presenter":
            return t("{presenter} has the floor.", presenter=t("the presenter"))
        case "previous presenter":
            return t("The previous presenter has the floor.")
        case "group" if phase.presenter == "silent":
            return t("The group has the floor, without {presenter}.", presenter=t("the presenter"))
        case "group" if phase.presenter == "waits":
            return t("Everyone but {presenter} writes.", presenter=t("the presenter"))
        case "group":
            return t("The group asks, {presenter} answers.", presenter=t("the presenter"))
        case "in turn":
            return t("Everyone has a turn.")
        case _:
            return t("Everyone takes part.")


def dead(t: Texts) -> Face:
    """Instead of a page whose address is dead."""
    return Face(
        t.language,
        PageState.DEAD,
        t("This clock has stopped."),
        rule=t("The session is over, or there is a new address. Whoever leads has it."),
    )


def full(t: Texts) -> Face:
    """Instead of a page that is one too many."""
    return Face(
        t.language,
        PageState.FULL,
        t("This clock is on {n} screens already.", n=MAX_OPEN),
        rule=t("Close one of them, and it appears here by itself."),
    )


def texts_of(shown: Face) -> Texts:
    """The texts of a page, in its group's language."""
    return for_language(shown.language)


def data_of(shown: Face, now: datetime, speed: float) -> dict[str, Any]:
    """What a page is told, in milliseconds. `speed`: how fast the bot's clock goes; in the demo it may run."""
    return {
        "state": shown.state.value,
        "title": shown.title,
        "rule": shown.rule,
        "turn": shown.turn,
        "until": shown.until,
        "step": shown.step,
        "ends": _milliseconds(shown.ends_at),
        "left": None if shown.left is None else round(shown.left / timedelta(milliseconds=1)),
        **time_of(now, speed),
    }


def time_of(now: datetime, speed: float) -> dict[str, Any]:
    """The bot's own time, by which a page corrects the clock of its screen."""
    return {"now": _milliseconds(now), "speed": speed}


def _milliseconds(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)


def html(shown: Face, now: datetime, speed: float) -> str:
    """The whole page. Without its script it says what is on and until when, and reads itself again."""
    t = texts_of(shown)
    words = {
        "lost": t("The connection is gone. The clock goes on as it was; it catches up by itself."),
        "back": t("The connection is back."),
        "silent": t("Tap for a soft tone at the end of a phase. A browser wants one tap for that."),
        "sounds": t("Sound is on. Tap to silence it."),
        "muted": t("Sound is off. Tap to switch it on."),
        "dead": words_of(dead(t)),
        "full": words_of(full(t)),
    }
    return _PAGE.substitute(
        language=shown.language,
        state=shown.state.value,
        name=escape(t("Clock on the table")),
        title=escape(shown.title),
        rule=escape(shown.rule),
        turn=escape(shown.turn),
        until=escape(shown.until),
        again=escape(t("Read again")),
        words=escape(json.dumps(words)),
        face=escape(json.dumps(data_of(shown, now, speed))),
    )


def words_of(shown: Face) -> dict[str, str]:
    """A face without times, for a page that must show it although nobody answers."""
    return {"state": shown.state.value, "title": shown.title, "rule": shown.rule}


def window_button(t: Texts, ref: SessionRef | SelectionRef) -> Block:
    """The button that shows whoever leads the address."""
    action = ids.TABLE_PAGE_OPEN_CHOOSING if isinstance(ref, SelectionRef) else ids.TABLE_PAGE_OPEN
    return blocks.button(t("Clock on the table"), action, ref)


def page_button(t: Texts, url: str) -> Block:
    """The button that opens the page itself."""
    return {**blocks.button(t("Open the clock"), ids.TABLE_PAGE_LINK, style="primary"), "url": url}


def window(t: Texts, ref: SessionRef | SelectionRef, url: str, notice: str = "") -> Block:
    renew = blocks.button(
        t("New address"),
        ids.TABLE_PAGE_RENEW_CHOOSING if isinstance(ref, SelectionRef) else ids.TABLE_PAGE_RENEW,
        ref,
        confirm=blocks.confirm(
            t("Are you sure?"),
            t("The address of now stops working at once, on every screen."),
            t("Make a new one"),
            t("Keep it"),
        ),
    )
    parts = [
        *([blocks.section(notice)] if notice else []),
        blocks.section(
            t(
                "Put this page on a screen that everyone sees. It shows the phase, the rule, whose turn it is and the time; "
                "nothing of the case."
            )
        ),
        blocks.section(url),
        blocks.actions(page_button(t, url), renew),
        blocks.context(
            t("Whoever has the address can look along, until the session ends. Then it no longer works.")
        ),
    ]
    return blocks.modal(t("Clock on the table"), parts, close=t("Close"))
