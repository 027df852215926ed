"""What is said when the bot was away in the middle of a phase."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.delivery.message import Message
from bot.sessions.rules import State
from bot.sessions.views.refs import ControlRef
from bot.sessions.views.session_view import SessionView, how_long, leader
from bot.slack import blocks, ids
from bot.texts import Texts, moment


@dataclass(frozen=True, slots=True)
class Away:
    """When the bot was away, and what that meant for the phase that was on."""

    version: int
    number: int
    round: int
    since: datetime
    until: datetime
    meant: datetime
    left: timedelta


def asks(t: Texts, shown: SessionView, away: Away) -> Message:
    """The group chooses; until then the clock stands still."""
    text = _fact(t, shown, away)
    small = t(
        "The clock stands still, and it is up to {facilitator} to choose.", facilitator=leader(t, shown)
    )
    means = t("*Give the time back*: you go on with what was left.") + " " + _going_on(t, shown, away)
    ref = ControlRef(shown.id, away.number, away.round, away.version)
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


def chosen(t: Texts, shown: SessionView, away: Away) -> Message:
    """The same message once the session has gone on, in whatever way."""
    text = _fact(t, shown, away)
    timer = shown.timer
    if timer.state is State.ENDED or timer.ends_at is None:
        what = t("The session ended there.")
    elif (timer.number, timer.round) != (away.number, away.round):
        what = t("You went on with *{phase}*.", phase=shown.phase.title(t.language))
    elif timer.ends_at == away.meant:
        what = t("You went on until {until}, as planned.", until=shown.at(t, timer.ends_at))
    else:
        what = t("You got the time back, until {until}.", until=shown.at(t, timer.ends_at))
    return Message(f"{text} {what}", [blocks.section(text), blocks.context(what)])


def too_long(t: Texts, shown: SessionView, since: datetime, until: datetime) -> Message:
    """Said before a session is closed because the bot was away for hours."""
    return Message(
        t(
            "I was away from {since} until {until}. By now you will have gone your own way, so I close this session.",
            since=_at(t, shown, since, until, since),
            until=_at(t, shown, since, until, until),
        )
    )


def _going_on(t: Texts, shown: SessionView, away: Away) -> str:
    """What *Go on* means: as if the bot had been there."""
    following = shown.following.title(t.language) if shown.following is not None else None
    until = shown.at(t, away.meant)
    if away.meant <= shown.now:
        return t("*Go on*: on to {next}.", next=following) if following else t("*Go on*: the session closes.")
    if following:
        return t(
            "*Go on*: until {until}, as planned; if it is later by then, on to {next}.",
            until=until,
            next=following,
        )
    return t("*Go on*: until {until}, as planned; if it is later by then, the session closes.", until=until)


def _fact(t: Texts, shown: SessionView, away: Away) -> str:
    return t(
        "I was away from {since} until {until}. *{phase}* had {left} left.",
        since=_at(t, shown, away.since, away.until, away.since),
        until=_at(t, shown, away.since, away.until, away.until),
        phase=shown.method.phases[away.number].title(t.language),
        left=how_long(t, away.left),
    )


def _at(t: Texts, shown: SessionView, since: datetime, until: datetime, at: datetime) -> str:
    """With the day when the absence began on another one."""
    zone = ZoneInfo(shown.zone)
    other_day = since.astimezone(zone).date() != until.astimezone(zone).date()
    return moment(at, shown.zone, t, with_date=other_day)
