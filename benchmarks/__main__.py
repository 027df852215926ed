"""`make bench`: every part, one after the other; a table at the end, and in benchmarks/README.md."""

import json
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from benchmarks import table
from benchmarks.part import PATIENCE_SECONDS, measured
from benchmarks.rows import Row

# Every one is run, in this order; one that can't be loaded is a row that says so.
PARTS = (
    "votes",
    "lateness",
    "thousand",
    "calls",
    "crowd",
    "startup",
    "growth",
    "hostile",
    "fairness",
    "year",
)
# In seconds, where it is not the usual one (benchmarks/part.py).
PATIENCE = {"thousand": 5400.0, "year": 9000.0}
# What a table needs where nobody looks: in a file or a pipe.
WIDE = 150


@click.command()
@click.option("--json", "file", type=click.Path(path_type=Path), help="Where to write the figures.")
@click.option("--only", type=click.Choice(PARTS), multiple=True, help="This part alone; may be given again.")
@click.option(
    "--quick", is_flag=True, help="To see whether it works: fewer of everything, no figures to keep."
)
def main(file: Path | None, only: tuple[str, ...], quick: bool) -> None:
    """Measures, and compares side by side in the same run."""
    signal.signal(signal.SIGTERM, _interrupt)
    found = table.machine()
    rows: list[Row] = []
    whole = True
    for name in PARTS:
        if only and name not in only:
            continue
        told, ended = measured(f"benchmarks.{name}", quick, _say, PATIENCE.get(name, PATIENCE_SECONDS))
        rows += told
        whole = whole and ended
    words = table.machine_in_words(found)
    console = Console()
    Console(width=console.width if console.is_terminal else WIDE).print(table.for_terminal(rows, words))
    if file is not None:
        file.write_text(json.dumps(table.as_json(rows, found, quick), indent=2))
    if not only and not quick:
        table.keep(rows, f"Measured on {datetime.now(UTC):%Y-%m-%d}: {words}.")
    sys.exit(0 if whole else 1)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
