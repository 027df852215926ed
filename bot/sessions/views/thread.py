"""What is said in the thread around the phases."""

from collections.abc import Sequence
from datetime import datetime

from bot.delivery.message import Message
from bot.sessions.rules import State
from bot.sessions.views.card import next_button, puts_case_back, take_over_button
from bot.sessions.views.session_view import SessionView, how_long, leader
from bot.slack import blocks, ids
from bot.texts import Texts, list_of, mention, moment


def welcome(t: Texts, shown: SessionView, present: Sequence[str]) -> Message:
    """The opening: confidentiality, this case alone, and who is there. The button goes with the session."""
    text = t("Welcome. What is said here stays here. We do this case only: no other business.")
    question = t("Who is here?")
    parts = [blocks.section(text)]
    there = ""
    if present:
        there = t("Here: {people}.", people=list_of(t, [mention(user) for user in present]))
    if shown.state is State.ENDED:
        question = ""
    else:
        parts.append(
            blocks.section(
                f"*{question}*",
                accessory=blocks.button(t("I'm here"), ids.SESSIONS_HERE, shown.ref, style="primary"),
            )
        )
    if there:
        parts.append(blocks.context(there))
    return Message(" ".join(part for part in (text, question, there) if part), parts)


def paused(t: Texts, shown: SessionView) -> Message:
    """Quiet for a moment. Who asked for it is not named: everyone may."""
    text = t("Quiet for a moment. The clock stands still. What is happening now?")
    small = t(
        "Left in this phase: {left}. It is up to {facilitator} when we go on.",
        left=how_long(t, shown.timer.left(shown.now)),
        facilitator=leader(t, shown),
    )
    return Message(f"{text} {small}", [blocks.section(text), blocks.context(small)])


def resumed(t: Texts, shown: SessionView) -> Message:
    assert shown.timer.ends_at is not None
    return Message(
        t(
            "We go on with *{phase}*, until {until}.",
            phase=shown.phase.title(t.language),
            until=shown.at(t, shown.timer.ends_at),
        )
    )


def extended(t: Texts, shown: SessionView) -> Message:
    title = shown.phase.title(t.language)
    if shown.timer.ends_at is None:
        return Message(
            t(
                "Two minutes more for *{phase}*: {left} left.",
                phase=title,
                left=how_long(t, shown.timer.left(shown.now)),
            )
        )
    return Message(
        t(
            "Two minutes more for *{phase}*, until {until}.",
            phase=title,
            until=shown.at(t, shown.timer.ends_at),
        )
    )


def taken_over(t: Texts, facilitator: str) -> Message:
    return Message(t("{facilitator} facilitates from now on.", facilitator=mention(facilitator)))


def presenter_left(t: Texts, shown: SessionView) -> Message:
    return Message(
        t(
            "{presenter} has left the channel. The clock stands still. Wait for a moment, or let "
            "{facilitator} stop "
            "the session; nothing is lost.",
            presenter=mention(shown.presenter),
            facilitator=leader(t, shown),
        )
    )


def facilitator_left(t: Texts, shown: SessionView, user: str) -> Message:
    """With a button as long as nobody has taken over."""
    text = t("{user} has left the channel. Who takes over?", user=mention(user))
    parts = [blocks.section(text)]
    if shown.facilitator is None and shown.state is not State.ENDED:
        parts.append(blocks.actions(take_over_button(t, shown, t("I'll facilitate"))))
    return Message(text, parts)


def still_there(t: Texts, shown: SessionView, *, answered: bool = False) -> Message:
    """Asked once when nothing has happened for a long time."""
    text = t("It has been quiet for a while. Are you still busy with this session?")
    parts = [blocks.section(text)]
    if not answered:
        small = t("Without an answer I close it in half an hour, with a summary.")
        parts += [
            blocks.context(small),
            blocks.actions(
                blocks.button(t("We are still going"), ids.SESSIONS_GO_ON, shown.control, style="primary")
            ),
        ]
        text = f"{text} {small}"
    return Message(text, parts)


def closing(t: Texts, shown: SessionView, next_meeting: datetime | None) -> Message:
    """Thanks, what becomes of the case, and when we meet again."""
    sentences = []
    if shown.how == "unattended":
        sentences.append(t("It has been quiet for a long time, so I close this session."))
    elif shown.how == "stopped":
        sentences.append(t("The session stops here."))
    if puts_case_back(shown) and shown.how != "finished":
        sentences.append(t("The case is back on the list and can be chosen again."))
    else:
        sentences.append(t("Thank you, {presenter}, and thank you all.", presenter=mention(shown.presenter)))
    if next_meeting is not None:
        sentences.append(t("Next meeting: {at}.", at=moment(next_meeting, shown.zone, t, with_date=True)))
    return Message(" ".join(sentences))


def time_is_up(t: Texts, shown: SessionView) -> Message:
    """A private hint to the facilitator: the next step, and a sentence to say."""
    text = t(
        "The time for *{phase}* is up. Go on when the group is ready.", phase=shown.phase.title(t.language)
    )
    return _way_on(t, shown, text)


def ready_to_go_on(t: Texts, shown: SessionView) -> Message:
    """A private hint to the facilitator when everyone is done before the time is up."""
    return _way_on(
        t, shown, t("Everyone is done with *{phase}*. You may go on.", phase=shown.phase.title(t.language))
    )


def _way_on(t: Texts, shown: SessionView, text: str) -> Message:
    if shown.following is not None:
        text += "\n" + opening_line(
            t, shown.following.says(t.language, mention(shown.presenter)).facilitator_line
        )
    return Message(text, [blocks.section(text), blocks.actions(next_button(t, shown))])


def line_to_say(t: Texts, shown: SessionView) -> Message:
    """A private hint to the facilitator at the beginning of a phase."""
    says = shown.phase.says(t.language, mention(shown.presenter))
    return Message(f"*{says.title}.* {opening_line(t, says.facilitator_line)}")


def opening_line(t: Texts, line: str) -> str:
    return t("A sentence, if you like: _{line}_", line=line)
