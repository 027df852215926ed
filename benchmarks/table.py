"""The rows as people read them: in the terminal, in benchmarks/README.md, and as JSON."""

import dataclasses
import math
import os
import platform
import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from benchmarks.rows import Row
from tests.postgres import programs

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- table -->", "<!-- end of table -->"
HEADINGS = ("part", "what", "figure", "next to", "ratio", "aim", "met")


def machine() -> dict[str, Any]:
    """What it was measured on, as far as it explains a figure."""
    server = subprocess.run(
        [programs() / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return {
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "postgresql": server.stdout.split()[2],
    }


def machine_in_words(found: dict[str, Any]) -> str:
    return (
        f"{found['cores']} cores, {found['system']}, Python {found['python']}, SQLite {found['sqlite']}, "
        f"PostgreSQL {found['postgresql']}"
    )


def as_json(rows: Sequence[Row], found: dict[str, Any], quick: bool) -> dict[str, Any]:
    """JSON knows no NaN: a figure that was not found is null."""
    return {
        "machine": found,
        "quick": quick,
        "rows": [
            {**dataclasses.asdict(row), "figure": None if math.isnan(row.figure) else row.figure}
            for row in rows
        ],
    }


def for_terminal(rows: Sequence[Row], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in HEADINGS:
        right = heading in ("figure", "next to", "ratio")
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    before = ""
    for row in rows:
        if before and row.part != before:
            table.add_section()
        before = row.part
        table.add_row(*cells(row), style="red" if row.met is False else None)
    return table


def as_markdown(rows: Sequence[Row]) -> str:
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---|---|--:|--:|--:|---|---|"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells(row)) + " |" for row in rows]
    return "\n".join(lines)


def keep(rows: Sequence[Row], words: str, file: Path = README) -> None:
    """Puts the table between the two markers. Raises ValueError when they are not there."""
    before, begin, rest = file.read_text().partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{file.name} has no place for the table")
    file.write_text(f"{before}{BEGIN}\n{words}\n\n{as_markdown(rows)}\n{END}{after}")


def cells(row: Row) -> tuple[str, ...]:
    """One row in words."""
    met = {True: "yes", False: "NO", None: ""}[row.met]
    figure = "-" if math.isnan(row.figure) else f"{_short(row.figure)} {row.unit}".strip()
    baseline = "" if row.baseline is None else f"{_short(row.baseline)} {row.unit}".strip()
    ratio = "" if row.ratio is None else f"{_short(row.ratio)} ×"
    return (row.part, row.what, figure, baseline, ratio, row.aim, met)


def _short(figure: float) -> str:
    """Three digits are all that a second run could repeat; whole numbers stay whole."""
    if figure == int(figure):
        return f"{int(figure):,}"
    digits = max(0, 2 - math.floor(math.log10(abs(figure))))
    return f"{figure:,.{min(digits, 4)}f}"
