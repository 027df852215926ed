"""What one person is shown or asked: before a session opens, and instead of what does not work for them."""

from datetime import datetime

from bot.delivery.message import Message
from bot.sessions.rules import State
from bot.sessions.views.card import stop_button, take_over_button
from bot.sessions.views.refs import SessionRef
from bot.sessions.views.session_view import SessionView
from bot.sessions.views.thread import opening_line
from bot.slack import blocks, ids
from bot.slack.todos import Todo
from bot.texts import Texts, channel, escape, mention


def asks_presenter(t: Texts, ref: SessionRef, title: str, starter: str, place: str) -> Message:
    """Whether the presenter wants to bring this case now."""
    text = t(
        "{starter} would like to begin a session in {channel} with your case *{title}*. Do you "
        "want to bring it now?",
        starter=mention(starter),
        channel=channel(place),
        title=escape(title),
    )
    small = t("Nothing opens before you say yes. If you'd rather not, you don't have to explain.")
    return Message(
        f"{text} {small}",
        [
            blocks.section(text),
            blocks.context(small),
            blocks.actions(
                blocks.button(t("Yes"), ids.SESSIONS_CONFIRM, ref, style="primary"),
                blocks.button(t("Rather not"), ids.SESSIONS_DECLINE, ref),
            ),
        ],
    )


def ask_presenter(t: Texts, ref: SessionRef, title: str, starter: str, place: str, now: datetime) -> Todo:
    """The same question on the Home tab; somebody is waiting for the answer."""
    message = asks_presenter(t, ref, title, starter, place)
    text, _, buttons = message.blocks
    return Todo(text["text"]["text"], buttons["elements"], now)


def presenter_agreed(t: Texts, title: str, place: str) -> Message:
    return Message(
        t(
            "Good. The session about *{title}* is open in {channel}.",
            title=escape(title),
            channel=channel(place),
        )
    )


def presenter_declined(t: Texts, title: str) -> Message:
    return Message(
        t("That is fine. *{title}* stays on the list; I say no more about it.", title=escape(title))
    )


def no_longer_asked(t: Texts, title: str) -> Message:
    return Message(t("This question about *{title}* is no longer open.", title=escape(title)))


def waits_for_presenter(t: Texts, presenter: str) -> Message:
    """What the starter sees after the form."""
    return Message(
        t(
            "I have asked {presenter} in private whether this case may be brought now. The session "
            "opens as soon as "
            "the answer is yes; you'll hear from me either way.",
            presenter=mention(presenter),
        )
    )


def not_this_case(t: Texts, presenter: str, place: str) -> Message:
    """Told to the starter; a no needs no reason."""
    return Message(
        t(
            "{presenter} would rather not bring this case now. Choose another one with "
            "`{command}` in {channel}.",
            presenter=mention(presenter),
            command=f"{ids.COMMAND} start",
            channel=channel(place),
        )
    )


def no_answer(t: Texts, presenter: str, place: str) -> Message:
    return Message(
        t(
            "{presenter} has not answered, so I have let the question go. Start again in {channel} "
            "whenever you like.",
            presenter=mention(presenter),
            channel=channel(place),
        )
    )


def asking_already(t: Texts, ref: SessionRef, presenter: str) -> Message:
    """Answers a second start while the presenter is still thinking."""
    text = t(
        "I have asked {presenter} to bring a case, and wait for the answer.", presenter=mention(presenter)
    )
    return Message(
        text,
        [blocks.section(text), blocks.actions(blocks.button(t("Never mind"), ids.SESSIONS_WITHDRAW, ref))],
    )


def running_already(t: Texts, shown: SessionView, team: str, place: str, ts: str | None) -> Message:
    """Answers a second start: there is one session at a time in a group."""
    text = t("A session is going on here: *{title}*. One at a time is best.", title=escape(shown.title))
    parts = [text]
    if ts is not None:
        url = f"https://slack.com/app_redirect?team={team}&channel={place}&message_ts={ts}"
        parts.append(t("<{url}|Go to it>, or stop it first.", url=url))
    return Message(" ".join(parts), [blocks.section(" ".join(parts)), blocks.actions(stop_button(t, shown))])


def leads_today(t: Texts, shown: SessionView, place: str, line: str) -> Message:
    """The facilitator's first private message."""
    return Message(
        "\n".join(
            [
                t(
                    "You facilitate *{title}* in {channel}. I keep the time and say what comes; you "
                    "see to it that "
                    "everyone is with you.",
                    title=escape(shown.title),
                    channel=channel(place),
                ),
                t("Press *Begin* on the card when everyone is there."),
                opening_line(t, line),
            ]
        )
    )


def offer_take_over(t: Texts, shown: SessionView) -> Message:
    """For anyone who presses what only the facilitator's clicks count for."""
    if shown.facilitator is None:
        text = t("Nobody facilitates at the moment. Do you want to take over?")
    else:
        text = t(
            "Only {facilitator} facilitates now. Do you want to take over?",
            facilitator=mention(shown.facilitator),
        )
    return Message(text, [blocks.section(text), blocks.actions(take_over_button(t, shown))])


def begin_with_few(t: Texts, shown: SessionView, present: int) -> Message:
    """A gentle warning that may be waved aside."""
    text = t.n(
        "There is {n} of you. It can be done; with four or more you hear more.",
        "There are {n} of you. It can be done; with four or more you hear more.",
        present,
    )
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(
                blocks.button(
                    t("Begin all the same"), ids.SESSIONS_BEGIN_ANYWAY, shown.control, style="primary"
                )
            ),
        ],
    )


def channel_gone(t: Texts, shown: SessionView, place: str, reason: str) -> Message:
    """To the facilitator: the thread cannot be reached. The card may be out of reach too, so the button is here."""
    if reason == "deleted":
        return Message(
            t(
                "The channel of your session about *{title}* has been deleted, so the session has ended. Steps and insights "
                "that were written down are kept in the Home tab.",
                title=escape(shown.title),
            )
        )
    why = (
        t("The channel {channel} has been archived.", channel=channel(place))
        if reason == "archived"
        else t("I can't reach {channel} any more: invite me again with /invite.", channel=channel(place))
    )
    hold = t(
        "The session about *{title}* is on hold and the clock stands still; nothing is lost. "
        "Press *Go on* once I'm back.",
        title=escape(shown.title),
    )
    parts = [blocks.section(f"{why} {hold}")]
    if shown.state is State.PAUSED:
        parts.append(blocks.actions(blocks.button(t("Go on"), ids.SESSIONS_RESUME, shown.control)))
    return Message(f"{why} {hold}", parts)


def channel_gone_settled(t: Texts, shown: SessionView, place: str) -> Message:
    """The same message once something has happened in the session again."""
    return Message(
        t(
            "I could not reach the channel for a while. The card in {channel} shows how *{title}* stands.",
            channel=channel(place),
            title=escape(shown.title),
        )
    )
