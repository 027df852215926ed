"""A kind "no", which is worded when it is known who reads it."""

from collections.abc import Callable

from bot.texts.catalogue import Texts


class Refused(Exception):
    """Something cannot be done, and that is nobody's mistake in the code: `Refused(lambda t: t("…"))`.

    `field` names the input block of a form at which the sentence belongs. What was typed is never in it.
    """

    def __init__(self, say: Callable[[Texts], str], field: str | None = None) -> None:
        super().__init__("refused")
        self.say = say
        self.field = field
