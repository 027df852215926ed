"""Persisted names: everything that stands in a database, in Slack or in somebody's monitoring under a name of ours.

`python -m tests.persisted.names` writes the list anew, after a change that has its migration.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bot.app import ANSWERS, all_handlers, composes, due_handlers
from bot.storage import Base

LIST = Path(__file__).with_suffix(".txt")
BOT = Path(__file__).parents[2] / "bot"
# Of an address or a text, not of a row: nothing with these names is stored.
NOT_STORED = frozenset({"{}/api/", "{}/healthz"})
# Messages of older versions stand in Slack under these keys. None has a button, and nothing looks for them.
NO_LONGER_WRITTEN = frozenset({"phase/{}/{}/everyone_done", "phase/{}/{}/warning/{}"})
KEY = re.compile(r"[a-z_]+/.*\{\}|\{\}/")
LOGGED = frozenset({"debug", "info", "warning", "error", "exception", "critical"})


@cache
def all_names() -> dict[str, list[str]]:
    """Every persisted name, by what it names."""
    router = all_handlers()
    tables = Base.metadata.tables
    return {
        "actions": sorted(router.actions),
        "answers of Slack": sorted(ANSWERS),
        "columns": sorted(
            f"{table.name}.{column.name}" for table in tables.values() for column in table.columns
        ),
        "due kinds": sorted(due_handlers()),
        "event handlers": sorted(
            {name for found in router.events.values() for one in found for name in one.names}
        ),
        "forms": sorted(router.submissions),
        "keys": sorted(set(_patterns()) - NOT_STORED | NO_LONGER_WRITTEN),
        "log events": sorted(set(_log_events())),
        "metrics": sorted(set(_metrics())),
        "nudge kinds": sorted(composes()),
        "tables": sorted(tables),
    }


def as_text(names: dict[str, list[str]]) -> str:
    return "\n".join(f"{kind}: {name}" for kind, found in names.items() for name in found) + "\n"


@cache
def _nodes() -> list[ast.AST]:
    """Everything that stands in the bot's sources."""
    return [node for path in sorted(BOT.rglob("*.py")) for node in ast.walk(ast.parse(path.read_text()))]


def _patterns() -> Iterator[str]:
    """Keys of messages and subjects of due work, with {} for what differs."""
    for node in _nodes():
        if isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
            pattern = "".join(parts)
            if KEY.match(pattern):
                yield pattern


def _metrics() -> Iterator[str]:
    for node in _nodes():
        if isinstance(node, ast.Constant) and re.fullmatch(r"intervisie_[a-z_]+", str(node.value)):
            yield str(node.value)


def _log_events() -> Iterator[str]:
    for node in _nodes():
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="log"), attr=level),
                args=[ast.Constant(value=str(name)), *_],
            ) if level in LOGGED:
                yield name


if __name__ == "__main__":
    LIST.write_text(as_text(all_names()))
