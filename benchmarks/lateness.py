"""How late moments are handled that fall due by the thousand in the same second, next to other engines.

Each run has a process and an empty database of its own (benchmarks/lateness_process.py); engines take turns, so what
else the machine does hits all of them. benchmarks/engines.py says how each is set up. Late is the time from the moment
to the beginning of its handler, which notes the time and does nothing else.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from benchmarks import databases
from benchmarks.lateness_process import Figures
from benchmarks.processes import ROOT
from benchmarks.rows import Row

NAME = "lateness"
P99_SECONDS = 0.5
STALL_SECONDS = 0.1
OTHERS = {"sqlite": ("apscheduler",), "postgresql": ("apscheduler", "pgqueuer")}
NAMES = {"apscheduler": "APScheduler's job store", "pgqueuer": "PgQueuer"}
FEW, SOME, MANY = 100, 1_000, 10_000
# How often those run that may be close, with the most moments; everything else runs once.
ROUNDS = 3


def run(quick: bool, say: Callable[[str], None]) -> list[Row]:
    """1,000 and 10,000 moments on both databases; a quick run has 100, once, on SQLite."""
    rows: list[Row] = []
    for kind in databases.KINDS[:1] if quick else databases.KINDS:
        for count in (FEW,) if quick else (SOME, MANY):
            found = _in_turns(kind, count, say)
            for other in OTHERS[kind]:
                rows += _rows(kind, count, found["ours"], other, found[other])
    return rows


def _in_turns(kind: str, count: int, say: Callable[[str], None]) -> dict[str, Figures]:
    found: dict[str, list[Figures]] = {}
    for number in range(ROUNDS if count == MANY else 1):
        for engine in ("ours", *OTHERS[kind]):
            if number and engine == "apscheduler":
                # Once is enough: it takes long, and is not close.
                continue
            one = _process(kind, engine, count)
            found.setdefault(engine, []).append(one)
            say(f"{count:,} on {kind}, {engine}: p99 {one.p99:.3f} s")
    return {engine: _together(runs) for engine, runs in found.items()}


def _together(runs: Sequence[Figures]) -> Figures:
    """The middle one of what varies, and the worst of what must never be."""
    return Figures(
        p50=median(one.p50 for one in runs),
        p99=median(one.p99 for one in runs),
        longest=max(one.longest for one in runs),
        never=sum(one.never for one in runs),
        twice=sum(one.twice for one in runs),
        stall=max(one.stall for one in runs),
    )


def _process(kind: str, engine: str, count: int) -> Figures:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, databases.fresh(kind, Path(folder)) as url:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.lateness_process", engine, url, str(count)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"{engine} on {kind}: {done.stderr[-1000:]}")
    return Figures(**json.loads(done.stdout))


def _rows(kind: str, count: int, ours: Figures, other: str, theirs: Figures) -> list[Row]:
    """Figures are ours, "next to" is theirs. More than 1 × is how many times later theirs are."""
    what = f"{count:,} on {kind}, next to {NAMES[other]}"
    ratio = theirs.p99 / ours.p99
    aim, met = _aim(kind, count, other, ours.p99, ratio)
    wrong, their_wrong = ours.never + ours.twice, theirs.never + theirs.twice
    return [
        Row(NAME, f"{what}: p50", ours.p50, "s", theirs.p50, theirs.p50 / ours.p50, "", None),
        Row(NAME, f"{what}: p99", ours.p99, "s", theirs.p99, ratio, aim, met),
        Row(
            NAME,
            f"{what}: latest",
            ours.longest,
            "s",
            theirs.longest,
            theirs.longest / ours.longest,
            "",
            None,
        ),
        Row(NAME, f"{what}: never or twice", wrong, "", their_wrong, None, "0", wrong == 0),
        Row(
            NAME,
            f"{what}: event loop blocked",
            ours.stall,
            "s",
            theirs.stall,
            theirs.stall / ours.stall,
            f"< {STALL_SECONDS} s",
            ours.stall < STALL_SECONDS,
        ),
    ]


def _aim(kind: str, count: int, other: str, p99: float, ratio: float) -> tuple[str, bool | None]:
    if other == "pgqueuer":
        return ">= 1 ×", ratio >= 1
    if kind == "sqlite" and count == MANY:
        return f"< {P99_SECONDS} s", p99 < P99_SECONDS
    return "", None
