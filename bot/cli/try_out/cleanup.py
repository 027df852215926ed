"""Cleanup: takes away whatever the try-out left in the workspace, the newest first, however it ended."""

import signal
from collections.abc import Callable
from types import TracebackType

from slack_sdk.errors import SlackApiError

# The message is gone already, so there is nothing left to do.
GONE = ("message_not_found", "file_not_found", "file_deleted")


class Cleanup:
    """A context: at its end everything registered is taken away. `left` names what could not be."""

    def __init__(self) -> None:
        self.left: list[str] = []
        self._todo: list[tuple[str, Callable[[], object]]] = []

    def later(self, what: str, do: Callable[[], object]) -> None:
        """Register something that was just made."""
        self._todo.append((what, do))

    def __enter__(self) -> "Cleanup":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        # A second Ctrl+C would leave messages in a real channel.
        before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            for what, do in reversed(self._todo):
                self._do(what, do)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _do(self, what: str, do: Callable[[], object]) -> None:
        try:
            do()
        except SlackApiError as problem:
            if problem.response.get("error") not in GONE:
                self.left.append(what)
        except Exception:
            # The other things must go all the same.
            self.left.append(what)
