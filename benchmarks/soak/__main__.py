"""`make soak`: prints a table, and writes the figures as JSON when asked."""

import asyncio
import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.soak.run import PLANS, RATE, Result, run

HEADINGS = (
    "run", "sessions", "prompts", "kills", "faults", "lost", "doubled", "in doubt", "late p50", "p99", "max"
)  # fmt: skip


@click.command()
@click.option("--minutes", default=8.0, help="How long the trouble lasts, for all runs together.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Where to write the figures.")
@click.option("--only", type=click.Choice([plan.database for plan in PLANS]), help="One database alone.")
@click.option("--seed", default=1, help="For the dice.")
def main(minutes: float, file: Path | None, only: str | None, seed: int) -> None:
    """Whole sessions, killed processes, a Slack that misbehaves; then a count of what was lost or doubled."""
    plans = [plan for plan in PLANS if only in (None, plan.database)]
    results: list[Result] = []
    for plan in plans:
        result, remarks = asyncio.run(run(plan, minutes * 60 / len(plans), seed, _say))
        results.append(result)
        for remark in remarks:
            _say(f"{plan.name}: {remark}")
    Console(width=130).print(_table(results))
    if file is not None:
        file.write_text(json.dumps({"runs": [result.as_json() for result in results]}, indent=2))
    # Where no session was held, nothing could be lost.
    sys.exit(any(result.lost or result.doubled or not result.sessions for result in results))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _table(results: list[Result]) -> Table:
    table = Table(
        *HEADINGS, title=f"The soak; the clock runs {RATE:.0f} times as fast, lateness in real seconds"
    )
    for it in results:
        figures = (it.sessions, it.prompts, it.kills, it.faults, it.lost, it.doubled, it.in_doubt)
        late = (it.late_p50_s, it.late_p99_s, it.late_max_s)
        table.add_row(
            f"{it.name}, {it.database}",
            *map(str, figures),
            *("-" if one is None else f"{one:.3f} s" for one in late),
        )
    return table


main()
