"""The frame of `make bench`: a part measures in a process tree of its own, and none is skipped in silence."""

import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import part, table
from benchmarks.rows import Row

ROOT = Path(__file__).resolve().parents[2]


def silence(line: str) -> None:
    pass


def test_a_quick_run_of_one_part_prints_and_writes_its_figures(tmp_path: Path) -> None:
    kept = table.README.read_text()
    file = tmp_path / "figures.json"
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--only", "startup", "--json", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(file.read_text())
    assert told["quick"] is True
    assert set(told["machine"]) == {"cores", "system", "python", "sqlite", "postgresql"}
    assert {row["part"] for row in told["rows"]} == {"startup"}
    assert 0 < told["rows"][0]["figure"] < 60
    assert "to ready, sqlite" in ended.stdout
    assert "startup: sqlite: ready after" in ended.stderr
    # A quick run has no figures to keep.
    assert table.README.read_text() == kept


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("tests.benchmarks.crashes", "ValueError: no such luck"),
        ("tests.benchmarks.is_not_there", "ModuleNotFoundError"),
    ],
)
def test_a_part_that_crashes_is_a_row_that_says_so(module: str, said: str) -> None:
    rows, ended = part.measured(module, quick=True, say=silence)
    assert not ended
    assert [row.met for row in rows] == [False]
    assert said in rows[0].what
    assert math.isnan(rows[0].figure)


def test_a_part_that_hangs_is_ended_with_all_that_it_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BENCH_TEST_PIDS", str(tmp_path / "pids"))
    monkeypatch.setattr(part, "TIDYING_SECONDS", 0.1)
    rows, ended = part.measured("tests.benchmarks.hangs", quick=True, say=silence, patience=8)
    assert not ended
    assert "more than 8 s" in rows[0].what
    for pid in (tmp_path / "pids").read_text().split():
        assert _is_gone(int(pid))


def _is_gone(pid: int) -> bool:
    """Whether a process has ended, or does so within a moment: a killed one may still be on its way out."""
    until = time.monotonic() + 60
    while _runs(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _runs(pid: int) -> bool:
    """Whether a process is there; one that has ended and waits to be counted off is not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_the_table_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"Before.\n\n{table.BEGIN}\nold figures\n{table.END}\n\nAfter.\n")
    table.keep([Row("votes", "a vote", 0.01234, "s", 0.02, 1.6207, "< 1 s", True)], "Two cores.", file)
    kept = file.read_text()
    assert kept.startswith("Before.\n")
    assert kept.endswith("\nAfter.\n")
    assert "old figures" not in kept
    assert "Two cores." in kept
    assert "| votes | a vote | 0.0123 s | 0.0200 s | 1.62 × | < 1 s | yes |" in kept
    table.keep([], "Four cores.", file)
    assert "Two cores." not in file.read_text()


def test_without_a_place_for_the_table_the_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text("No place here.\n")
    with pytest.raises(ValueError, match="no place"):
        table.keep([], "Two cores.", file)
    assert file.read_text() == "No place here.\n"


def test_a_figure_that_was_not_found_is_null() -> None:
    machine = {"cores": 2}
    told = table.as_json([part.broken("votes", "ended with exit code -9")], machine, quick=False)
    assert json.loads(json.dumps(told, allow_nan=False))["rows"][0]["figure"] is None
