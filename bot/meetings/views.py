"""Meetings as forms, announcements and nudges."""

from dataclasses import dataclass

from bot.delivery.message import Message
from bot.meetings.records import Meeting
from bot.slack import blocks, ids
from bot.texts import Texts, escape, moment

Block = blocks.Block


@dataclass(frozen=True)
class PlanRef:
    """The group, and the meeting that is moved; empty for a new one."""

    group: str
    meeting: str


@dataclass(frozen=True)
class MeetingRef:
    meeting: str


def form(t: Texts, group: str, zone: str, meeting: Meeting | None) -> Block:
    parts: list[Block] = []
    if meeting is not None:
        parts.append(
            blocks.section(
                t("The next meeting is {when}. Give it another date, or cancel it.", when=when(t, meeting)),
                accessory=blocks.button(
                    t("Cancel it"), ids.MEETING_CANCEL, MeetingRef(meeting.id), style="danger"
                ),
            )
        )
    parts += [
        blocks.field("day", t("Day"), blocks.date_element(initial=meeting.day if meeting else None)),
        blocks.field(
            "hour",
            t("Time"),
            blocks.time_element(initial=meeting.hour if meeting else "15:00", zone=zone),
            hint=t("In the group's time zone: {zone}.", zone=zone),
        ),
        blocks.field(
            "place",
            t("Place or link"),
            blocks.text_element(initial=meeting.place if meeting else None, at_most=200),
            optional=True,
        ),
    ]
    return blocks.modal(
        t("The next meeting"),
        parts,
        submit=t("Plan"),
        close=t("Close"),
        callback_id=ids.MEETING_FORM,
        meta=PlanRef(group, meeting.id if meeting else ""),
    )


def cancelling(t: Texts, meeting: Meeting) -> Block:
    return blocks.modal(
        t("Cancel"),
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


def when(t: Texts, meeting: Meeting) -> str:
    """The date, in each reader's own zone."""
    return moment(meeting.starts_at, meeting.zone, t, with_date=True)


def planned(t: Texts, meeting: Meeting, *, moved: bool) -> Message:
    text = (
        t("The next meeting has another date: *{when}*.", when=when(t, meeting))
        if moved
        else t("The next meeting is *{when}*.", when=when(t, meeting))
    )
    return _with_place(
        t,
        meeting,
        text,
        t("Bring a case if you have one: /intervisie casus."),
    )


def cancelled(t: Texts, meeting: Meeting) -> Message:
    text = t(
        "The meeting of {when} is cancelled. Plan another one with /intervisie plan.", when=when(t, meeting)
    )
    return Message(text, [blocks.section(text)])


def _with_place(t: Texts, meeting: Meeting, text: str, small: str) -> Message:
    if meeting.place:
        text += " " + t("Place: {place}.", place=escape(meeting.place).rstrip("."))
    return Message(f"{text} {small}", [blocks.section(text), blocks.context(small)])


def confirmed(t: Texts) -> Message:
    return Message(t("It is planned, and the channel knows."))
