"""Views of a leader from outside: the request, the line after a session, and the question whether the group goes on alone."""

from dataclasses import dataclass

from bot.delivery.message import Message
from bot.groups.records import Group
from bot.groups.rules import READ_ALONG
from bot.groups.views import GroupRef, farewell_button
from bot.sessions.views import SessionRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.slack.line_forms import LINE, one_field_form
from bot.slack.todos import Todo
from bot.texts import Texts, channel, escape, mention, name_of

MAX_LINE_LENGTH = 300


@dataclass(frozen=True)
class AcceptRef:
    """The agreements on the way to leading. `version`: of their text."""

    group: str
    version: int


@dataclass(frozen=True)
class AloneRef:
    """The question whether the group goes on alone. `asked_at`: in Unix seconds."""

    group: str
    leader: str
    asked_at: int


def request(t: Texts, group: Group) -> Message:
    """To somebody whom a group asks to lead from outside."""
    text = _request(t, group)
    return Message(text, [blocks.section(text), blocks.actions(*_yes_or_no(t, group.id))])


def request_todo(t: Texts, group: Group) -> Todo:
    return Todo(_request(t, group), _yes_or_no(t, group.id))


def _request(t: Texts, group: Group) -> str:
    asks = t.n(
        "{user} asks whether you would lead the group of {channel}, {n} time. You lead the session and bring in nothing yourself: "
        "no case, no vote, no step.",
        "{user} asks whether you would lead the group of {channel}, {n} times. You lead the sessions and bring in nothing yourself: "
        "no case, no vote, no step.",
        group.leader_sessions,
        user=mention(str(group.leader_asked_by)),
        channel=channel(group.channel),
    )
    return (
        asks + " " + t("After that one of them leads while you read along twice, and then they go on alone.")
    )


def _yes_or_no(t: Texts, group: str) -> list[Block]:
    return [
        blocks.button(t("Yes, I'll lead"), ids.LEADER_ACCEPT, GroupRef(group), style="primary"),
        blocks.button(t("No, thank you"), ids.LEADER_DECLINE, GroupRef(group)),
    ]


def before_leading(t: Texts) -> str:
    """Above the agreements, for somebody who is about to lead."""
    return t("These are the agreements of the group. Do you agree with them? Then you lead from now on.")


def request_settled(t: Texts, group: Group, *, accepted: bool) -> Message:
    """Takes the place of the request."""
    if not accepted:
        return Message(t("All right. I tell only whoever asked."))
    text = t(
        "You lead the group of {channel} from now on. Before a meeting you get a card, and during it a console. Everything else "
        "stands under *The group*.",
        channel=channel(group.channel),
    )
    ref = GroupRef(group.id)
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(
                blocks.button(t("The group"), ids.GROUP_OPEN, ref),
                blocks.button(t("Agreements"), ids.AGREEMENTS_OPEN, ref),
            ),
        ],
    )


def declined_notice(t: Texts, group: Group, user: str) -> Message:
    """To whoever asked. The group hears nothing of it."""
    return Message(
        t(
            "{user} can't lead the group of {channel}. You can ask somebody else, or lead yourselves, under *The group*.",
            user=mention(user),
            channel=channel(group.channel),
        )
    )


def has_led(t: Texts, leader: str, sessions: int) -> Message:
    """In the channel: the leader from outside has led as often as the group chose."""
    name = name_of(t, leader)
    text = t.n(
        "{user} has led you {n} time. From now on one of you leads, and {user} reads along.",
        "{user} has led you {n} times. From now on one of you leads, and {user} reads along.",
        sessions,
        user=name,
    )
    return Message(text)


def offer_line(t: Texts, ref: SessionRef, led: str, group: Group) -> Message:
    """To the leader from outside, after a session that a member led."""
    text = t(
        "{user} led today in {channel}. Would you write one line: what helped, and what next time? Only {user} reads it.",
        user=mention(led),
        channel=channel(group.channel),
    )
    return Message(
        text, [blocks.section(text), blocks.actions(blocks.button(t("Write a line"), ids.LEADER_LINE, ref))]
    )


def line_form(t: Texts, ref: SessionRef, led: str) -> Block:
    field = blocks.field(
        LINE,
        t("What helped, and what next time?"),
        blocks.text_element(at_most=MAX_LINE_LENGTH, focus=True),
        hint=t("It goes to them alone, once."),
    )
    return one_field_form(
        t,
        t("One line"),
        field,
        submit=t("Send"),
        callback_id=ids.LEADER_LINE_FORM,
        meta=ref,
        above=t("To {user}, who led.", user=mention(led)),
    )


def line(t: Texts, leader: str, group: Group, text: str) -> Message:
    """To the member who led."""
    opening = t(
        "{user} read along while you led in {channel}, and writes to you alone:",
        user=mention(leader),
        channel=channel(group.channel),
    )
    return Message(f"{opening}\n{escape(text)}", [blocks.section(opening), blocks.section(escape(text))])


def line_sent(t: Texts, led: str) -> Message:
    return Message(t("Your line is with {user}. Nobody else reads it.", user=mention(led)))


def question(t: Texts, ref: AloneRef) -> Message:
    """In the channel: whether the group goes on alone."""
    text = t(
        "You have led yourselves while {user} read along. Do you go on alone?", user=name_of(t, ref.leader)
    )
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(
                blocks.button(t("We go on alone"), ids.LEADER_ALONE, ref, style="primary"),
                blocks.button(t("Some more times together"), ids.LEADER_TOGETHER, ref),
            ),
        ],
    )


def goes_on_alone(t: Texts, group: str, user: str, leader: str) -> Message:
    """Takes the place of the question: what is left is the goodbye."""
    text = t(
        "{user} says: you go on alone. Take your time to say goodbye to {leader}; with the button they are out of the group.",
        user=name_of(t, user),
        leader=name_of(t, leader),
    )
    return Message(text, [blocks.section(text), blocks.actions(farewell_button(t, group))])


def alone_answer(t: Texts) -> Message:
    """To whoever said so."""
    return Message(t("Good. Whoever has said goodbye presses *Goodbye*."))


def takes_part(t: Texts) -> Message:
    """To whoever led from outside, where no window shows it."""
    return Message(t("You take part from now on."))


def goes_on_together(t: Texts, user: str, leader: str) -> Message:
    """Takes the place of the question."""
    names = {"user": name_of(t, user), "leader": name_of(t, leader)}
    text = t.n(
        "{user} says: some more times together. {leader} reads along {n} more time, and then I ask again.",
        "{user} says: some more times together. {leader} reads along {n} more times, and then I ask again.",
        READ_ALONG,
        **names,
    )
    return Message(text)


def question_closed(t: Texts, leader: str) -> Message:
    """Takes the place of the question once nobody leads from outside any more."""
    return Message(t("{user} no longer leads you from outside. You lead in turn.", user=name_of(t, leader)))


def goodbye(t: Texts, leader: str, sessions: int) -> Message:
    """In the channel."""
    name = name_of(t, leader)
    thanks = t("Thank you, {user}.", user=name)
    if sessions:
        thanks = t.n(
            "Thank you, {user}, for leading {n} time.",
            "Thank you, {user}, for leading {n} times.",
            sessions,
            user=name,
        )
    return Message(thanks + " " + t("From now on the group goes on by itself, and you lead in turn."))


def goodbye_in_private(t: Texts, group: Group) -> Message:
    """To the leader from outside."""
    return Message(
        t(
            "You are out of the group of {channel}. Thank you for what you gave it; it goes on by itself now.",
            channel=channel(group.channel),
        )
    )
