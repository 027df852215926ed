"""Messages about a downtime of the bot during a phase."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.delivery.message import Message
from bot.sessions.rules import State
from bot.sessions.views.refs import ControlRef
from bot.sessions.views.session_view import SessionView, facilitator_mention
from bot.slack import blocks, ids
from bot.texts import Texts, duration, moment


@dataclass(frozen=True, slots=True)
class Away:
    """A downtime of the bot, and the phase that was running."""

    version: int
    phase_index: int
    pass_no: int
    since: datetime
    until: datetime
    meant: datetime
    left: timedelta


def absence_question(t: Texts, view: SessionView, away: Away) -> Message:
    """The question what to do about the downtime. The timer is paused until the group chooses."""
    text = _fact(t, view, away)
    small = t(
        "The clock has stopped; {facilitator} chooses.",
        facilitator=facilitator_mention(t, view),
    )
    means = t("*Give the time back*: you go on with what was left.") + " " + _going_on(t, view, away)
    ref = ControlRef(view.id, away.phase_index, away.pass_no, away.version)
    return Message(
        f"{text} {small} {means}",
        [
            blocks.section(text),
            blocks.context(f"{small} {means}"),
            blocks.actions(
                blocks.button(t("Give the time back"), ids.SESSIONS_GIVE_BACK, ref, style="primary"),
                blocks.button(t("Go on"), ids.SESSIONS_KEEP_TO_PLAN, ref),
            ),
        ],
    )


def absence_outcome(t: Texts, view: SessionView, away: Away) -> Message:
    """The same message after the choice: how the session went on."""
    text = _fact(t, view, away)
    timer = view.timer
    if timer.state is State.ENDED or timer.ends_at is None:
        what = t("The session ended there.")
    elif (timer.phase_index, timer.pass_no) != (away.phase_index, away.pass_no):
        what = t("You went on with *{phase}*.", phase=view.phase.title(t.language))
    elif timer.ends_at == away.meant:
        what = t("You went on until {until}, as planned.", until=view.at(t, timer.ends_at))
    else:
        what = t("You got the time back, until {until}.", until=view.at(t, timer.ends_at))
    return Message(f"{text} {what}", [blocks.section(text), blocks.context(what)])


def absence_closing(t: Texts, view: SessionView, since: datetime, until: datetime) -> Message:
    """Announces that the session is closed after a downtime of hours."""
    return Message(
        t(
            "I was away from {since} until {until}. By now you will have gone your own way, so I've closed this session.",
            since=_at(t, view, since, until, since),
            until=_at(t, view, since, until, until),
        )
    )


def _going_on(t: Texts, view: SessionView, away: Away) -> str:
    """The effect of the button *Go on*: keep the planned end, or advance when it has passed."""
    following = view.following.title(t.language) if view.following is not None else None
    until = view.at(t, away.meant)
    if away.meant <= view.now:
        return t("*Go on*: on to {next}.", next=following) if following else t("*Go on*: the session closes.")
    if following:
        return t(
            "*Go on*: until {until}, as planned; if it is later by then, on to {next}.",
            until=until,
            next=following,
        )
    return t("*Go on*: until {until}, as planned; if it is later by then, the session closes.", until=until)


def _fact(t: Texts, view: SessionView, away: Away) -> str:
    return t(
        "I was away from {since} until {until}. *{phase}* had {left} left.",
        since=_at(t, view, away.since, away.until, away.since),
        until=_at(t, view, away.since, away.until, away.until),
        phase=view.method.phases[away.phase_index].title(t.language),
        left=duration(t, away.left),
    )


def _at(t: Texts, view: SessionView, since: datetime, until: datetime, at: datetime) -> str:
    """A time of day, with its date when the downtime began on another day."""
    zone = ZoneInfo(view.zone)
    other_day = since.astimezone(zone).date() != until.astimezone(zone).date()
    return moment(at, view.zone, t, with_date=other_day)
