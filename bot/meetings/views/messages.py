"""Messages about meetings in the channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.message import Message
from bot.groups.views import case_button, plan_button
from bot.meetings.records import Meeting, Series
from bot.meetings.rules import MeetingState
from bot.meetings.views.refs import MeetingRef
from bot.meetings.views.words import rhythm_words, when
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, date_in, list_of, moment, place_in, time_in


def planned(t: Texts, meeting: Meeting, *, first: bool) -> Message:
    """The announcement of a meeting. `first`: it is the next one of the group."""
    text = (
        t("The next meeting is *{when}*.", when=when(t, meeting))
        if first
        else t("There is one meeting more: *{when}*.", when=when(t, meeting))
    )
    return _announcement(t, meeting, text)


def moved(t: Texts, meeting: Meeting, *, first: bool) -> Message:
    """The announcement of a meeting with another date or hour."""
    if first or meeting.moved_from is None:
        return _announcement(t, meeting, opening(t, meeting))
    before = moment(meeting.moved_from, meeting.zone, t, with_date=True)
    return _announcement(
        t,
        meeting,
        t("The meeting of {before} has moved to *{when}*.", when=when(t, meeting), before=before),
    )


def _announcement(t: Texts, meeting: Meeting, text: str) -> Message:
    small = t("Bring a case if you have one.")
    message = _with_place(t, meeting, text, small)
    return _with_calendar(t, meeting, message, case_button(t, meeting.group_id))


def opening(t: Texts, meeting: Meeting) -> str:
    """The date of the next meeting, and the former date while `moved_from` keeps it."""
    if meeting.moved_from is None:
        return t("The next meeting is *{when}*.", when=when(t, meeting))
    before = date_in(meeting.moved_from, meeting.zone, t)
    return t(
        "The next meeting has moved to *{when}* (it was {before}).", when=when(t, meeting), before=before
    )


def no_longer(t: Texts, meeting: Meeting) -> Message:
    """Replaces an announcement that is no longer current."""
    if meeting.state == MeetingState.CANCELLED:
        text = t("The meeting of {when} is cancelled.", when=when(t, meeting))
    else:
        text = t("This meeting has moved to *{when}*.", when=when(t, meeting))
    return Message(text, [blocks.section(text)])


def elsewhere(t: Texts, meeting: Meeting) -> Message:
    """The announcement of another place."""
    if not meeting.place:
        text = t("The meeting of *{when}* has no place yet.", when=when(t, meeting))
        return _with_calendar(t, meeting, Message(text, [blocks.section(text)]))
    text = t(
        "The meeting of *{when}* is somewhere else: {place}.",
        when=when(t, meeting),
        place=place_in(meeting.place),
    )
    return _with_calendar(t, meeting, Message(text, [blocks.section(text)]))


def another_length(t: Texts, meeting: Meeting) -> Message:
    """The announcement that a meeting takes longer, or shorter."""
    text = t(
        "The meeting of *{when}* takes until {end}.",
        when=when(t, meeting),
        end=time_in(meeting.ends_at, meeting.zone, t),
    )
    return _with_calendar(t, meeting, Message(text, [blocks.section(text)]))


def cancelled(t: Texts, meeting: Meeting, following: Meeting | None) -> Message:
    if following is not None:
        text = t(
            "The meeting of {when} is cancelled. The next one is {next}.",
            when=when(t, meeting),
            next=when(t, following),
        )
    else:
        text = t("The meeting of {when} is cancelled.", when=when(t, meeting))
    return Message(text, [blocks.section(text), blocks.actions(plan_button(t, meeting.group_id))])


@dataclass(frozen=True)
class Changed:
    """A change of a rhythm: the first changed meeting, if earlier ones stay, and the dropped starts."""

    since: Meeting | None
    gone: Sequence[datetime]


def series_planned(
    t: Texts, series: Series, ahead: Sequence[Meeting], *, changed: Changed | None = None
) -> Message:
    """The announcement of a whole series, new or changed."""
    about = {"rhythm": rhythm_words(t, series.rule), "hour": series.hour}
    if changed is None:
        text = t("We meet in a fixed rhythm: *{rhythm}* at {hour}.", **about)
    elif changed.since is None:
        text = t("We meet in another rhythm from now on: *{rhythm}* at {hour}.", **about)
    else:
        since = when(t, changed.since)
        text = t("From {since} on we meet in another rhythm: *{rhythm}* at {hour}.", since=since, **about)
    if series.place:
        text += " " + t("Place: {place}.", place=place_in(series.place))
    dates = t("The next dates: {dates}.", dates=list_of(t, [when(t, meeting) for meeting in ahead]))
    gone = _gone(t, series, changed.gone) if changed is not None else ""
    lines = "\n".join(["• " + when(t, meeting) for meeting in ahead] + ([gone] if gone else []))
    small = t("More dates follow by themselves. You can move or cancel one of them, or all.")
    words = " ".join(filter(None, [text, dates, gone, small]))
    message = Message(words, [blocks.section(f"{text}\n{lines}"), blocks.context(small)])
    return _with_calendar(t, ahead[0], message, plan_button(t, series.group_id))


def _gone(t: Texts, series: Series, moments: Sequence[datetime]) -> str:
    if not moments:
        return ""
    return t(
        "No longer: {dates}.",
        dates=list_of(t, [moment(at, series.zone, t, with_date=True) for at in moments]),
    )


def series_ended(t: Texts, series: Series, ended: Sequence[Meeting], left: Sequence[Meeting]) -> Message:
    text = t("The rhythm ({rhythm}) ends.", rhythm=rhythm_words(t, series.rule))
    if ended:
        text += " " + t("These are cancelled: {dates}.", dates=list_of(t, [when(t, one) for one in ended]))
    if left:
        text += " " + t("These stay: {dates}.", dates=list_of(t, [when(t, one) for one in left]))
    return Message(text, [blocks.section(text), blocks.actions(plan_button(t, series.group_id))])


def _with_place(t: Texts, meeting: Meeting, text: str, small: str) -> Message:
    if meeting.place:
        text += " " + t("Place: {place}.", place=place_in(meeting.place))
    return Message(f"{text} {small}", [blocks.section(text), blocks.context(small)])


def _with_calendar(t: Texts, meeting: Meeting, message: Message, *others: Block) -> Message:
    button = blocks.button(t("In my calendar"), ids.CALENDAR_OPEN, MeetingRef(meeting.id))
    return Message(message.text, [*message.blocks, blocks.actions(button, *others)])


def confirmed(t: Texts) -> Message:
    return Message(t("It is planned, and the channel knows."))
