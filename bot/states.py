"""State machines: the allowed transitions of a state. Rules declare them, and StateOf columns enforce them."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)


class IllegalTransition(Exception):
    """A forbidden transition between two states."""

    def __init__(self, before: str, after: str, states: type[StrEnum]) -> None:
        super().__init__(f"{states.__name__}: {before!s} is never followed by {after!s}")


class StateMachine(Generic[S]):
    """State machine: the states of an enum, each with its allowed next states. Staying in a state is always allowed."""

    def __init__(self, states: type[S], following: Mapping[S, Iterable[S]]) -> None:
        if set(following) != set(states):
            raise ValueError(f"{states.__name__}: each state says once what may follow it")
        self.states = states
        self._by_value = {state.value: state for state in states}
        self._following = {state: frozenset(after) for state, after in following.items()}

    def member(self, value: str) -> S:
        """The state with this value. Raises ValueError for an unknown one."""
        return self.states(value)

    def stored(self, value: str) -> S | str:
        """The state with this stored value; an unknown value of another version is returned unchanged."""
        return self._by_value.get(value, value)

    def allows(self, before: S | str, after: S) -> bool:
        """Whether this transition is allowed; staying in a state is."""
        known = self._by_value.get(before)
        return before == after or (known is not None and after in self._following[known])

    def require(self, before: S | str, after: S) -> None:
        """Raise IllegalTransition unless the transition is allowed."""
        if not self.allows(before, after):
            raise IllegalTransition(before, after, self.states)
