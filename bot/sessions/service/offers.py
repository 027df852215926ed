"""Refusals that offer something to press."""

from collections.abc import Callable

from bot.delivery.message import Message
from bot.texts import Refused, Texts


class Offered(Refused):
    """A kind "no" with a way on: the listener answers with the whole message."""

    def __init__(self, offer: Callable[[Texts], Message]) -> None:
        super().__init__(lambda t: offer(t).text)
        self.offer = offer
