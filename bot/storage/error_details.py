"""Error details: PostgreSQL quotes the row that it refuses. The message keeps its first line, which names no value."""

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext


def hide_details(engine: Engine) -> None:
    """Leave the DETAIL out of every error of this engine. https://www.postgresql.org/docs/current/protocol-error-fields.html"""
    event.listen(engine, "handle_error", _hide)


def _hide(context: ExceptionContext) -> None:
    for problem in (context.original_exception, context.sqlalchemy_exception):
        if problem is not None and problem.args:
            problem.args = (str(problem.args[0]).partition("\n")[0], *problem.args[1:])
