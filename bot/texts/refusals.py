"""Refusal: a kind "no", worded in the language of the person who reads it."""

from collections.abc import Callable

from bot.texts.catalogue import Texts


class Refused(Exception):
    """A use case refuses an action; this is no bug: `Refused(lambda t: t("…"))`.

    `field` names the form's input block where the sentence appears. The sentence never quotes typed text.
    """

    def __init__(self, say: Callable[[Texts], str], field: str | None = None) -> None:
        super().__init__("refused")
        self.say = say
        self.field = field
