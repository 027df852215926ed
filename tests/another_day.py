"""A pytest plugin: the whole suite in a process whose clock stands on another day. `make days` uses it.

Left out are the page, PostgreSQL and the tests that start processes of their own: a browser, a server and another
process go by the machine's clock.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import time_machine

WITH_PROCESSES = (
    "benchmarks",
    "cli",
    "page",
    "resilience/test_killed.py",
    "storage/test_notifications.py",
    "storage/test_process_lock.py",
    "story",
)
HERE = Path(__file__).parent
_travelling = pytest.StashKey[time_machine.travel]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--day", help="the moment at which the clock begins, as in 2026-12-24T10:00+01:00")


def pytest_configure(config: pytest.Config) -> None:
    day = config.getoption("--day")
    if day is not None:
        config.stash[_travelling] = time_machine.travel(datetime.fromisoformat(day), tick=True)
        config.stash[_travelling].start()


def pytest_unconfigure(config: pytest.Config) -> None:
    travelling = config.stash.get(_travelling, None)
    if travelling is not None:
        travelling.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--day") is None:
        return
    left_out = [item for item in items if _goes_by_the_machine(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def _goes_by_the_machine(item: pytest.Item) -> bool:
    place = item.path.relative_to(HERE).as_posix()
    return place.startswith(WITH_PROCESSES) or any(_about_postgresql(item))


def _about_postgresql(item: pytest.Item) -> Iterator[bool]:
    yield "postgresql_url" in getattr(item, "fixturenames", ())
    callspec = getattr(item, "callspec", None)
    if callspec is not None:
        yield "postgresql" in callspec.params.values()
