"""Structured logs that cannot hold a word of a case: only the keys listed here get through."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = {
    "event",
    "level",
    "timestamp",
    "workspace",
    "group",
    "session",
    "reference",
    "kind",
    "method",
    "outcome",
    "seconds",
    "count",
    "error",
    "where",
    "mode",
    "port",
}


def only_allowed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drops every key that might carry content, and of a traceback everything but where it happened."""
    problem = event.pop("exc_info", None)
    if problem:
        event["where"] = _where(problem)
    return {key: value for key, value in event.items() if key in ALLOWED}


def _where(problem: Any) -> str:
    # An exception's message, and the source lines of a traceback, may quote what somebody wrote.
    error = problem if isinstance(problem, BaseException) else sys.exc_info()[1]
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
        return " ".join(words)


def configure(level: str) -> None:
    """Sets up logging for this process: for people on a terminal, as JSON elsewhere."""
    renderer: Any = structlog.processors.JSONRenderer()
    if sys.stderr.isatty():
        renderer = structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            only_allowed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_Bare())
    # Bolt takes its level from the root; its warnings are about requests that are none of our business.
    logging.basicConfig(level=logging.ERROR, handlers=[handler], force=True)
