"""State columns: values are enum members, and only allowed transitions can be assigned."""

from typing import Any, TypeVar

from sqlalchemy import Dialect, String, TypeDecorator, event
from sqlalchemy.orm import NO_VALUE, InstrumentedAttribute

from bot.states import StateMachine
from bot.storage.base import Base

S = TypeVar("S", bound=Any)


class StateOf(TypeDecorator[S]):
    """State column: stored as the state's word. A word that only another version knows is read unchanged."""

    impl = String
    cache_ok = True

    def __init__(self, machine: StateMachine[S], length: int = 10) -> None:
        super().__init__(length)
        self.machine = machine

    def process_bind_param(self, value: S | str | None, dialect: Dialect) -> str | None:
        # A plain str: psycopg would adapt an enum member as a database enum.
        return None if value is None else str(self.machine.member(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else self.machine.stored(value)


@event.listens_for(Base, "attribute_instrument")
def _hold_to_the_machine(_: type, __: str, attribute: InstrumentedAttribute[Any]) -> None:
    """Check every assignment of a state. Loaded values are not checked, and a new row may start in any state."""
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

    # active_history: an expired value is loaded again before the comparison.
    event.listen(attribute, "set", assigned, retval=True, active_history=True)
