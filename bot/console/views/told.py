"""Messages of the console beside itself: what was parked, and the minute of silence."""

from collections.abc import Sequence

from bot.delivery.message import Message
from bot.texts import Texts, channel, escape


def parked_lines(t: Texts, place: str, lines: Sequence[str]) -> Message:
    """To whoever parked them, after the session."""
    text = t("In {channel} you parked this for later:", channel=channel(place))
    return Message("\n".join([text, *(f"• {escape(line)}" for line in lines)]))


def parked(t: Texts) -> str:
    """To whoever parked a line, at once."""
    return t("Parked. You alone get it back, after the session.")


def done(t: Texts) -> str:
    """In the window, after a press."""
    return t("Done. Your message shows how it is now; you can close this window.")


def silence_begins(t: Texts) -> Message:
    return Message(t("A minute of silence. Nobody speaks or types."))


def silence_runs(t: Texts) -> Message:
    """To whoever leads, where nobody reads the thread, or when it was on already."""
    return Message(t("The minute runs. I'll say when it is over."))


def silence_over(t: Texts) -> Message:
    return Message(t("The minute of silence is over."))
