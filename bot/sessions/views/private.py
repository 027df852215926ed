"""Private messages of sessions: the request to the presenter, and answers to one user."""

from datetime import datetime

from bot.delivery.message import Message
from bot.groups.views import GroupRef, begin_button, case_button
from bot.sessions.rules import State
from bot.sessions.views.card import stop_button, take_over_button
from bot.sessions.views.refs import SessionRef
from bot.sessions.views.session_view import SessionView
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.slack.todos import Todo
from bot.texts import Refused, Texts, channel, escape, mention


def presenter_question(t: Texts, ref: SessionRef, title: str, starter: str, place: str) -> Message:
    """Asks the presenter for consent to treat this case now."""
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


def presenter_todo(t: Texts, ref: SessionRef, title: str, starter: str, place: str, now: datetime) -> Todo:
    """The same question on the Home tab, due now: the starter waits for the answer."""
    message = presenter_question(t, ref, title, starter, place)
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
        t("That is fine. *{title}* stays on the list; I'll say no more about it.", title=escape(title))
    )


def request_closed(t: Texts, title: str) -> Message:
    return Message(t("The question about *{title}* has been settled.", title=escape(title)))


def presenter_asked_notice(t: Texts) -> Message:
    """Answers the starter's form when the presenter is asked first. It does not name them: the case still waits."""
    return Message(
        t(
            "I have asked the presenter in private whether this case may be brought now. The session "
            "opens as soon as the answer is yes; you'll hear from me either way."
        )
    )


def declined_notice(t: Texts, group: str, place: str) -> Message:
    """To the starter: the presenter said no. A reason is not asked for, and no name is given."""
    text = t(
        "The presenter would rather not bring this case now in {channel}. Would you like to choose another one?",
        channel=channel(place),
    )
    return Message(text, [blocks.section(text), blocks.actions(begin_button(t, group))])


def unanswered_notice(t: Texts, group: str, place: str) -> Message:
    text = t(
        "The presenter has not answered, so I have let the question go. Start again in {channel} "
        "whenever you like.",
        channel=channel(place),
    )
    return Message(text, [blocks.section(text), blocks.actions(begin_button(t, group))])


def no_case_waiting(t: Texts, group: str) -> Message:
    """Answers a start in a group without cases."""
    text = t(
        "There is no case waiting yet. A few sentences are enough to begin, and you can also choose one together, "
        "from who is there."
    )
    together = blocks.button(t("Choose together, now"), ids.SESSIONS_TOGETHER, GroupRef(group))
    return Message(text, [blocks.section(text), blocks.actions(case_button(t, group), together)])


def request_pending(t: Texts, ref: SessionRef) -> Message:
    """Answers a second start while the presenter has not answered yet."""
    text = t(
        "I have asked a presenter in private whether their case may be brought, and wait for the answer."
    )
    return Message(
        text,
        [blocks.section(text), blocks.actions(blocks.button(t("Never mind"), ids.SESSIONS_WITHDRAW, ref))],
    )


def running_already(t: Texts, view: SessionView, team: str, place: str, ts: str | None) -> Message:
    """Answers a second start: a group has one session at a time."""
    text = t("A session is going on here: *{title}*. One at a time is best.", title=escape(view.title))
    parts = [text]
    if ts is not None:
        url = f"https://slack.com/app_redirect?team={team}&channel={place}&message_ts={ts}"
        parts.append(t("<{url}|Go to it>, or stop it first.", url=url))
    return Message(" ".join(parts), [blocks.section(" ".join(parts)), blocks.actions(stop_button(t, view))])


def here_already(t: Texts) -> Message:
    """Answers a second press on the button of the welcome."""
    return Message(t("You are on the list already."))


def takeover_offer(t: Texts, view: SessionView) -> Message:
    """Answers a member who pressed a control of the facilitator."""
    if view.facilitator is None:
        text = t("Nobody facilitates at the moment. Do you want to take over?")
    else:
        text = t(
            "Only {facilitator} facilitates now. Do you want to take over?",
            facilitator=mention(view.facilitator),
        )
    return Message(text, [blocks.section(text), blocks.actions(take_over_button(t, view))])


def nobody_presents(presenter: str, *, is_written: bool) -> Refused:
    """The presenter is not there. Where people speak nobody presses anything: whoever leads ticks who is there."""

    def say(t: Texts) -> str:
        if is_written:
            return t(
                "{presenter} is not here yet. Ask for a press on *I'm here* in the thread, and begin then.",
                presenter=mention(presenter),
            )
        return t(
            "{presenter} is not here yet. Tick who is there with *Who is here*, and begin then.",
            presenter=mention(presenter),
        )

    return Refused(say)


def presenter_is_alone(*, is_written: bool) -> Refused:
    return Refused(
        lambda t: (
            t("Only the presenter is here so far. Wait until someone else presses *I'm here*.")
            if is_written
            else t("Only the presenter is ticked so far. Tick who is there with *Who is here*.")
        )
    )


def last_minute_had(*, is_written: bool) -> Refused:
    """To whoever leads and asks for more time than there is."""
    return Refused(
        lambda t: (
            t("That was the last minute. Ask the group: longer, or go on?")
            if is_written
            else t("That was the last minute. Ask the group aloud: longer, or go on?")
        )
    )


def begin_with_few_button(t: Texts, view: SessionView, present: int) -> Block:
    """The button to begin while few people are present. Its confirmation says so."""
    confirm = blocks.confirm(t("Begin now?"), _few_people(t, present), t("Begin all the same"), t("Not yet"))
    return blocks.button(
        t("Begin"), ids.SESSIONS_BEGIN_ANYWAY, view.control, style="primary", confirm=confirm
    )


def _few_people(t: Texts, present: int) -> str:
    if present <= 2:
        return t("There are two of you. It can be done; the short form suits you then.")
    return t("There are three of you. It can be done; the short form suits you then.")


def few_people_warning(t: Texts, view: SessionView, present: int) -> Message:
    """Warns that few people are present, with a button to begin anyway."""
    text = _few_people(t, present)
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(
                blocks.button(
                    t("Begin all the same"), ids.SESSIONS_BEGIN_ANYWAY, view.control, style="primary"
                )
            ),
        ],
    )


def evaluation_offer(t: Texts, view: SessionView, minutes: int) -> Message:
    """Asks whoever stops a session before its evaluation whether they hold that first."""
    text = t("Only evaluate first? That takes {n} minutes, and then the session stops.", n=minutes)
    return Message(
        text,
        [
            blocks.section(text),
            blocks.actions(
                blocks.button(
                    t("Only evaluate ({n} min)", n=minutes),
                    ids.SESSIONS_EVALUATE_ONLY,
                    view.control,
                    style="primary",
                ),
                blocks.button(t("Stop now"), ids.SESSIONS_STOP_NOW, view.ref),
            ),
        ],
    )


def channel_lost_notice(t: Texts, view: SessionView, place: str, reason: str) -> Message:
    """To the facilitator: the channel cannot be reached. The card may be out of reach too, so this has the button."""
    if reason == "deleted":
        return Message(
            t(
                "The channel of your session about *{title}* has been deleted, so the session has ended. Steps and insights "
                "that were written down are kept in the Home tab.",
                title=escape(view.title),
            )
        )
    why = (
        t("The channel {channel} has been archived.", channel=channel(place))
        if reason == "archived"
        else t("I can't reach {channel} any more: invite me again with /invite.", channel=channel(place))
    )
    hold = t(
        "The session about *{title}* is on hold, and the clock has stopped; nothing is lost. Press *Go on* once I'm back.",
        title=escape(view.title),
    )
    parts = [blocks.section(f"{why} {hold}")]
    if view.state is State.PAUSED:
        parts.append(blocks.actions(blocks.button(t("Go on"), ids.SESSIONS_RESUME, view.control)))
    return Message(f"{why} {hold}", parts)


def channel_lost_settled(t: Texts, view: SessionView, place: str) -> Message:
    """The same message after the next action in the session, without its button."""
    return Message(
        t(
            "I could not reach the channel for a while. The card in {channel} shows how *{title}* stands.",
            channel=channel(place),
            title=escape(view.title),
        )
    )
