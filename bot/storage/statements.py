"""Prebuilt SQL statements: SQLAlchemy takes several times longer to build one than to execute it."""

import inspect
from collections.abc import Callable, Container
from functools import cache, wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar

from sqlalchemy import Executable, bindparam

from bot.storage.base import Workspace

P = ParamSpec("P")
S = TypeVar("S", bound=Executable)
Values: TypeAlias = dict[str, Any]


def statement(make: Callable[P, S]) -> Callable[P, tuple[S, Values]]:
    """Build a statement once; each later call only binds values to it.

    Write the function as if its arguments were values. At build time it gets bind parameters instead:

        @statement
        def _member(group_id: str, user: str) -> Select[Member]:
            return select(Member).where(Member.group_id == group_id, Member.user == user)

        tx.scalars(_member(group.id, user)).one_or_none()

    A call returns the statement and its values, for `tx.scalars`, `scalar`, `rows`, `change` and `locked`. A workspace
    is bound like any value (`Member.of(workspace)`), a list with `in_`.

    Keyword-only arguments shape the statement and are not bound: one statement is built for each of their values. Only
    these arguments may be tested in the function (`if locked:`). Pass `dialect=tx.dialect` if the SQL depends on it.

    Two traps. None is bound as NULL, which `==` never matches. And arithmetic on the arguments (`now - LEASE`) would run in
    the database: compute the value first, and pass the result.
    """
    made: dict[tuple[Any, ...], S] = {}

    @cache
    def arguments() -> tuple[tuple[str, ...], Values]:
        """The names of all arguments, and the defaults of those that shape the statement."""
        # At the first call: a start defines two hundred statements, and needs few.
        parameters = inspect.signature(make).parameters
        shaping = {name: one.default for name, one in parameters.items() if one.kind is one.KEYWORD_ONLY}
        return tuple(parameters), shaping

    @wraps(make)
    def given(*args: P.args, **kwargs: P.kwargs) -> tuple[S, Values]:
        names, shaping = arguments()
        named = {**shaping, **dict(zip(names, args, strict=False)), **kwargs}
        values: Values = {}
        for name, value in named.items():
            if isinstance(value, Workspace):
                values[f"{name}_team"], values[f"{name}_enterprise"] = value.team_id, value.enterprise_id
            elif name not in shaping:
                # With a suffix: SQLAlchemy reserves the bare column names in an UPDATE.
                values[f"{name}_"] = value
        shape = tuple(named[name] for name in shaping)
        if shape not in made:
            made[shape] = _make(make, named, shaping)
        return made[shape], values

    return given


def _make(make: Callable[..., S], named: dict[str, Any], shaping: Container[str]) -> S:
    return make(**{name: value if name in shaping else _bound(name, value) for name, value in named.items()})


def _bound(name: str, value: Any) -> Any:
    if isinstance(value, Workspace):
        parts: Any = (bindparam(f"{name}_team"), bindparam(f"{name}_enterprise"))
        return Workspace(*parts)
    return bindparam(f"{name}_")
