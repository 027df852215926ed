"""Views of fit checks, and of the question to an inactive group."""

from dataclasses import dataclass

from bot.attendance.views import Words
from bot.delivery.message import Message
from bot.fit_checks.rules import FITS
from bot.groups.views import GroupRef, rest_button
from bot.meetings.records import Meeting
from bot.meetings.views import when
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, escape, mention


@dataclass(frozen=True)
class FitRef:
    """A fit check and its answer: "fits", "time", "rhythm" or "stop". `told`: the user that the form names."""

    fit: str
    answer: str
    told: str = ""


def fit_question(t: Texts, fit: str, where: str) -> Words:
    text = t(
        "You were not at the last two meetings in {channel}. That happens, and you need not explain it. I'll ask it once: does the group still fit you as it is? Your answer stays between us, unless you share it.",
        channel=channel(where),
    )
    names = {
        "fits": t("It fits"),
        "time": t("The time doesn't"),
        "rhythm": t("The rhythm doesn't"),
        "stop": t("I'd rather stop"),
    }
    buttons = [
        blocks.button(names[answer], f"{ids.PRESENCE_FITS}.{answer}", FitRef(fit, answer)) for answer in FITS
    ]
    return text, [blocks.section(text), blocks.actions(*buttons)]


def fit_answered(t: Texts, where: str, answer: str, *, shared: bool) -> Words:
    """Replaces the question once it is answered."""
    text = {
        "fits": t(
            "Good to hear. You are welcome in {channel} whenever you can come.", channel=channel(where)
        ),
        "time": t("Thank you. The time in {channel} does not fit you any more.", channel=channel(where)),
        "rhythm": t("Thank you. The rhythm in {channel} does not fit you any more.", channel=channel(where)),
        "stop": t(
            "You have left the group in {channel}. Thank you for having been there; you can join again at any time.",
            channel=channel(where),
        ),
    }[answer]
    if answer in ("time", "rhythm"):
        text += " " + (
            t("Whoever sees to the group hears of it.")
            if shared
            else t("Nobody else knows. The group can choose another date with /intervisie plan.")
        )
    return text, [blocks.section(text)]


def shared_answer(t: Texts, group: str, where: str, user: str, answer: str, line: str) -> Words:
    """Tells the group contact the answer that a member shared."""
    about = {
        "time": t("the time does not fit any more"),
        "rhythm": t("the rhythm does not fit any more"),
    }[answer]
    text = t(
        "{user} was not at the last two meetings in {channel} and wants you to know: {about}.",
        user=mention(user),
        channel=channel(where),
        about=about,
    )
    if line:
        text += "\n>" + escape(line).replace("\n", "\n>")
    button = blocks.button(t("Plan a date or a rhythm"), ids.MEETING_OPEN, GroupRef(group))
    return text, [blocks.section(text), blocks.actions(button)]


def share_form(t: Texts, ref: FitRef, where: str, told: str) -> Block:
    """Offers to share an answer. `told`: the group contact, who would read it."""
    text = t(
        "Thank you for saying so. Nobody sees it. If you want, {user} may know, who sees to the group in {channel}; then "
        "something can be done about it.",
        user=mention(told),
        channel=channel(where),
    )
    field = blocks.field(
        "line",
        t("A line to go with it"),
        blocks.text_element(multiline=True, at_most=500),
        hint=t("Nobody else reads it."),
        optional=True,
    )
    return blocks.modal(
        t("Share it?"),
        [blocks.section(text), field],
        submit=t("Share it"),
        close=t("Keep it to myself"),
        callback_id=ids.PRESENCE_SHARE_FORM,
        meta=ref,
    )


def stop_form(t: Texts, ref: FitRef, where: str) -> Block:
    """Asks to confirm leaving the group."""
    text = t(
        "You leave the group in {channel}. You get no more messages about it, and your cases wait until you come back. "
        "You stay in the channel and can join again at any time.",
        channel=channel(where),
    )
    return blocks.modal(
        t("Leave the group?"),
        [blocks.section(text)],
        submit=t("Leave"),
        close=t("Stay"),
        callback_id=ids.PRESENCE_STOP_FORM,
        meta=ref,
    )


def nothing_planned(t: Texts, group: str, waiting: int) -> Message:
    """Asks an inactive group to plan a date, or to pause."""
    text = t("There is no meeting planned.")
    if waiting:
        text += " " + t.n("{n} case is waiting.", "{n} cases are waiting.", waiting)
    text += " " + t(
        "A date makes it easier to keep meeting. If this is not the time, you can rest for a while."
    )
    buttons = blocks.actions(
        blocks.button(t("Plan a date or a rhythm"), ids.MEETING_OPEN, GroupRef(group), style="primary"),
        rest_button(t, group),
    )
    return Message(text, [blocks.section(text), buttons])


def date_found(t: Texts, meeting: Meeting) -> Message:
    """Replaces that question once a date is planned."""
    text = t("A meeting is planned again: {when}.", when=when(t, meeting))
    return Message(text, [blocks.section(text)])


def paused_instead(t: Texts) -> Message:
    """Replaces that question once the group is paused."""
    text = t("There was no meeting planned, and the group rests.")
    return Message(text, [blocks.section(text)])
