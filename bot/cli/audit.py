"""Log lines of what an operator does with people's data: one for each command that is done, also on a quiet log level."""

import sys

import structlog

from bot import logs
from bot.cli.sentences import as_sentence


class _CommandLog:
    """Log of commands. It writes to the standard error, as `intervisie run` does, and leaves the process's logging alone."""

    def info(self, event: str, **said: str | int) -> None:
        """Write one line through the filter of every log line: what and how many, no words and no person's id."""
        renderer = as_sentence if sys.stderr.isatty() else structlog.processors.JSONRenderer()
        logger = structlog.wrap_logger(
            structlog.PrintLogger(sys.stderr),
            processors=[*logs.PROCESSORS, renderer],
            wrapper_class=structlog.BoundLogger,
        )
        logger.info(event, **said)


log = _CommandLog()
