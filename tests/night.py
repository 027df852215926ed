"""`make night`: what is too long for each change, with the date as seed, so that each night is another one.

`--seed` repeats a night. Every part is run, also after one that failed; the last lines say which.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2")


@dataclass(frozen=True)
class Part:
    """A command of Python, and the settings that make it long."""

    name: str
    words: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)


def parts(seed: int, minutes: float, mutants: int) -> list[Part]:
    """The parts of a night, the longest last."""
    return [
        Part("audit", ("-m", "deploy.audit")),
        Part(
            "long random lives",
            (
                *PYTEST,
                f"--hypothesis-seed={seed}",
                "tests/sessions/test_simulation.py",
                "tests/sessions/test_rules.py",
            ),
            {"LONG_LIFE": "1"},
        ),
        Part("every crash", (*PYTEST, "tests/resilience/test_every_crash.py"), {"EVERY_CRASH": "1"}),
        Part("every scene", (*PYTEST, "tests/story/test_short.py"), {"EVERY_SCENE": "1"}),
        Part("soak", ("-m", "benchmarks.soak", "--seed", str(seed), "--minutes", str(minutes))),
        Part("mutants", ("-m", "tests.mutants", "--seed", str(seed), "--count", str(mutants))),
    ]


def run(words: tuple[str, ...], settings: Mapping[str, str]) -> int:
    return subprocess.run([sys.executable, *words], env={**os.environ, **settings}, check=False).returncode


def main(arguments: list[str], run: Callable[[tuple[str, ...], Mapping[str, str]], int] = run) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=int(f"{datetime.now(UTC):%Y%m%d}"))
    parser.add_argument("--minutes", type=float, default=20, help="of the soak")
    parser.add_argument("--mutants", type=int, default=40, help="how many are tried")
    parser.add_argument("--only", default="", help="one part alone")
    given = parser.parse_args(arguments)
    chosen = [
        part for part in parts(given.seed, given.minutes, given.mutants) if given.only in ("", part.name)
    ]
    if not chosen:
        parser.error(f"there is no part {given.only}")
    failed = []
    for part in chosen:
        print(f"— {part.name}, seed {given.seed}", flush=True)
        began = time.monotonic()
        if run(part.words, part.settings):
            failed.append(part.name)
        print(f"— {part.name}: {(time.monotonic() - began) / 60:.0f} min", flush=True)
    print(
        f"Red: {', '.join(failed)}. Again with --seed {given.seed}."
        if failed
        else f"Green, seed {given.seed}."
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
