"""Forms of meetings: plan a date or a rhythm, and confirm before cancelling."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.meetings.records import Meeting, Series
from bot.meetings.rules import LENGTHS, USUAL_MINUTES
from bot.meetings.rules.recurrence import from_rule
from bot.meetings.views.refs import MeetingRef, PlanRef, RhythmRef
from bot.meetings.views.words import choices, rhythm_words, weekday, when
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, list_of


@dataclass(frozen=True)
class Draft:
    """The initial values of the form of one date."""

    day: str | None = None
    hour: str = "15:00"
    place: str = ""
    minutes: int = USUAL_MINUTES


def length_field(t: Texts, minutes: int) -> Block:
    """The field for how long a meeting takes. Calendars and the end of its session follow it."""
    lengths = sorted({*LENGTHS, minutes})
    options = [blocks.option(t.n("{n} minute", "{n} minutes", one), str(one)) for one in lengths]
    return blocks.field("minutes", t("How long"), blocks.select_element(options, initial=str(minutes)))


def form(
    t: Texts, ref: PlanRef, zone: str, draft: Draft, *, ways: Block | None = None, question: str = ""
) -> Block:
    """The form of one date. With a `question`, a box must be ticked to plan it after all."""
    parts: list[Block] = [ways] if ways else []
    parts += [
        blocks.field("day", t("Day"), blocks.date_element(initial=draft.day)),
        blocks.field(
            "hour",
            t("Time"),
            blocks.time_element(initial=draft.hour, zone=zone),
            hint=t("In the group's time zone: {zone}.", zone=zone),
        ),
        length_field(t, draft.minutes),
        blocks.field(
            "place",
            t("Place or link"),
            blocks.text_element(initial=draft.place or None, at_most=200),
            optional=True,
            hint=t("Stands in the channel and in the calendars of whoever subscribed."),
        ),
    ]
    if question:
        box = [blocks.option(t("Yes, do it"), "also")]
        what_next = t("Tick the box at the bottom if you mean it, or choose something else.")
        parts.insert(0, blocks.section(f"{question} {what_next}"))
        parts.append(
            blocks.field("also", t("Is this what you mean?"), blocks.checkboxes_element(box), optional=True)
        )
    return blocks.modal(
        t("Move the meeting") if ref.meeting else t("The next meeting"),
        parts,
        submit=t("Move") if ref.meeting else t("Plan"),
        close=t("Close"),
        callback_id=ids.MEETING_FORM,
        meta=ref,
    )


def cancelling(t: Texts, meeting: Meeting) -> Block:
    return blocks.modal(
        t("Cancel the meeting"),
        [
            blocks.section(
                t("Cancel the meeting of {when}? The group is told in the channel.", when=when(t, meeting))
            )
        ],
        submit=t("Cancel it"),
        close=t("Keep it"),
        callback_id=ids.MEETING_CANCEL_FORM,
        meta=MeetingRef(meeting.id),
    )


def ending(t: Texts, ref: RhythmRef, series: Series, ended: Sequence[Meeting]) -> Block:
    """Asks to confirm the end of a rhythm, naming every meeting that would be cancelled."""
    question = t(
        "End the rhythm ({rhythm})? The group is told in the channel.", rhythm=rhythm_words(t, series.rule)
    )
    names = list_of(t, [when(t, meeting) for meeting in ended])
    return blocks.modal(
        t("End the rhythm"),
        [blocks.section(question), blocks.section(t("These are cancelled: {dates}.", dates=names))]
        if names
        else [blocks.section(question)],
        submit=t("End it"),
        close=t("Keep it"),
        callback_id=ids.MEETING_END_FORM,
        meta=ref,
    )


def rhythm_form(t: Texts, ref: RhythmRef, zone: str, since: str, series: Series | None) -> Block:
    """The form of a rhythm; the next view previews its dates."""
    rhythm = from_rule(series.rule) if series else None
    nth = rhythm.nth if rhythm and rhythm.kind == "weekday" else 0
    chosen = f"{rhythm.kind}/{rhythm.every}/{nth}" if rhythm else "weeks/6/0"
    day = rhythm.weekday if rhythm and rhythm.kind != "day" else 3
    days = [blocks.option(weekday(t, number), str(number)) for number in range(7)]
    return blocks.modal(
        t("A fixed rhythm"),
        [
            blocks.field("rhythm", t("How often"), blocks.select_element(choices(t), initial=chosen)),
            blocks.field(
                "weekday",
                t("On which day of the week"),
                blocks.select_element(days, initial=str(day)),
                hint=t("Counts for nothing if you chose the day of the first date."),
            ),
            blocks.field("since", t("From when on"), blocks.date_element(initial=since)),
            blocks.field(
                "hour",
                t("Time"),
                blocks.time_element(initial=series.hour if series else "15:00", zone=zone),
                hint=t("In the group's time zone: {zone}.", zone=zone)
                + " "
                + t("It stays this time on the clock, in summer and in winter."),
            ),
        ],
        submit=t("Show the dates"),
        close=t("Close"),
        callback_id=ids.MEETING_RHYTHM_FORM,
        meta=ref,
    )
