"""Columns of state machines: read as members of an enumeration, and assigned only what may follow."""

from typing import Any, TypeVar

from sqlalchemy import Dialect, String, TypeDecorator, event
from sqlalchemy.orm import NO_VALUE, InstrumentedAttribute

from bot.states import StateMachine
from bot.storage.base import Base

S = TypeVar("S", bound=Any)


class StateOf(TypeDecorator[S]):
    """A state, stored as the word that it is. What other versions have stored beyond ours is read as it stands."""

    impl = String
    cache_ok = True

    def __init__(self, machine: StateMachine[S], length: int = 10) -> None:
        super().__init__(length)
        self.machine = machine

    def process_bind_param(self, value: S | str | None, dialect: Dialect) -> str | None:
        # The plain word: psycopg has an idea of its own of what a member of an enumeration is in SQL.
        return None if value is None else str(self.machine.member(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else self.machine.stored(value)


@event.listens_for(Base, "attribute_instrument")
def _hold_to_the_machine(_: type, __: str, attribute: InstrumentedAttribute[Any]) -> None:
    """Every assignment is checked, wherever it is written; what is loaded is not, and a new row may begin anywhere."""
    columns = getattr(attribute.property, "columns", ())
    if not columns or not isinstance(columns[0].type, StateOf):
        return
    machine = columns[0].type.machine
    may_be_empty = columns[0].nullable

    def assigned(_: Any, value: Any, before: Any, __: Any) -> Any:
        if value is None and may_be_empty and (before is None or before is NO_VALUE):
            return None
        after = machine.member(value)
        if before is not None and before is not NO_VALUE:
            machine.require(before, after)
        return after

    # With the history on, a value that has expired is read anew before it is compared.
    event.listen(attribute, "set", assigned, retval=True, active_history=True)
