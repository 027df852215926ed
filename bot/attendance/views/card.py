"""The facilitator's private card: preparation, opening words, phases, head count and newcomers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.attendance.rules import HeadCount
from bot.attendance.views.invitation import Agenda, agenda_button, leader_line
from bot.attendance.views.private import Words
from bot.attendance.views.refs import DateRef
from bot.meetings.records import Meeting
from bot.meetings.views import when
from bot.methods.catalogue import Method
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, escape, list_of, mention


@dataclass(frozen=True)
class Card:
    meeting: Meeting
    channel: str
    agenda: Agenda
    method: Method
    coming: HeadCount
    # Whether there are reasons. A digest stays in the DM, so only the window shows them.
    has_reasons: bool
    new: Sequence[str]
    # Whether this is the first meeting, without a look-back.
    first: bool = False


def _opening(t: Texts) -> str:
    return t("Good to have you here. What is said here, stays here. Shall we begin?")


def card(t: Texts, shown: Card) -> Words:
    """The card, all of it in the language of whoever leads, also the words to say aloud."""
    first = t(
        "You lead the meeting of {when} in {channel}.",
        when=when(t, shown.meeting),
        channel=channel(shown.channel),
    )
    prepare = t(
        "Prepare: look at which case it is, find a quiet place, and think of how you open. I watch the time and what comes next; you look after the people."
    )
    if shown.agenda.title is not None:
        case = t("The case: *{title}*.", title=escape(shown.agenda.title))
    elif shown.agenda.waiting or shown.agenda.voting:
        case = t("There is no case chosen yet. The group can choose one.")
    else:
        case = t("No case is waiting yet. Ask the group for one, or bring one yourself.")
    say = t(
        "An opening line, if you like: _{sentence}_",
        sentence=_opening(t),
    )
    phases = _phases(t, shown.method, first=shown.first)
    who = who_in_full(t, shown.coming, {}, shown.new)
    if shown.has_reasons:
        who.append(t("Why somebody comes later or not at all, you read under *Who comes now*."))
    top = "\n".join([first, prepare, case, say])
    bottom = "\n".join([phases, *who])
    date = DateRef(shown.meeting.id, int(shown.meeting.starts_at.timestamp()))
    buttons = blocks.actions(
        agenda_button(t, shown.agenda, shown.meeting.group_id),
        blocks.button(t("Who comes now"), ids.PRESENCE_WHO, date),
        blocks.button(t("Not this time"), ids.PRESENCE_NOT_LEAD, date),
        blocks.button(
            t("I never want to lead"),
            ids.PRESENCE_NEVER_LEAD,
            date,
            confirm=blocks.confirm(
                t("Never lead?"),
                t(
                    "Then your turn is left out in this group. With the button in an invitation you take part again."
                ),
                t("Leave me out"),
                t("Cancel"),
            ),
        ),
    )
    return f"{top}\n{bottom}", [blocks.section(top), blocks.section(bottom), buttons]


def _phases(t: Texts, method: Method, *, first: bool) -> str:
    phases = [
        phase
        for phase in method.phases
        # Before the first session nobody has brought a case yet.
        if not phase.optional and not (first and phase.speaks == "previous presenter")
    ]
    listed = ", ".join(
        t("{phase} ({n} min)", phase=phase.title(t.language), n=phase.minutes) for phase in phases
    )
    return t(
        "{method}, {n} minutes in all: {phases}.",
        method=method.name(t.language),
        n=sum(phase.minutes for phase in phases),
        phases=listed,
    )


def who_in_full(
    t: Texts, coming: HeadCount, reasons: Mapping[str, str], new: Sequence[str] = ()
) -> list[str]:
    """The head count by name, with the reasons that the reader may see."""
    lines = []
    for users, line in (
        (coming.yes, t("There: {people}.")),
        (coming.late, t("Later: {people}.")),
        (coming.no, t("Not there: {people}.")),
        (coming.unknown, t("Not heard from yet: {people}.")),
    ):
        if users:
            lines.append(line.format(people=list_of(t, [_one(user, reasons) for user in users])))
    lines += leader_line(t, coming)
    if new:
        lines.append(t("New in the group: {people}.", people=list_of(t, [mention(user) for user in new])))
    return lines


def _one(user: str, reasons: Mapping[str, str]) -> str:
    reason = " ".join(reasons.get(user, "").split())
    return f"{mention(user)} ({escape(reason)})" if reason else mention(user)


def list_window(t: Texts, meeting: Meeting, coming: HeadCount, reasons: Mapping[str, str]) -> Block:
    """The view with the present head count, and the reasons that its reader may see."""
    parts = [blocks.section(when(t, meeting))]
    parts += [blocks.section(line) for line in who_in_full(t, coming, reasons)]
    if any(reasons.values()):
        parts.append(blocks.context(t("Only you see what stands between brackets.")))
    return blocks.modal(t("Who comes"), parts, close=t("Close"))
