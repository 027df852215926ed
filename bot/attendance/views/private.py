"""Private messages about a meeting. Each names the group: a member may be in several."""

from collections.abc import Sequence

from bot.attendance.rules import HeadCount, Rsvp
from bot.attendance.views.invitation import answer_buttons
from bot.attendance.views.refs import DateRef, DecideRef
from bot.cases.views import CaseRef
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.meetings.views import MeetingRef, when
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, escape, list_of, mention

# The text of a digest item, complete for screen readers, and its blocks.
Words = tuple[str, list[Block]]


def _date(meeting: Meeting) -> DateRef:
    return DateRef(meeting.id, int(meeting.starts_at.timestamp()))


def prepare(t: Texts, meeting: Meeting, where: str) -> Words:
    """A month before: the question to members without a case."""
    text = t(
        "Your group in {channel} meets {when}. Is there something from your work that keeps coming back to you? "
        "It need not be big, and bringing nothing is fine too.",
        when=when(t, meeting),
        channel=channel(where),
    )
    buttons = blocks.actions(
        blocks.button(t("Write a case"), ids.CASE_OPEN, CaseRef(meeting.group_id, ""), style="primary"),
        blocks.button(t("Help me find one"), ids.PRESENCE_PROMPTS, MeetingRef(meeting.id)),
        blocks.button(t("Nothing this time"), ids.PRESENCE_NOTHING, MeetingRef(meeting.id)),
    )
    return text, [blocks.section(text), buttons]


def nothing_then(t: Texts, where: str) -> Words:
    text = t(
        "That is fine: whoever helps with somebody else's case in {channel} learns from it too.",
        channel=channel(where),
    )
    return text, [blocks.section(text)]


def ask(t: Texts, meeting: Meeting, where: str, *, moved: bool = False, tomorrow: bool = False) -> Words:
    """The question to members without an RSVP. `tomorrow`: on the day before."""
    if moved:
        text = t(
            "The meeting in {channel} has another date: {when}. Can you come then?",
            channel=channel(where),
            when=when(t, meeting),
        )
    elif tomorrow:
        text = t(
            "Tomorrow your group in {channel} meets: {when}. Will you be there?",
            channel=channel(where),
            when=when(t, meeting),
        )
    else:
        text = t(
            "Your group in {channel} meets {when}. Are you coming?",
            channel=channel(where),
            when=when(t, meeting),
        )
    return text, [blocks.section(text), answer_buttons(t, _date(meeting))]


def passed(t: Texts, meeting: Meeting, where: str) -> Words:
    """Replaces a question about a meeting that has passed."""
    text = t("The meeting in {channel} of {when} has passed.", channel=channel(where), when=when(t, meeting))
    return text, [blocks.section(text)]


def called_off(t: Texts, meeting: Meeting, where: str) -> Words:
    """Replaces the questions about a cancelled meeting; also sent to those who would come."""
    text = t(
        "The meeting in {channel} of {when} is cancelled.", when=when(t, meeting), channel=channel(where)
    )
    return text, [blocks.section(text)]


def answered(t: Texts, meeting: Meeting, where: str, answer: Rsvp) -> Words:
    """Replaces the question by the RSVP."""
    sentence = {
        Rsvp.YES: t("You come to {channel}: {when}. Good.", channel=channel(where), when=when(t, meeting)),
        Rsvp.LATE: t("You come later to {channel}: {when}.", channel=channel(where), when=when(t, meeting)),
        Rsvp.NO: t(
            "You are not at {channel}: {when}. A pity, until next time.",
            channel=channel(where),
            when=when(t, meeting),
        ),
    }[answer]
    text = sentence + " " + t("You can change it in the invitation.")
    return text, [blocks.section(text)]


def presents(t: Texts, meeting: Meeting, where: str, title: str, case: str) -> Words:
    """A day before: the message to the presenter."""
    text = t(
        "You bring in your case in {channel}: *{title}*, {when}. Read it once more, and think of what you would like "
        "to hear from the others. You need not prepare anything else.",
        channel=channel(where),
        title=escape(title),
        when=when(t, meeting),
    )
    button = blocks.button(t("Read my case"), ids.CASE_OPEN, CaseRef(meeting.group_id, case))
    return text, [blocks.section(text), blocks.actions(button)]


def leads_now(t: Texts, meeting: Meeting, where: str) -> Words:
    """The message to a new facilitator who did not offer to lead."""
    text = t(
        "You lead the meeting of {when} in {channel}, because it was your turn next. Two days before you'll get a card with what to prepare. I'll watch the time and what comes next.",
        when=when(t, meeting),
        channel=channel(where),
    )
    button = blocks.button(t("I would rather not lead"), ids.PRESENCE_NOT_LEAD, _date(meeting))
    return text, [blocks.section(text), blocks.actions(button)]


def passed_on(t: Texts, meeting: Meeting, where: str) -> Words:
    """Replaces the card of a facilitator who passed it on."""
    if meeting.facilitator:
        text = t(
            "{facilitator} leads the meeting in {channel} now.",
            facilitator=mention(meeting.facilitator),
            channel=channel(where),
        )
    else:
        text = t(
            "Nobody leads the meeting in {channel} now; in the invitation somebody else can take it on.",
            channel=channel(where),
        )
    return text, [blocks.section(text)]


def too_few(
    t: Texts, meeting: Meeting, where: str, coming: HeadCount, minimum: int, *, short: int | None
) -> Words:
    """The question to the meeting contact when too few come. `short`: the minutes of the short form, if it fits."""
    about = {"when": when(t, meeting), "channel": channel(where), "minimum": minimum}
    if coming.there:
        text = t.n(
            "So far {n} person comes to the meeting of {when} in {channel}; you agreed on at least {minimum}.",
            "So far {n} people come to the meeting of {when} in {channel}; you agreed on at least {minimum}.",
            len(coming.there),
            **about,
        )
    else:
        text = t(
            "Nobody has said yet to come to the meeting of {when} in {channel}; you agreed on at least {minimum}.",
            **about,
        )
    if coming.unknown:
        people = list_of(t, [mention(user) for user in coming.unknown])
        text += " " + t("Not heard from yet: {people}.", people=people)
    text += " " + t("What do you want to do?")
    date = _date(meeting)
    buttons = [
        blocks.button(
            t("Go on as planned"),
            f"{ids.PRESENCE_DECIDE}.as_planned",
            DecideRef(date.meeting, date.at, "as_planned"),
        )
    ]
    if short is not None:
        text += " " + t(
            "If there are three of you, the short form fits: the same phases, {n} minutes in all.", n=short
        )
        ref = DecideRef(date.meeting, date.at, "short")
        buttons.append(blocks.button(t("The short form"), f"{ids.PRESENCE_DECIDE}.short", ref))
    buttons += [
        blocks.button(t("Move it"), ids.MEETING_MOVE, MeetingRef(meeting.id)),
        blocks.button(t("Cancel it"), ids.MEETING_CANCEL, MeetingRef(meeting.id)),
    ]
    return text, [blocks.section(text), blocks.actions(*buttons)]


def enough_after_all(t: Texts, meeting: Meeting, where: str, count: int) -> Words:
    """Replaces the question about few people once enough have said yes."""
    text = t.n(
        "By now {n} person comes to the meeting of {when} in {channel}: that is enough.",
        "By now {n} people come to the meeting of {when} in {channel}: that is enough.",
        count,
        when=when(t, meeting),
        channel=channel(where),
    )
    return text, [blocks.section(text)]


def decided(t: Texts, meeting: Meeting, where: str) -> Words:
    """Replaces the question about few people."""
    if meeting.state == MeetingState.CANCELLED:
        text = t("The meeting in {channel} is cancelled, and the group knows.", channel=channel(where))
    elif meeting.decided is None:
        text = t(
            "The meeting in {channel} is now {when}, and the group knows.",
            channel=channel(where),
            when=when(t, meeting),
        )
    elif meeting.decided == "short":
        text = t(
            "You do it in the short form in {channel}. It stands in the invitation, and when you start the session it is "
            "the first choice.",
            channel=channel(where),
        )
    else:
        text = t("The meeting in {channel} goes on as planned.", channel=channel(where))
    return text, [blocks.section(text)]


def prompts(t: Texts) -> Sequence[str]:
    """Questions that help to find a case."""
    return [
        t("Which conversation of the past weeks are you still having in your head?"),
        t("When did you say yes, and would rather have said no?"),
        t("With whom do you work less well than you would like, and what is your own part in that?"),
        t("What do you keep putting off?"),
        t("What went well, and you would like to know why?"),
    ]
