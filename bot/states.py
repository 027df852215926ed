"""State machines: which state of a thing may follow which. Rules declare them, and the mapped column holds to them."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)


class IllegalTransition(Exception):
    """A state was to follow another that it never follows."""

    def __init__(self, before: str, after: str, states: type[StrEnum]) -> None:
        super().__init__(f"{states.__name__}: {before!s} is never followed by {after!s}")


class StateMachine(Generic[S]):
    """State machine: every state of an enumeration, with those that may follow it. Staying in a state is no transition."""

    def __init__(self, states: type[S], following: Mapping[S, Iterable[S]]) -> None:
        if set(following) != set(states):
            raise ValueError(f"{states.__name__}: each state says once what may follow it")
        self.states = states
        self._by_value = {state.value: state for state in states}
        self._following = {state: frozenset(after) for state, after in following.items()}

    def member(self, value: str) -> S:
        """The state that is written so. Raises ValueError for a word that is none."""
        return self.states(value)

    def stored(self, value: str) -> S | str:
        """The state that is stored so; the word itself when only another version knows it, whose row it stays."""
        return self._by_value.get(value, value)

    def allows(self, before: S | str, after: S) -> bool:
        """Whether one state may follow another, or is the same."""
        known = self._by_value.get(before)
        return before == after or (known is not None and after in self._following[known])

    def require(self, before: S | str, after: S) -> None:
        """Raises IllegalTransition unless one state may follow the other."""
        if not self.allows(before, after):
            raise IllegalTransition(before, after, self.states)
