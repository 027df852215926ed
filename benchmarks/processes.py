"""Processes that a benchmark starts: on this machine only, and ended by their own number."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 60
HERE = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind((HERE, 0))
        return int(opened.getsockname()[1])


@contextlib.contextmanager
def running(
    *module: str, ready: str = "", environment: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m …` for as long as the block lasts, from the moment that the address `ready` answers 200."""
    with (log or Path(os.devnull)).open("ab") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=ROOT,
            env={**_inherited(), **(environment or {})},
            stdout=subprocess.DEVNULL,
            stderr=written,
        )
    try:
        _wait_for(process, ready)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cpu_seconds(pid: int) -> float:
    """What a process has used of a processor so far; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _inherited() -> dict[str, str]:
    """Our environment without whatever would steer the bot: a benchmark measures what it says it measures."""
    ours = ("SLACK_", "INTERVISIE_", "DATABASE_URL", "PORT", "LOG_LEVEL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _wait_for(process: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while address:
        try:
            with urllib.request.urlopen(address, timeout=1) as response:
                if response.status == 200:
                    return
        except (OSError, http.client.HTTPException):
            # Also a connection that reached itself, on a port where nobody listens yet.
            pass
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{process.args!r} did not get ready")
        time.sleep(0.02)
