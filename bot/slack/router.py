"""Router: maps exact ids to handlers, behind one Bolt listener per kind of payload.

Bolt tries its listeners one by one, at about 10 µs each; with sixty listeners the throughput of the last falls to a
quarter. The router's decorators read like Bolt's own, and a handler is found in one look-up.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from bot.slack.requests import Action, Command, Event, Submission
from bot.texts import Refused, Texts

C = TypeVar("C")
Handler = Callable[[C], Awaitable[None]]
Register = Callable[[Handler[C]], Handler[C]]


@dataclass(frozen=True, slots=True)
class Subcommand:
    """Subcommand: a word after /intervisie, with its Dutch and English name, its aliases and its help line."""

    name: str
    english: str
    aliases: tuple[str, ...]
    summary: Callable[[Texts], str]
    handler: Handler[Command]


@dataclass(frozen=True, slots=True)
class TypedHandler:
    """A handler, and the class of the reference in its button or form.

    `logged_as`: the name in the log of an action whose id says what somebody answered in confidence.
    """

    handler: Handler[Any]
    reference: type[Any] | None
    logged_as: str = ""


@dataclass(frozen=True, slots=True)
class EventHandler:
    """Event handler with its stable name, under which processed events are stored.

    `formerly`: the names of earlier versions. While such a version still runs, both read and write these names. They can be
    removed two days after its last process ended (dedup.RETENTION).
    """

    name: str
    handler: Handler[Event]
    formerly: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.formerly)


class Router:
    """Router: each room registers its handlers with one."""

    def __init__(self) -> None:
        self.subcommands: list[Subcommand] = []
        self.actions: dict[str, TypedHandler] = {}
        self.submissions: dict[str, TypedHandler] = {}
        self.events: dict[str, list[EventHandler]] = {}
        self.refusals: dict[type[Refused], Callable[[Command, Any], Awaitable[None]]] = {}
        self._by_word: dict[str, Subcommand] = {}

    def command(
        self, name: str, *aliases: str, english: str | None = None, summary: Callable[[Texts], str]
    ) -> Register[Command]:
        """Register a subcommand; an empty name is the bare command. `english` is its English name, if it differs.

        `summary` is its line in the help.
        """

        def register(handler: Handler[Command]) -> Handler[Command]:
            subcommand = Subcommand(name, english or name, aliases, summary, handler)
            self.subcommands.append(subcommand)
            for word in dict.fromkeys((name, subcommand.english, *aliases)):
                self._claim(self._by_word, word, subcommand)
            return handler

        return register

    def action(
        self, action_id: str, value: type[Any] | None = None, *, logged_as: str = ""
    ) -> Register[Action]:
        """Register an action. `value` is the class of the reference in the button or in the chosen option."""

        def register(handler: Handler[Action]) -> Handler[Action]:
            self._claim(self.actions, action_id, TypedHandler(handler, value, logged_as))
            return handler

        return register

    def submit(self, callback_id: str, meta: type[Any] | None = None) -> Register[Submission]:
        """Register a form. `meta` is the class of the reference in its private_metadata."""

        def register(handler: Handler[Submission]) -> Handler[Submission]:
            self._claim(self.submissions, callback_id, TypedHandler(handler, meta))
            return handler

        return register

    def event(self, kind: str, *, name: str, formerly: tuple[str, ...] = ()) -> Register[Event]:
        """Register an event handler. Several handlers may listen to one kind, each with its own stable name.

        The name is stored with each processed event, so it never changes, also if the function moves. Raises ValueError if
        the name already listens to this kind.
        """

        def register(handler: Handler[Event]) -> Handler[Event]:
            self._listen(kind, EventHandler(name, handler, formerly))
            return handler

        return register

    def refusal(
        self, kind: type[Refused]
    ) -> Callable[[Callable[[Command, Any], Awaitable[None]]], Callable[[Command, Any], Awaitable[None]]]:
        """Register the answer to a command that raises this Refused, if a sentence is not enough."""

        def register(
            handler: Callable[[Command, Any], Awaitable[None]],
        ) -> Callable[[Command, Any], Awaitable[None]]:
            self.refusals[kind] = handler
            return handler

        return register

    def include(self, other: "Router") -> None:
        """Add a room's handlers to the app's."""
        self.subcommands += other.subcommands
        for word, subcommand in other._by_word.items():
            self._claim(self._by_word, word, subcommand)
        for action_id, expecting in other.actions.items():
            self._claim(self.actions, action_id, expecting)
        for callback_id, expecting in other.submissions.items():
            self._claim(self.submissions, callback_id, expecting)
        for kind, handlers in other.events.items():
            for listening in handlers:
                self._listen(kind, listening)
        self.refusals.update(other.refusals)

    def subcommand(self, word: str) -> Subcommand | None:
        return self._by_word.get(word.lower())

    def nearest(self, word: str) -> str | None:
        """The known subcommand that is most similar to this word."""
        known = [name for name in self._by_word if name]
        close = get_close_matches(word.lower(), known, n=1, cutoff=0.5)
        return close[0] if close else None

    def _listen(self, kind: str, listening: EventHandler) -> None:
        others = self.events.setdefault(kind, [])
        taken = {name for other in others for name in other.names}
        if not taken.isdisjoint(listening.names):
            raise ValueError(f"{listening.name!r} listens to {kind!r} twice")
        others.append(listening)

    @staticmethod
    def _claim(table: dict[str, Any], name: str, entry: Any) -> None:
        if name in table:
            raise ValueError(f"{name!r} is registered twice")
        table[name] = entry
