"""The image, the compose file and the unit, as far as they can be tried without Docker: each step in a plain folder."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port
from cryptography.fernet import Fernet

from sandbox.server import running
from tests.cli.installed import COPIED, ROOT, clean, installed, wheel

__all__ = ["clean", "installed", "wheel"]

IMAGE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
UNIT = (ROOT / "deploy" / "intervisie.service").read_text(encoding="utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")


def instruction(name: str) -> list[str]:
    """The words of an instruction that is a list."""
    one_line = re.sub(r" --[^\n]*\\\n +", " ", IMAGE)
    [found] = re.findall(rf"^{name} (\[.*\])$", one_line, re.MULTILINE)
    words: list[str] = json.loads(found)
    return words


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(COPIED) == kept
    assert all((ROOT / name).exists() for name in kept)


def test_the_image_runs_as_somebody_without_rights_and_has_no_secret_in_it() -> None:
    last = IMAGE[IMAGE.rindex("\nFROM") :]
    assert "\nUSER intervisie\n" in last
    assert not re.search(r"^(ENV|ARG).*(TOKEN|SECRET|KEYS|PASSWORD)", IMAGE, re.MULTILINE)
    assert "--require-hashes" in IMAGE


@pytest.mark.long
async def test_the_start_of_the_image_migrates_takes_secrets_from_files_and_is_healthy(
    installed: Path, clean: dict[str, str], tmp_path: Path
) -> None:
    """Its own words, in an environment with its variables; two at once on one folder, and the second says why not."""
    kept, port = tmp_path / "kept", str(unused_port())
    for folder, name, value in (
        (kept, "", ""),
        (tmp_path, "bot_token", "xoxb-sandbox\n"),
        (tmp_path, "app_token", "xapp-sandbox\n"),
        (tmp_path, "keys", Fernet.generate_key().decode()),
    ):
        folder.mkdir(exist_ok=True)
        if name:
            (folder / name).write_text(value)
    async with running() as sandbox:
        settings = {
            **clean,
            "INTERVISIE_FOLDER": str(kept),
            "PORT": port,
            "SLACK_API_URL": sandbox.api_url,
            "SLACK_BOT_TOKEN_FILE": str(tmp_path / "bot_token"),
            "SLACK_APP_TOKEN_FILE": str(tmp_path / "app_token"),
            "INTERVISIE_SECRET_KEYS_FILE": str(tmp_path / "keys"),
        }
        start = [str(installed.parent / instruction("ENTRYPOINT")[0]), *instruction("CMD")]
        assert start[1:] == ["run", "--migrate"]
        health = [str(installed.parent / "python"), *instruction("HEALTHCHECK CMD")[1:]]
        assert await ended(health, settings) != 0
        process = await asyncio.create_subprocess_exec(
            *start, env=settings, cwd=kept, stderr=asyncio.subprocess.PIPE
        )
        assert process.stderr
        async with asyncio.timeout(60):
            while b'"started"' not in (line := await process.stderr.readline()):
                assert line, "the bot ended before it had started"
        assert await ended(health, settings) == 0
        second = await asyncio.create_subprocess_exec(
            *start, env={**settings, "PORT": str(unused_port())}, cwd=kept, stderr=asyncio.subprocess.PIPE
        )
        _, why = await second.communicate()
        assert b"Another process of the bot already works on this SQLite file" in why
        process.terminate()
        await process.communicate()
        assert process.returncode == 0
        (tmp_path / "keys").unlink()
        without = await asyncio.create_subprocess_exec(
            *start, env=settings, cwd=kept, stderr=asyncio.subprocess.PIPE
        )
        _, why = await without.communicate()
        assert without.returncode == 2
        assert b"INTERVISIE_SECRET_KEYS_FILE names a file that is not there." in why


async def ended(command: list[str], environment: dict[str, str]) -> int | None:
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    return await process.wait()


def test_a_setting_that_is_missing_does_not_start_the_unit_again_and_again() -> None:
    """The exit code of missing settings, as bot/cli/problems.py gives it."""
    assert "RestartPreventExitStatus=2" in UNIT


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path) -> None:
    file = tmp_path / "intervisie.service"
    file.write_text(UNIT.replace("/opt/intervisie/bin/intervisie", sys.executable))
    checked = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_compose_file_starts_one_bot_in_each_way() -> None:
    """Two bots with one token would both answer."""
    services = re.split(
        r"^  (?=[a-z-]+:$)",
        COMPOSE.partition("services:\n")[2].partition("\nvolumes:")[0],
        flags=re.MULTILINE,
    )
    ways = [re.findall(r"profiles: \[(.*)\]", service) for service in services if "<<: *bot" in service]
    assert ways == [["sqlite"], ["postgresql"]]
    assert not re.search(r"^\s*[A-Z_]*(TOKEN|SECRET|KEYS)[A-Z_]*:", COMPOSE, re.MULTILINE)


@pytest.mark.skipif(
    subprocess.run(["docker", "compose", "version"], capture_output=True).returncode != 0
    if shutil.which("docker")
    else True,
    reason="docker compose is not here",
)
@pytest.mark.parametrize("profile", ["sqlite", "postgresql"])
def test_compose_finds_no_fault_in_its_file(profile: str) -> None:
    command = [
        "docker",
        "compose",
        "-f",
        str(ROOT / "compose.yaml"),
        "--profile",
        profile,
        "config",
        "--quiet",
    ]
    assert subprocess.run(command, env={**os.environ, "POSTGRES_PASSWORD": "x"}).returncode == 0


def test_platforms_find_the_locked_packages_and_commands_that_need_no_installation() -> None:
    named = re.findall(r"^-r (\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert named == ["requirements/run.lock"]
    commands = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert commands == {"release": "python -m bot migrate", "web": "python -m bot run"}
