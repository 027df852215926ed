"""A pytest plugin: the tests that need nothing but Python, for `make check`.

It takes the files of rules, views, texts, catalogues and settings, and of these only tests without a database or a
sandbox. At the end it says how much it left out: `make test` runs that too.
"""

from fnmatch import fnmatch
from pathlib import Path

import pytest

QUICK = (
    "test_*rules.py",
    "test_*views.py",
    "test_*catalogue*.py",
    "test_rhythm.py",
    "test_recurrence.py",
    "test_clock.py",
    "test_settings.py",
    "test_manifest.py",
    "test_papers.py",
    "test_dependencies.py",
    "test_released_migrations.py",
)
# A test that asks for one of these starts something, or waits for a disk.
SLOW_FIXTURES = frozenset({"database_url", "postgresql_url", "empty", "store", "sandbox"})
_left_out = pytest.StashKey[list[Path]]()


def is_quick(file: str) -> bool:
    return any(fnmatch(file, pattern) for pattern in QUICK)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_left_out] = []


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    name = collection_path.name
    if not fnmatch(name, "test_*.py") or is_quick(name):
        return None
    config.stash[_left_out].append(collection_path)
    return True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    slow = [item for item in items if SLOW_FIXTURES & set(getattr(item, "fixturenames", ()))]
    if slow:
        items[:] = [item for item in items if item not in slow]
        config.hook.pytest_deselected(items=slow)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    files = len(terminalreporter.config.stash[_left_out])
    terminalreporter.write_line(
        f"Left out: {files} files of tests that need a database, Slack's stand-in, a process or a browser, and those tests "
        "in the other files. `make test` runs everything."
    )
