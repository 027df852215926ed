"""Structured logs that cannot hold a word of a case: only the keys listed here get through."""

import logging
import re
import sys
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import structlog

_ID = re.compile(r"[A-Za-z0-9]{1,24}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,79}")
_TIME = re.compile(r"[0-9T:.Z+-]{1,40}")

# Every key that may be in a line, with what its value may look like: an id, a name from the code, a moment or a number.
# What people write has blanks and signs in it; what does not fit is left out.
ALLOWED: dict[str, re.Pattern[str] | None] = {
    "event": _NAME,
    "level": _NAME,
    "timestamp": _TIME,
    "workspace": _ID,
    "group": _ID,
    "session": _ID,
    "reference": _ID,
    "kind": _NAME,
    "method": _NAME,
    "outcome": _NAME,
    "error": _NAME,
    "mode": _NAME,
    "seconds": None,
    "count": None,
    "port": None,
}
WITHHELD = "withheld"

P = ParamSpec("P")
R = TypeVar("R")

# One dictionary for everything that is done at one occasion, also in worker threads: what a use case finds out there is
# known to the line that tells, back in the event loop, that it failed. structlog's own context travels one way only.
_known: ContextVar[dict[str, str] | None] = ContextVar("known", default=None)
_ON_ERROR = "_known_to_logs"


@contextmanager
def about(**known: str) -> Iterator[None]:
    """While this lasts, each line says what is known. An error that leaves it takes that along to whoever logs it."""
    mine = {**(_known.get() or {}), **known}
    token = _known.set(mine)
    try:
        yield
    except Exception as problem:
        vars(problem).setdefault(_ON_ERROR, mine)
        raise
    finally:
        _known.reset(token)


def know(**known: str) -> None:
    """From here on it is known which group, session, … this is about. Nothing happens outside `about`."""
    mine = _known.get()
    if mine is not None:
        mine.update(known)


def carried(fn: Callable[P, R]) -> Callable[P, R]:
    """The same function, for another thread: what is known here is known there, and the other way round."""
    mine = _known.get()

    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        token = _known.set(mine)
        try:
            return fn(*args, **kwargs)
        finally:
            _known.reset(token)

    return run


def with_known(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Adds what is known. What the line says itself counts more."""
    return {**_about(event.get("exc_info")), **event}


def only_allowed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drops everything that might carry content, and of a traceback everything but where it happened."""
    problem = event.pop("exc_info", None)
    kept = {key: value for key, value in event.items() if key in ALLOWED and _fits(key, value)}
    kept.setdefault("event", WITHHELD)
    if problem:
        kept["where"] = _where(problem)
    return kept


def _fits(key: str, value: Any) -> bool:
    shape = ALLOWED[key]
    if shape is None:
        return isinstance(value, (int, float))
    return isinstance(value, str) and shape.fullmatch(value) is not None


def _about(problem: Any) -> dict[str, str]:
    """What is known here, or was known where an error comes from."""
    error = _error(problem) if problem else None
    return {**(vars(error).get(_ON_ERROR, {}) if error else {}), **(_known.get() or {})}


def _error(problem: Any) -> BaseException | None:
    return problem if isinstance(problem, BaseException) else sys.exc_info()[1]


def _where(problem: Any) -> str:
    # An exception's message, and the source lines of a traceback, may quote what somebody wrote.
    error = _error(problem)
    steps: list[str] = []
    traceback = error.__traceback__ if error else None
    while traceback:
        code = traceback.tb_frame.f_code
        steps.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return " > ".join(steps[-6:])


class _Bare(logging.Formatter):
    """Keeps of what a library logs only the place, and what kind of error it was.

    Its message and its traceback may quote anything: Bolt logs the body of a request that it does not understand, the
    SDK the text of what it sends, SQLAlchemy the values of a statement.
    """

    def format(self, record: logging.LogRecord) -> str:
        words = [record.name, record.levelname, f"{record.filename}:{record.lineno}"]
        if record.exc_info and record.exc_info[0]:
            words += [record.exc_info[0].__name__, _where(record.exc_info[1])]
        known = _about(record.exc_info[1] if record.exc_info else None)
        words += [f"{key}={value}" for key, value in known.items() if _fits(key, value)]
        return " ".join(words)


# What every line passes through before it is written.
PROCESSORS: tuple[Any, ...] = (
    with_known,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
    only_allowed,
)


def configure(level: str) -> None:
    """Sets up logging for this process: for people on a terminal, as JSON elsewhere."""
    renderer: Any = structlog.processors.JSONRenderer()
    if sys.stderr.isatty():
        renderer = structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[*PROCESSORS, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_Bare())
    # Bolt takes its level from the root; its warnings are about requests that are none of our business.
    logging.basicConfig(level=logging.ERROR, handlers=[handler], force=True)
