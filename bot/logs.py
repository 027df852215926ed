"""Structured logs without confidential text: only the keys in ALLOWED get through."""

import logging
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any, ParamSpec, TypeVar

import structlog

_ID = re.compile(r"[A-Za-z0-9]{1,24}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,79}")
_TIME = re.compile(r"[0-9T:.Z+-]{1,40}")


class Advice(StrEnum):
    """The advice of an alarm. A log line holds no other sentence."""

    RENEW_TOKEN = (
        "Slack refuses SLACK_BOT_TOKEN, so every message waits. See at api.slack.com/apps whether the app is still installed; "
        "if not, install it again, put its Bot User OAuth Token in SLACK_BOT_TOKEN and restart."
    )
    INSTALL_AGAIN = (
        "Slack took the app or its token away from this workspace, so nothing is sent. To go on: install the app again, put its "
        "Bot User OAuth Token in SLACK_BOT_TOKEN and restart. To delete everything at once: `intervisie forget --workspace`."
    )
    FEWER_CONNECTIONS = (
        "Slack counts more connections than the bot has, and part of the clicks goes nowhere. End other processes that use this "
        "SLACK_APP_TOKEN. Broken connections go by themselves, within minutes; until then the bot keeps one."
    )
    VERIFY_URL = (
        "No event of Slack has ever come in over HTTP; commands and buttons work without. With the bot running, open the app at "
        "api.slack.com/apps, Event Subscriptions, and press Retry beside the request URL. Without events the bot does not notice "
        "who joins, leaves or writes. Somebody who opens the bot's Home tab makes one."
    )
    ADD_SCOPES = (
        "A scope is missing, so messages wait. Paste `intervisie manifest` into the app's manifest at api.slack.com/apps and "
        "reinstall the app."
    )


# The allowed keys of a log line, with a pattern for the value: an id, a name from the code, a time or a number. Text that
# people write contains blanks and other signs; values that don't match are dropped.
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
    "messages": None,
    "forgotten": None,
    "port": None,
    "advice": None,
}
WITHHELD = "withheld"
MOST_OF_ONE_PLACE = 20
FLOOD_SECONDS = 60

P = ParamSpec("P")
R = TypeVar("R")

# One dictionary per request or job, shared with worker threads. A use case adds ids there, and a later log line in the
# event loop contains them. structlog's own context only travels into threads, not back.
_known: ContextVar[dict[str, str] | None] = ContextVar("known", default=None)
_ON_ERROR = "_known_to_logs"


@contextmanager
def about(**known: str) -> Iterator[None]:
    """Log context: lines inside it contain `known`. An exception carries the context along to the line that logs it."""
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
    """Add a group, a session, … to the current context. Outside `about` nothing happens."""
    mine = _known.get()
    if mine is not None:
        mine.update(known)


def carried(fn: Callable[P, R]) -> Callable[P, R]:
    """Wrap a function for another thread, so that it shares the current context."""
    mine = _known.get()

    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        token = _known.set(mine)
        try:
            return fn(*args, **kwargs)
        finally:
            _known.reset(token)

    return run


def with_known(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Processor: adds the context. Keys of the line itself win."""
    return {**_about(event.get("exc_info")), **event}


def only_allowed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Processor: drops keys and values that may hold content, and reduces a traceback to code locations."""
    problem = event.pop("exc_info", None)
    kept = {key: value for key, value in event.items() if key in ALLOWED and _fits(key, value)}
    kept.setdefault("event", WITHHELD)
    if problem:
        kept["where"] = _where(problem)
    return kept


def _fits(key: str, value: Any) -> bool:
    shape = ALLOWED[key]
    if key == "advice":
        return isinstance(value, Advice)
    if shape is None:
        return isinstance(value, (int, float))
    return isinstance(value, str) and shape.fullmatch(value) is not None


def _about(problem: Any) -> dict[str, str]:
    """The current context, and the one that an exception carries."""
    error = _error(problem) if problem else None
    return {**(vars(error).get(_ON_ERROR, {}) if error else {}), **(_known.get() or {})}


def _error(problem: Any) -> BaseException | None:
    return problem if isinstance(problem, BaseException) else sys.exc_info()[1]


def _where(problem: Any) -> str:
    # Locations only: an exception's message and a traceback's source lines may quote people's texts.
    error = _error(problem)
    steps: list[str] = []
    traceback = error.__traceback__ if error else None
    while traceback:
        code = traceback.tb_frame.f_code
        steps.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return " > ".join(steps[-6:])


class _Bare(logging.Formatter):
    """Formatter for libraries' log records: keeps only the location and the type of error.

    Their messages may quote content. Bolt logs the body of an unknown request, the SDK the text of messages, SQLAlchemy the
    values of a statement.
    """

    def format(self, record: logging.LogRecord) -> str:
        words = [record.name, record.levelname, f"{record.filename}:{record.lineno}"]
        if record.exc_info and record.exc_info[0]:
            words += [record.exc_info[0].__name__, _where(record.exc_info[1])]
        known = _about(record.exc_info[1] if record.exc_info else None)
        words += [f"{key}={value}" for key, value in known.items() if _fits(key, value)]
        return " ".join(words)


class FloodFilter(logging.Filter):
    """Lets a few records of one place through each minute.

    asyncio writes a line for every connection that it cannot accept: 800,000 in a minute.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._since = now()
        self._seen: Counter[tuple[str, int]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        if self._now() - self._since >= FLOOD_SECONDS:
            self._since = self._now()
            self._seen.clear()
        place = (record.pathname, record.lineno)
        self._seen[place] += 1
        return self._seen[place] <= MOST_OF_ONE_PLACE


# The processors of every log line.
PROCESSORS: tuple[Any, ...] = (
    with_known,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
    only_allowed,
)


def configure(level: str, on_terminal: Callable[..., str] | None = None) -> None:
    """Configure logging of this process: JSON, but for somebody at a terminal as `on_terminal` renders it."""
    renderer: Any = structlog.processors.JSONRenderer()
    if on_terminal is not None and sys.stderr.isatty():
        renderer = on_terminal
    structlog.configure(
        processors=[*PROCESSORS, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_Bare())
    handler.addFilter(FloodFilter())
    # Bolt takes its level from the root logger, and warns about every request that no listener handles.
    logging.basicConfig(level=logging.ERROR, handlers=[handler], force=True)
