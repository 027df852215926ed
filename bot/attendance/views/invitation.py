"""Messages before a meeting in the channel: the invitation and two reminders."""

from dataclasses import dataclass

from bot.attendance.rules import HeadCount, Rsvp
from bot.attendance.views.refs import AnswerRef, DateRef
from bot.delivery.message import Message
from bot.groups.views import begin_button, case_button, choose_button, vote_button
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.meetings.views import MeetingRef, when
from bot.meetings.views import opening as opening_of
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, escape, list_of, mention, name_of, place_in, time_in


@dataclass(frozen=True)
class Agenda:
    """The agenda: the chosen case, the number of waiting cases, and whether a poll is open."""

    title: str | None
    waiting: int
    voting: bool


@dataclass(frozen=True)
class Shown:
    """The contents of an invitation. `minutes`: of the short form, if it was chosen."""

    meeting: Meeting
    coming: HeadCount
    agenda: Agenda
    minutes: int | None = None

    @property
    def date(self) -> DateRef:
        return DateRef(self.meeting.id, int(self.meeting.starts_at.timestamp()))


def invitation(t: Texts, shown: Shown) -> Message:
    meeting = shown.meeting
    if meeting.state == MeetingState.CANCELLED:
        text = t("The meeting of {when} is cancelled.", when=when(t, meeting))
        return Message(text, [blocks.section(text)])
    opening = opening_line(t, opening_of(t, meeting), meeting)
    leader = name_of(t, meeting.facilitator) if meeting.facilitator else None
    what = f"{agenda_line(t, shown)} {_lead_line(t, leader)}"
    who = who_lines(t, shown.coming)
    text = " ".join([opening, what, *who])
    parts = [blocks.section(f"{opening}\n{what}"), blocks.section("\n".join(who))]
    if meeting.state == MeetingState.PLANNED:
        parts += [answer_buttons(t, shown.date), _role_buttons(t, shown)]
    return Message(text, parts)


def opening_line(t: Texts, text: str, meeting: Meeting) -> str:
    """With until when it takes, and where."""
    text = f"{text} {t('Until {until}.', until=time_in(meeting.ends_at, meeting.zone, t))}"
    if not meeting.place:
        return text
    return text + " " + t("Place: {place}.", place=place_in(meeting.place))


def agenda_line(t: Texts, shown: Shown) -> str:
    agenda = shown.agenda
    if agenda.title is not None:
        line = t("The case: *{title}*.", title=escape(agenda.title))
    elif agenda.voting:
        line = t("The group is choosing a case.")
    elif agenda.waiting:
        line = t.n("{n} case is waiting.", "{n} cases are waiting.", agenda.waiting)
    else:
        line = t("No case is waiting yet. Something small will do.")
    return f"{line} {short_line(t, shown)}".rstrip()


def agenda_button(t: Texts, agenda: Agenda, group: str) -> Block:
    """The button for what the agenda still needs: a case, a choice, a vote; and then the session."""
    if agenda.title is not None:
        return begin_button(t, group, primary=False)
    if agenda.voting:
        return vote_button(t, group)
    return choose_button(t, group) if agenda.waiting else case_button(t, group)


def short_line(t: Texts, shown: Shown) -> str:
    """That it is the short form this time; empty when it is not."""
    if shown.minutes is None:
        return ""
    return t("This time we do it in the short form, {n} minutes.", n=shown.minutes)


def _lead_line(t: Texts, leader: str | None) -> str:
    return t("{facilitator} leads.", facilitator=leader) if leader else t("Who wants to lead?")


def who_lines(t: Texts, coming: HeadCount) -> list[str]:
    """The head count, without reasons."""
    lines = []
    if coming.yes:
        lines.append(t("There: {people}.", people=_people(t, coming.yes)))
    if coming.late:
        lines.append(t("Later: {people}.", people=_people(t, coming.late)))
    if coming.no:
        lines.append(t("Not there: {people}.", people=_people(t, coming.no)))
    if coming.unknown and not lines:
        lines.append(t("Are you coming?"))
    elif coming.unknown:
        lines.append(
            t.n("{n} person has not said yet.", "{n} people have not said yet.", len(coming.unknown))
        )
    return [*lines, *leader_line(t, coming)]


def leader_line(t: Texts, coming: HeadCount) -> list[str]:
    """Whether the leader from outside comes; nothing while they have not said."""
    if coming.leader is None or coming.leader_says is None:
        return []
    leader = name_of(t, coming.leader)
    return [
        {
            Rsvp.YES: t("The leader from outside comes: {user}.", user=leader),
            Rsvp.LATE: t("The leader from outside comes later: {user}.", user=leader),
            Rsvp.NO: t("The leader from outside can't come: {user}.", user=leader),
        }[coming.leader_says]
    ]


def _people(t: Texts, users: list[str]) -> str:
    return list_of(t, [name_of(t, user) for user in users])


def answer_buttons(t: Texts, date: DateRef) -> Block:
    """The RSVP buttons, also for private questions."""
    names = {Rsvp.YES: t("I'm coming"), Rsvp.LATE: t("I'll come later"), Rsvp.NO: t("I can't come")}
    return blocks.actions(
        *(
            blocks.button(
                name,
                f"{ids.PRESENCE_ANSWER}.{answer}",
                AnswerRef(date.meeting, date.at, answer),
                style="primary" if answer == Rsvp.YES else None,
            )
            for answer, name in names.items()
        )
    )


def _role_buttons(t: Texts, shown: Shown) -> Block:
    buttons = [blocks.button(t("I would like to lead"), ids.PRESENCE_LEAD, shown.date)]
    if shown.meeting.facilitator:
        buttons.append(blocks.button(t("I would rather not lead"), ids.PRESENCE_NOT_LEAD, shown.date))
    buttons.append(blocks.button(t("In my calendar"), ids.CALENDAR_OPEN, MeetingRef(shown.meeting.id)))
    buttons.append(agenda_button(t, shown.agenda, shown.meeting.group_id))
    return blocks.actions(*buttons)


def notice(t: Texts, shown: Shown, kind: str, *, near: bool) -> Message:
    """The reminder a day or an hour before. `near`: the meeting is really tomorrow, or in an hour."""
    meeting = shown.meeting
    at = when(t, meeting)
    button: Block | None
    if kind == "hour":
        opening = (
            t("In an hour we begin: *{when}*.", when=at) if near else t("Today we meet: *{when}*.", when=at)
        )
        small = t("Begin the session when everyone is there.")
        small = f"{short_line(t, shown)} {small}".lstrip()
        button = begin_button(t, meeting.group_id)
    else:
        opening = t("Tomorrow we meet: *{when}*.", when=at) if near else t("Soon we meet: *{when}*.", when=at)
        small = agenda_line(t, shown)
        # With a case chosen only the session is left, and the invitation has its button.
        has_case = shown.agenda.title is not None
        button = None if has_case else agenda_button(t, shown.agenda, meeting.group_id)
    opening = opening_line(t, opening, meeting)
    # The facilitator has something to prepare: nobody else is mentioned.
    leader = mention(meeting.facilitator) if meeting.facilitator else None
    small = f"{_lead_line(t, leader)} {small}"
    who = " ".join(who_lines(t, shown.coming)) if shown.coming.there else ""
    text = " ".join(filter(None, [opening, who, small]))
    parts = [blocks.section(" ".join(filter(None, [opening, who]))), blocks.context(small)]
    buttons = [] if button is None else [button]
    if not meeting.facilitator:
        buttons.append(blocks.button(t("I would like to lead"), ids.PRESENCE_LEAD, shown.date))
    return Message(text, [*parts, *([blocks.actions(*buttons)] if buttons else [])])


def notice_settled(t: Texts, meeting: Meeting) -> Message:
    """Replaces the reminder of an hour before once the session has opened: it has no buttons."""
    text = opening_line(t, t("Today we meet: *{when}*.", when=when(t, meeting)), meeting)
    return Message(text, [blocks.section(text)])


def passed(t: Texts, meeting: Meeting) -> Message:
    """Replaces the invitation to a meeting at which nobody began a session."""
    text = t("The meeting of {when} has passed.", when=when(t, meeting))
    button = blocks.button(t("We did meet"), ids.STANDSTILL_MET, MeetingRef(meeting.id))
    return Message(text, [blocks.section(text), blocks.actions(button)])


def met(t: Texts, meeting: Meeting) -> Message:
    """Replaces that again, once somebody said that the group met without the bot."""
    text = t("You met, {when}.", when=when(t, meeting))
    return Message(text, [blocks.section(text)])
