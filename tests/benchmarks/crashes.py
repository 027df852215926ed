"""A part that crashes."""

from collections.abc import Callable

from benchmarks.rows import Row

NAME = "crashes"


def run(quick: bool, say: Callable[[str], None]) -> list[Row]:
    raise ValueError("no such luck")
