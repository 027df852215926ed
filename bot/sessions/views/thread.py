"""Messages in the thread around the phases, and private hints to the facilitator."""

from collections.abc import Sequence
from datetime import datetime

from bot.delivery.message import Message
from bot.sessions.rules import State
from bot.sessions.views.card import is_case_returned, take_over_button
from bot.sessions.views.session_view import SessionView, facilitator_mention, facilitator_or_role
from bot.slack import blocks, ids
from bot.texts import Texts, duration, list_of, mention, moment, name_of


def welcome(
    t: Texts,
    view: SessionView,
    present: Sequence[str],
    observers: Sequence[str] = (),
    *,
    more: Sequence[str] = (),
) -> Message:
    """The first message: confidentiality, this case only, and who is present. It has a button until the end.

    `more`: what the group wanted to hear first this time.
    """
    text = t("Welcome. What is said here stays here. We do this case only: no other business.")
    text = "\n".join([text, *more])
    question = t("Who is here?")
    parts = [blocks.section(text)]
    there = ""
    if present:
        there = t("Here: {people}.", people=list_of(t, [name_of(t, user) for user in present]))
    if observers:
        leader = t(
            "Leader from outside: {people}.", people=list_of(t, [name_of(t, one) for one in observers])
        )
        there = f"{there} {leader}".lstrip()
    if view.state is State.ENDED or not view.is_written:
        # Where people speak, whoever leads ticks who is there.
        question = ""
    else:
        parts.append(
            blocks.section(
                f"*{question}*",
                accessory=blocks.button(t("I'm here"), ids.SESSIONS_HERE, view.ref, style="primary"),
            )
        )
    if there:
        parts.append(blocks.context(there))
    return Message(" ".join(part for part in (text, question, there) if part), parts)


def begin_notice(t: Texts, present: Sequence[str], observers: Sequence[str] = ()) -> Message:
    """Tells that the session has begun, and mentions everyone who is present.

    A thread is followed only after writing in it or being mentioned in a reply, and an edit notifies nobody.
    https://slack.com/help/articles/201355156-Configure-your-Slack-notifications
    """
    begun = t(
        "We have begun, with {people}. I'll mention you again when it is your turn.",
        people=list_of(t, [mention(user) for user in present]),
    )
    if not observers:
        return Message(begun)
    leader = t("Leader from outside: {people}.", people=list_of(t, [mention(one) for one in observers]))
    return Message(f"{begun} {leader}")


def pause_notice(t: Texts, view: SessionView) -> Message:
    """Announces a pause. Every member may pause, so the message names nobody."""
    text = t("Let's pause; the clock has stopped too. What's happening right now?")
    small = t(
        "Still to go: {left}. {facilitator} says when we go on.",
        left=duration(t, view.timer.left(view.now)),
        facilitator=facilitator_or_role(t, view),
    )
    return Message(f"{text} {small}", [blocks.section(text), blocks.context(small)])


def resume_notice(t: Texts, view: SessionView) -> Message:
    assert view.timer.ends_at is not None
    return Message(
        t(
            "We go on with *{phase}*, until {until}.",
            phase=view.phase.title(t.language),
            until=view.at(t, view.timer.ends_at),
        )
    )


def extension_notice(t: Texts, view: SessionView, minutes: int) -> Message:
    title = view.phase.title(t.language)
    if minutes == 1:
        until = view.at(t, view.timer.ends_at) if view.timer.ends_at is not None else ""
        return Message(t("One minute more for *{phase}*, until {until}.", phase=title, until=until))
    if view.timer.ends_at is None:
        return Message(
            t(
                "Two minutes more for *{phase}*: {left} left.",
                phase=title,
                left=duration(t, view.timer.left(view.now)),
            )
        )
    return Message(
        t(
            "Two minutes more for *{phase}*, until {until}.",
            phase=title,
            until=view.at(t, view.timer.ends_at),
        )
    )


def plan_notice(t: Texts, shorter: Sequence[str], skipped: Sequence[str]) -> Message:
    """The one line that the group reads of a plan that ends in time: titles of phases."""
    if skipped and shorter:
        text = t(
            "We leave out {skipped} and make {shorter} shorter, so that there is time to round off.",
            skipped=list_of(t, skipped),
            shorter=list_of(t, shorter),
        )
    elif skipped:
        text = t("We leave out {skipped}, so that there is time to round off.", skipped=list_of(t, skipped))
    else:
        text = t(
            "We make {shorter} shorter, so that there is time to round off.", shorter=list_of(t, shorter)
        )
    return Message(text)


def later_notice(t: Texts, view: SessionView) -> Message:
    assert view.ends_by is not None
    return Message(t("We go on until {end}.", end=view.at(t, view.ends_by)))


def takeover_notice(t: Texts, facilitator: str) -> Message:
    return Message(t("{facilitator} facilitates from now on.", facilitator=name_of(t, facilitator)))


def presenter_left_notice(t: Texts, view: SessionView) -> Message:
    return Message(
        t(
            "{presenter} has left the channel, and the clock has stopped. Wait for a moment, or let {facilitator} stop the session; nothing is lost.",
            presenter=name_of(t, view.presenter),
            facilitator=facilitator_mention(t, view),
        )
    )


def case_gone_notice(t: Texts) -> Message:
    """The presenter is forgotten. Why the case is gone is theirs to tell."""
    return Message(
        t(
            "The case is no longer there, so this session stops here. Thank you for thinking along. What each of you takes from it "
            "can still be written down in the Home tab."
        )
    )


def facilitator_left_question(t: Texts, view: SessionView, user: str) -> Message:
    """Asks who takes over, with a button until somebody has."""
    text = t("{user} has left the channel. Who takes over?", user=name_of(t, user))
    parts = [blocks.section(text)]
    if view.facilitator is None and view.state is not State.ENDED:
        parts.append(blocks.actions(take_over_button(t, view, t("I'll facilitate"))))
    return Message(text, parts)


def still_there_question(t: Texts, view: SessionView, *, answered: bool = False) -> Message:
    """Asks whether the session goes on; without a button once somebody has acted."""
    text = t("It has been quiet for a while. Are you still busy with this session?")
    parts = [blocks.section(text)]
    if not answered:
        small = t("Without an answer I'll close it in half an hour, with a summary.")
        parts += [
            blocks.context(small),
            blocks.actions(
                blocks.button(t("We are still going"), ids.SESSIONS_GO_ON, view.control, style="primary")
            ),
        ]
        text = f"{text} {small}"
    return Message(text, parts)


def closing_message(t: Texts, view: SessionView, next_meeting: datetime | None) -> Message:
    """The last message: thanks, what happens to the case, and the next meeting."""
    sentences = []
    if view.ended_how == "unattended":
        sentences.append(t("It has been quiet for a long time, so I've closed this session."))
    elif view.ended_how == "stopped":
        sentences.append(t("The session stops here."))
    if is_case_returned(view) and view.ended_how != "finished":
        sentences.append(t("The case is back on the list and can be chosen again."))
    else:
        sentences.append(
            t("Thank you, {presenter}, and thank you all.", presenter=name_of(t, view.presenter))
        )
    if next_meeting is not None:
        sentences.append(t("Next meeting: {at}.", at=moment(next_meeting, view.zone, t, with_date=True)))
    return Message(" ".join(sentences))
