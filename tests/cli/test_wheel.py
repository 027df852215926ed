"""The wheel, outside the checkout: it holds all that runs, and keeps its state in the user's data folder."""

import asyncio
import subprocess
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest

from sandbox.server import running
from tests.cli.installed import clean, installed, sources, wheel

__all__ = ["clean", "installed", "wheel"]

pytestmark = pytest.mark.long

# What a wheel is to hold of the checkout.
PARTS = ("bot/", "sandbox/", "migrations/")


def run(installed: Path, environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [installed, *words],
        env=environment,
        cwd=environment["HOME"],
        capture_output=True,
        text=True,
        # A bound for a machine that is busy, not a measure.
        timeout=1200,
    )


def names_in(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def test_the_wheel_holds_every_file_that_runs(wheel: Path) -> None:
    held = set(ZipFile(wheel).namelist())
    wanted = {name for name in sources() if name.startswith(PARTS)}
    assert len(wanted) > 500
    assert wanted <= held
    assert not {name for name in held if name.startswith(("tests/", "docs/", "deploy/", "benchmarks/"))}


def test_the_command_is_there_and_no_file_of_the_checkout(installed: Path, clean: dict[str, str]) -> None:
    shown = run(installed, clean, "--help")
    assert shown.returncode == 0, shown.stderr
    assert "setup" in shown.stdout
    python = installed.with_name("python")
    where = subprocess.run(
        [python, "-c", "import bot, sandbox; print(bot.__file__, sandbox.__file__)"],
        env=clean,
        cwd=clean["HOME"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.count(str(installed.parents[1])) == 2


async def test_setup_and_run_keep_everything_in_the_data_folder(
    installed: Path, clean: dict[str, str], tmp_path: Path
) -> None:
    async with running() as sandbox:
        settings = {**clean, "SLACK_API_URL": sandbox.api_url}
        process = await asyncio.create_subprocess_exec(
            *(installed, "setup"),
            env=settings,
            cwd=tmp_path,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate(b"1\nxoxb-sandbox\nxapp-sandbox\n")
        assert process.returncode == 0, said.decode()
        bot = await asyncio.create_subprocess_exec(
            *(installed, "run"), env=settings, cwd=tmp_path, stderr=asyncio.subprocess.PIPE
        )
        assert bot.stderr
        async with asyncio.timeout(60):
            while b'"started"' not in (line := await bot.stderr.readline()):
                assert line, "the bot ended before it had started"
        bot.terminate()
        await bot.communicate()
    assert {".env", "intervisie.db"} <= names_in(tmp_path / "data" / "intervisie")
    assert names_in(tmp_path) == {"data"}


def test_the_story_is_played_from_the_wheel(installed: Path, clean: dict[str, str], tmp_path: Path) -> None:
    played = run(installed, clean, "demo", "--play", "--headless", "--short")
    assert played.returncode == 0, played.stdout[-2000:] + played.stderr[-2000:]
    assert (tmp_path / "data" / "intervisie" / "demo").is_dir()
    assert names_in(tmp_path) == {"data"}
