"""Views of fit checks."""

from dataclasses import dataclass

from bot.attendance.views import Words
from bot.fit_checks.rules import FITS, REASONS
from bot.groups.views import GroupRef
from bot.slack import blocks, ids
from bot.slack.blocks import Block
from bot.texts import Texts, channel, escape, mention

# The field of the form to share, and its two ticks.
SHARE, UNNAMED, NAMED = "share", "unnamed", "named"


@dataclass(frozen=True)
class FitRef:
    """A fit check and its answer, one of `rules.FITS`. `told`: the user that the form names."""

    fit: str
    answer: str
    told: str = ""


def fit_question(t: Texts, fit: str, where: str, *, held: bool) -> Words:
    """Asks a member who stayed away. `held`: both meetings took place without them."""
    text = (
        t(
            "You were not at the last two meetings in {channel}. That happens, and you need not explain it. I'll ask it once: "
            "does the group still fit you as it is? Your answer stays between us, unless you share it.",
            channel=channel(where),
        )
        if held
        else t(
            "The last two meetings in {channel} did not take place, or not with you. I'll ask it once, and you need not explain "
            "it: what is it, for you? Your answer stays between us, unless you share it.",
            channel=channel(where),
        )
    )
    names = {
        "time": t("The time"),
        "rhythm": t("The rhythm"),
        "long": t("It takes too long"),
        "little": t("I get little out of it"),
        "silent": t("I don't say there what I think"),
        "fits": t("It fits"),
        "stop": t("I'll stop"),
    }
    buttons = [
        blocks.button(names[answer], f"{ids.PRESENCE_FITS}.{answer}", FitRef(fit, answer)) for answer in FITS
    ]
    return text, [blocks.section(text), blocks.actions(*buttons)]


def fit_answered(t: Texts, where: str, answer: str, *, shared: bool, told: str, unnamed: bool) -> Words:
    """Replaces the question once it is answered. `told`: who has just been told it by name, if anybody."""
    text = {
        "fits": t(
            "Good to hear. You are welcome in {channel} whenever you can come.", channel=channel(where)
        ),
        "time": t("Thank you. The time in {channel} does not fit you any more.", channel=channel(where)),
        "rhythm": t("Thank you. The rhythm in {channel} does not fit you any more.", channel=channel(where)),
        "long": t("Thank you. The meetings in {channel} take too long for you.", channel=channel(where)),
        "little": t("Thank you. You get little out of {channel} now.", channel=channel(where)),
        "silent": t("Thank you. In {channel} you don't say what you think.", channel=channel(where)),
        "stop": t(
            "You have left the group in {channel}. Thank you for having been there; you can join again at any time.",
            channel=channel(where),
        ),
    }[answer]
    if answer in REASONS:
        text += " " + _who_knows(t, shared=shared, told=told, unnamed=unnamed)
    return text, [blocks.section(text)]


def _who_knows(t: Texts, *, shared: bool, told: str, unnamed: bool) -> str:
    said = []
    if told:
        said.append(t("{user} hears it from me.", user=mention(told)))
    elif shared:
        said.append(t("What you shared with your name before stays shared."))
    if unnamed:
        said.append(t("Whoever leads next hears it without your name, once somebody else shares the same."))
    return " ".join(said) or t("Nobody else knows. The group can choose another date with /intervisie plan.")


def _about(t: Texts, reason: str) -> str:
    return {
        "time": t("the time does not fit any more"),
        "rhythm": t("the rhythm does not fit any more"),
        "long": t("it takes too long"),
        "little": t("it brings too little"),
        "silent": t("it is hard to say there what one thinks"),
    }[reason]


def shared_reason(t: Texts, group: str, where: str, reason: str) -> Words:
    """Tells whoever leads next, in one line and without names, what two members or more have shared."""
    text = t(
        "More than one of you shares this about {channel}: {about}. I don't say who.",
        channel=channel(where),
        about=_about(t, reason),
    )
    button = blocks.button(t("Plan a date or a rhythm"), ids.MEETING_OPEN, GroupRef(group))
    return text, [blocks.section(text), blocks.actions(button)]


def shared_answer(t: Texts, group: str, where: str, user: str, answer: str, line: str) -> Words:
    """Tells the group contact the answer that a member shared."""
    text = t(
        "{user} was not at the last two meetings in {channel} and wants you to know: {about}.",
        user=mention(user),
        channel=channel(where),
        about=_about(t, answer),
    )
    if line:
        text += "\n>" + escape(line).replace("\n", "\n>")
    button = blocks.button(t("Plan a date or a rhythm"), ids.MEETING_OPEN, GroupRef(group))
    return text, [blocks.section(text), blocks.actions(button)]


def share_form(t: Texts, ref: FitRef, where: str, told: str) -> Block:
    """Offers to share an answer. `told`: the group contact, who would read the name."""
    text = t(
        "Thank you for saying so. Nobody sees it. If you want, the group may know; then something can be done about it. "
        "{user} sees to the group in {channel}.",
        user=mention(told),
        channel=channel(where),
    )
    choices = [
        blocks.option(
            t("Without my name, to whoever leads next"), UNNAMED, t("Only once somebody else shares the same")
        ),
        blocks.option(t("With my name, to whoever sees to the group"), NAMED),
    ]
    who = blocks.field(SHARE, t("Who may know?"), blocks.checkboxes_element(choices), optional=True)
    line = blocks.field(
        "line",
        t("A line to go with it"),
        blocks.text_element(multiline=True, at_most=500),
        hint=t("It goes along with your name. Nobody else reads it."),
        optional=True,
    )
    return blocks.modal(
        t("Share it?"),
        [blocks.section(text), who, line],
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
