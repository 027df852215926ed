"""From the command `intervisie run` to ready (`/readyz` answers 200), with a migrated database.

The sandbox is there already, in a process of its own, as Slack would be; the bot's own clock runs, in Socket Mode, so
ready means: the database answers and a socket is connected. Python's caches of compiled modules are warm, as in any
installation that has been started once.
"""

import http.client
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from cryptography.fernet import Fernet

from benchmarks import databases
from benchmarks.processes import HERE, free_port, running
from benchmarks.rows import Row

NAME = "startup"
TIMES = 5
AT_MOST_SECONDS = 0.6
PATIENCE_SECONDS = 30
LOOK_SECONDS = 0.01


def run(quick: bool, say: Callable[[str], None]) -> list[Row]:
    """Five times on each database; a quick run starts once, on SQLite."""
    rows: list[Row] = []
    port = free_port()
    with running("sandbox", "--port", str(port), ready=f"http://{HERE}:{port}/healthz"):
        for kind in databases.KINDS[:1] if quick else databases.KINDS:
            with (
                tempfile.TemporaryDirectory(prefix="bench-") as folder,
                databases.fresh(kind, Path(folder)) as url,
            ):
                environment = _environment(url, port)
                took = []
                for number in range(1 if quick else TIMES + 1):
                    took.append(_start(environment))
                    say(
                        f"{kind}: ready after {took[-1]:.2f} s{' (not counted)' if _warms(number, quick) else ''}"
                    )
            rows += _rows(kind, took if quick else took[1:])
    return rows


def _warms(number: int, quick: bool) -> bool:
    """The first start may compile modules and read them from the disk."""
    return number == 0 and not quick


def _rows(kind: str, took: list[float]) -> list[Row]:
    aim = f"< {AT_MOST_SECONDS} s"
    middle, longest = median(took), max(took)
    return [
        Row(
            NAME,
            f"to ready, {kind}, median of {len(took)}",
            middle,
            "s",
            None,
            None,
            aim,
            middle < AT_MOST_SECONDS,
        ),
        Row(NAME, f"to ready, {kind}, longest of {len(took)}", longest, "s", None, None, "", None),
    ]


def _environment(url: str, sandbox: int) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": "xoxb-sandbox",
        "SLACK_APP_TOKEN": "xapp-sandbox",
        "SLACK_API_URL": f"http://{HERE}:{sandbox}/api/",
        "DATABASE_URL": url,
        "INTERVISIE_SECRET_KEYS": Fernet.generate_key().decode(),
        "PORT": str(free_port()),
        # Where Python may not keep what it compiled, every start is a first one.
        "PYTHONDONTWRITEBYTECODE": "",
    }


def _start(environment: dict[str, str]) -> float:
    """Seconds from the command to ready; the bot is ended again."""
    began = time.perf_counter()
    with running("bot", "run", environment=environment) as process:
        _until_ready(process, int(environment["PORT"]))
        return time.perf_counter() - began


def _until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < until:
        if _is_ready(port):
            return
        time.sleep(LOOK_SECONDS)
    raise RuntimeError(f"the bot did not get ready (exit code {process.poll()})")


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(HERE, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        # Also a connection that reached itself, on a port where nobody listens yet.
        return False
    finally:
        connection.close()
