"""One part in a process tree of its own: `python -m benchmarks.part MODULE FILE [--quick]`, and whoever starts that.

So no part inherits another's memory, caches or threads, and one that crashes or hangs takes none with it.
"""

import contextlib
import dataclasses
import importlib
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from benchmarks.rows import Row

ROOT = Path(__file__).resolve().parents[1]
# On a machine that does nothing else no part takes more than two minutes.
PATIENCE_SECONDS = 900
# After the word to stop, for taking down a database and a bot.
TIDYING_SECONDS = 20


def measured(
    module: str, quick: bool, say: Callable[[str], None], patience: float = PATIENCE_SECONDS
) -> tuple[list[Row], bool]:
    """The rows of one part, and whether it came to its end; if not, the last row says what happened."""
    name = module.rpartition(".")[2]
    say(f"{name} …")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "rows.json"
        command = [
            sys.executable,
            "-m",
            "benchmarks.part",
            module,
            str(file),
            *(["--quick"] if quick else []),
        ]
        with _process_group(command) as process:
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                return [broken(name, f"went on for more than {patience:.0f} s")], False
        try:
            told = json.loads(file.read_text())
        except (OSError, ValueError):
            return [broken(name, f"ended with exit code {process.returncode}")], False
    say(f"{name}: {time.monotonic() - began:.0f} s")
    rows = [Row(**row) for row in told["rows"]]
    if told["broken"]:
        return [*rows, broken(name, told["broken"])], False
    return rows, True


def broken(name: str, how: str) -> Row:
    """The row of a part that has no figures to tell."""
    return Row(name, f"BROKE OFF: {how}", math.nan, "", None, None, "figures", False)


@contextlib.contextmanager
def _process_group(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process and all that it starts; gone, down to the last one, at the end of the block."""
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(TIDYING_SECONDS)
        # Whatever it left behind is still in its group, and keeps the group's number from being given to another.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@click.command()
@click.argument("module")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--quick", is_flag=True)
def main(module: str, file: Path, quick: bool) -> None:
    """Runs one part here and writes what it found."""
    name = module.rpartition(".")[2]
    rows: list[Row] = []
    trouble = ""
    try:
        rows = importlib.import_module(module).run(quick, lambda line: _say(f"  {name}: {line}"))
    except Exception as problem:
        # These databases hold nobody's words, so the message may be told.
        trouble = " ".join(f"{type(problem).__name__}: {problem}".split())[-300:]
        _say(f"  {name} broke off: {trouble}")
    file.write_text(json.dumps({"rows": [dataclasses.asdict(row) for row in rows], "broken": trouble}))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
