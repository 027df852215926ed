"""The session card: the post in the channel. It shows what holds for the whole session, so no phase edits it."""

from collections.abc import Callable

from bot.cases.views import subject_line
from bot.delivery.message import Message
from bot.groups.rules import Meets
from bot.selections.views.card import more_minutes
from bot.sessions.rules import State
from bot.sessions.views.refs import ControlRef, TakeOverRef
from bot.sessions.views.session_view import SessionView
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, duration, escape, mention, name_of, time_in

# What rooms above put behind the controls, while the session is open.
_MORE: list[Callable[[Texts, SessionView], Block | None]] = []


def extend_controls(control: Callable[[Texts, SessionView], Block | None]) -> None:
    """Register a control of a room above; it gives None where it has none."""
    _MORE.append(control)


def controls_of_rooms_above(t: Texts, view: SessionView) -> list[Block]:
    return [found for control in _MORE if (found := control(t, view)) is not None]


def session_card(t: Texts, view: SessionView) -> Message:
    """The card: with controls while the session is open, a record once it has ended."""
    who = t(
        "{presenter} brings the case, {facilitator} facilitates.",
        # The card comes while the group gathers, and calls the presenter. Nobody begins without them.
        presenter=mention(view.presenter) if view.state is State.GATHERING else name_of(t, view.presenter),
        facilitator=name_of(t, view.facilitator) if view.facilitator else t("nobody"),
    )
    what = t(
        "{method}, {duration}.",
        method=view.method.name(t.language),
        duration=t.n("{n} minute", "{n} minutes", view.minutes),
    )
    if view.ends_by is not None and view.state is not State.ENDED:
        what = t(
            "{method}, {duration}. You have until {end}.",
            method=view.method.name(t.language),
            duration=t.n("{n} minute", "{n} minutes", view.minutes),
            end=time_in(view.ends_by, view.zone, t),
        )
    # Nothing for a case with a question.
    subject = subject_line(t, view.kind, "")
    if subject:
        what = f"{subject}. {what}"
    status = _status(t, view)
    text = "\n".join([t("Intervisie: {title}", title=escape(view.title)), who, what, status])
    parts = [
        blocks.header(view.title),
        blocks.section(f"{who} {what}", expand=True),
        blocks.section(status, expand=True),
        blocks.section(_phases(t, view), expand=True),
    ]
    if view.state is not State.ENDED:
        parts.append(blocks.context(_where(t, view.meets)))
        parts.append(blocks.actions(*_buttons(t, view), block_id="controls"))
    return Message(text, parts)


def _where(t: Texts, meets: Meets) -> str:
    """Where people speak the thread holds only a line for each phase."""
    return {
        Meets.ROOM: t(
            "Everything else happens in the room; the thread gets one line per phase. What is said there stays there."
        ),
        Meets.VIDEO: t(
            "Everything else happens on video; the thread gets one line per phase. What is said there stays there."
        ),
        Meets.THREAD: t("Everything else happens in its thread. What is said there stays there."),
    }[meets]


def _status(t: Texts, view: SessionView) -> str:
    title = view.phase.title(t.language)
    match view.state:
        case State.GATHERING:
            return t(
                "*We are gathering.* If we begin now, we finish at {end}.", end=view.at(t, view.finishes_at)
            )
        case State.RUNNING | State.WAITING:
            return t("*The session is on.* What is on now stands at the bottom of its thread.")
        case State.PAUSED:
            return t(
                "*The clock has stopped* in {phase}. Still to go: {left}.",
                phase=title,
                left=duration(t, view.timer.left(view.now)),
            )
        case _:
            return _closed(t, view)


def _closed(t: Texts, view: SessionView) -> str:
    at = view.at(t, view.ended_at or view.now)
    match view.ended_how:
        case "finished":
            return t("*This session is closed.* It ended at {end}.", end=at)
        case "unattended":
            return t("*This session is closed.* It had been quiet for a while; I closed it at {end}.", end=at)
        case "away":
            return t(
                "*This session is closed.* I had been away for a long time; I closed it at {end}.", end=at
            )
        case _:
            return t("*This session is closed.* It was stopped at {end}.", end=at)


def _phases(t: Texts, view: SessionView) -> str:
    """The plan, and once the session has ended how far it came."""
    lines = []
    ended, reached = view.state is State.ENDED, view.timer.phase_index
    for index, phase in enumerate(view.method.phases):
        if index < view.first_phase:
            continue
        title = phase.title(t.language)
        if not phase.minutes or (view.cut_at is not None and view.cut_at < index < reached):
            lines.append(t("{phase}: skipped", phase=title))
        elif not ended:
            length = t.n("{n} minute", "{n} minutes", phase.minutes)
            lines.append(t("{phase}: {duration}", phase=title, duration=length))
        elif view.begun and (index < reached or view.ended_how == "finished"):
            lines.append(t("{phase}: done", phase=title))
        elif view.begun and index == reached:
            lines.append(t("{phase}: stopped here", phase=title))
        else:
            lines.append(t("{phase}: not reached", phase=title))
    return "\n".join(lines)


def _buttons(t: Texts, view: SessionView) -> list[Block]:
    """The buttons on the card. None of them knows the phase that is on: the window of the controls does."""
    by_state = {
        State.GATHERING: [begin_button(t, view), stop_button(t, view)],
        State.PAUSED: [resume_button(t, view), _controls_button(t, view), _stop_button_of_card(t, view)],
    }
    shown = by_state.get(view.state) or [
        _pause_button_of_card(t, view),
        _controls_button(t, view),
        _stop_button_of_card(t, view),
    ]
    if view.facilitator is None:
        shown.insert(0, take_over_button(t, view, t("I'll facilitate")))
    return shown + controls_of_rooms_above(t, view)


def _controls_button(t: Texts, view: SessionView) -> Block:
    return blocks.button(
        t("Controls"), ids.CONSOLE_CONTROLS, view.ref, label=t("Controls, for whoever leads")
    )


def _pause_button_of_card(t: Texts, view: SessionView) -> Block:
    """A pause belongs to whatever phase is on, so its reference stays the same all along."""
    always = ControlRef(view.id, view.first_phase, 1, 0)
    return blocks.button(t("Pause"), ids.SESSIONS_PAUSE, always)


def _stop_button_of_card(t: Texts, view: SessionView) -> Block:
    """What happens to the case depends on the phase, so its confirmation does not say that."""
    text = t("The session ends here. What was said and written stays.")
    asked = blocks.confirm(t("Stop this session?"), text, t("Stop"), t("Carry on"), danger=True)
    return blocks.button(t("Stop"), ids.SESSIONS_STOP, view.ref, confirm=asked)


def controls(t: Texts, view: SessionView) -> list[Block]:
    """The controls of the clock as it is now, of a session that has begun. The last one ends it."""
    more = extend_button(t, view)
    extends = [] if more is None else [more]
    on = next_button(t, view)
    by_state = {
        State.RUNNING: [on, pause_button(t, view), *extends],
        State.PAUSED: [resume_button(t, view), *extends, on],
        State.WAITING: [on, *extends],
    }
    back = back_button(t, view)
    return [*by_state.get(view.state, []), *([] if back is None else [back]), stop_button(t, view)]


def begin_button(t: Texts, view: SessionView) -> Block:
    return blocks.button(t("Begin"), ids.SESSIONS_BEGIN, view.control, style="primary")


def pause_button(t: Texts, view: SessionView) -> Block:
    return blocks.button(t("Pause"), ids.SESSIONS_PAUSE, view.control)


def resume_button(t: Texts, view: SessionView) -> Block:
    # After a downtime "Go on" would be ambiguous: the absence question has a button of that name.
    label = t("Give the time back") if view.was_away else t("Go on")
    return blocks.button(label, ids.SESSIONS_RESUME, view.control, style="primary")


def extend_button(t: Texts, view: SessionView) -> Block | None:
    """The button for more minutes; None after the last extension."""
    if view.extension is None:
        return None
    return blocks.button(more_minutes(t, view.extension), ids.SESSIONS_EXTEND, view.control)


def back_button(t: Texts, view: SessionView) -> Block | None:
    """The button to the previous phase, if there is one. It begins that phase again, so it asks first."""
    if view.previous is None or view.state is State.GATHERING:
        return None
    return blocks.button(
        t("Back"),
        ids.SESSIONS_BACK,
        view.control,
        confirm=blocks.confirm(
            t("Back to {phase}?", phase=view.previous.title(t.language)),
            t("That phase begins again, with all its time. What was written stays."),
            t("Back"),
            t("Carry on"),
        ),
    )


def next_button(t: Texts, view: SessionView, *, primary: bool = True) -> Block:
    """The button to the next phase, or to the end of the session."""
    text = t("Close the session")
    if view.following is not None:
        text = t("On to {phase}", phase=view.following.title(t.language))
    return blocks.button(text, ids.SESSIONS_NEXT, view.control, style="primary" if primary else None)


def stop_button(t: Texts, view: SessionView) -> Block:
    """The button that ends the session early. Its confirmation says what happens to the case."""
    returned, treated = (
        (
            t("The case goes back to the list, so it can be chosen again. Nothing that was said is lost."),
            t("The case counts as treated. Nothing that was said is lost."),
        )
        if view.is_written
        else (
            t("The case goes back to the list, so it can be chosen again. What was written down is kept."),
            t("The case counts as treated. What was written down is kept."),
        )
    )
    return blocks.button(
        t("Stop"),
        ids.SESSIONS_STOP,
        view.ref,
        confirm=blocks.confirm(
            t("Stop this session?"),
            returned if is_case_returned(view) else treated,
            t("Stop"),
            t("Carry on"),
            danger=True,
        ),
    )


def take_over_button(t: Texts, view: SessionView, text: str | None = None) -> Block:
    """The button that makes the clicker the facilitator."""
    return blocks.button(
        text or t("Take over"),
        ids.SESSIONS_TAKE_OVER,
        TakeOverRef(view.id, view.facilitator or ""),
        confirm=blocks.confirm(
            t("Do you want to facilitate?"),
            t("From now on the controls listen to you. I'll tell the group in the thread."),
            t("Yes, I'll do it"),
            t("No"),
        ),
    )


def is_case_returned(view: SessionView) -> bool:
    """Whether a stop puts the case back in the backlog: it counts as treated once the presenter only listens."""
    if view.state is State.GATHERING:
        return True
    listens = [index for index, phase in enumerate(view.method.phases) if phase.presenter == "silent"]
    reached = view.timer.phase_index if view.cut_at is None else view.cut_at
    return reached < next(iter(listens), 0)
