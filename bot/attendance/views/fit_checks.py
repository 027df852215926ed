"""The one question to whoever missed two meetings in a row."""

from bot.attendance.rules import FITS
from bot.attendance.views.private import Words
from bot.attendance.views.refs import FitRef
from bot.slack import blocks, ids
from bot.texts import Texts, channel


def question(t: Texts, fit: str, where: str) -> Words:
    text = t(
        "You were not at the last two meetings in {channel}. That happens, and you need not explain it. I ask it once: "
        "does the group still fit you as it is? Your answer stays between us, unless you share it.",
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


def answered(t: Texts, where: str, answer: str, *, shared: bool) -> Words:
    """In the place of the question."""
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
