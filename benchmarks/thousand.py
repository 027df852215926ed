"""Many sessions at once, for 65 minutes of the simulated clock, on one process.

`python -m benchmarks.thousand_process` is that process: the bot as `build` wires it, with the real store on a SQLite
file, the real sweep and the real sender; only the call to Slack is answered on the spot. The sessions go on by
themselves, each from its first phase to its summary, and begin as closely after each other as a thousand within a
minute. They belong to workspaces of ten groups: a thousand groups in one workspace would wait for Slack's pace, and
that is not our doing.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import func, select

from benchmarks import databases, scene
from benchmarks.processes import ROOT
from benchmarks.rows import Row
from bot.cases.records import Case
from bot.groups import service as groups
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.sessions.views import ControlRef
from bot.storage import Keyring, Tx, Workspace, open_store, use_keyring

NAME = "thousand"
# SESSIONS=1000 for a thousand, which take ten minutes.
SESSIONS, FEW = int(os.environ.get("SESSIONS", "100")), 30
PEOPLE = 6
GROUPS_A_WORKSPACE = 10
MINUTES = 65
# How many begin in each second: a thousand within a minute.
A_SECOND = 1000 / 60
# What a thousand may take.
MEMORY_MB, MANY = 200.0, 1000
# The lateness that nobody notices.
LATE_SECONDS = 1.0


def run(quick: bool, say: Callable[[str], None]) -> list[Row]:
    """A quick run has fewer sessions, and says so."""
    count = FEW if quick else SESSIONS
    say(f"{count} sessions are prepared")
    key = Fernet.generate_key().decode()
    use_keyring(Keyring([key]))
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        databases.fresh("sqlite", Path(folder)) as url,
    ):
        begun = asyncio.run(_prepared(url, count))
        say(f"{count} sessions run for {MINUTES} minutes")
        found = _process(url, key, begun)
        ended = asyncio.run(_ended(url))
    if ended != count:
        raise RuntimeError(f"{ended} of {count} sessions came to their end")
    return _rows(count, found)


def _rows(count: int, found: dict[str, Any]) -> list[Row]:
    name = f"{count} sessions"
    memory, late = found["memory_mb"], found["late_p99_s"]
    real = found["real_s"]
    return [
        Row(
            NAME,
            f"{name}, memory at most",
            memory,
            "MB",
            None,
            None,
            f"< {MEMORY_MB:.0f} MB" if count >= MANY else "",
            memory < MEMORY_MB if count >= MANY else None,
        ),
        Row(NAME, f"{name}, late by p50", found["late_p50_s"], "s", None, None, "", None),
        Row(
            NAME,
            f"{name}, late by p99",
            late,
            "s",
            None,
            None,
            f"< {LATE_SECONDS:.0f} s",
            late < LATE_SECONDS,
        ),
        Row(NAME, f"{name}, late by at most", found["late_max_s"], "s", None, None, "", None),
        Row(NAME, f"{name}, moments", found["moments"], "", None, None, "", None),
        Row(NAME, f"{name}, calls to Slack", found["calls"], "", None, None, "", None),
        Row(NAME, f"{name}, processor", found["cpu_s"], "s", None, None, "", None),
        Row(NAME, f"{name}, share of one core", found["cpu_s"] / (MINUTES * 60), "", None, None, "", None),
        Row(NAME, f"{name}, {MINUTES} minutes took", real, "s", None, None, "", None),
    ]


def _process(url: str, key: str, begun: datetime) -> dict[str, Any]:
    arguments = [url, key, str(begun.timestamp()), str(MINUTES * 60)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.thousand_process", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


async def _prepared(url: str, count: int) -> datetime:
    """Sessions whose first phase has just begun; returns the moment of the first one."""
    first = datetime.now(UTC)
    now = first
    store = open_store(url, lambda: now)
    try:
        for number in range(count):
            now = first + timedelta(seconds=number / A_SECOND)
            await store.transact(begun, number, Workspace(f"T0BENCH{number // GROUPS_A_WORKSPACE:04}"))
        return first
    finally:
        await asyncio.to_thread(store.close)


def begun(tx: Tx, number: int, workspace: Workspace) -> None:
    """A session whose first phase has just begun."""
    tx = tx.of(workspace)
    group = scene.group(tx, number, PEOPLE, workspace)
    users = [member.user for member in groups.members(tx, group)]
    case: Case = scene.case(tx, group, users[0], number)
    # What came before the session has been sent; what the session sends is what is measured.
    scene.as_if_sent(tx, tx.now)
    session = sessions.start_session(
        tx,
        group.id,
        users[0],
        case_id=case.id,
        method="incident",
        facilitator=users[1],
        auto_advance=True,
    )
    for user in users:
        sessions.mark_present(tx, sessions.scene_of(tx, session), user)
    sessions.begin(
        tx,
        users[1],
        ControlRef(session.id, session.phase_index, session.pass_no, session.version),
    )


async def _ended(url: str) -> int:
    store = open_store(url, lambda: datetime.now(UTC))
    try:
        return await store.read(
            lambda tx: (
                tx.sql.scalar(
                    select(func.count(Session.id)).where(
                        Session.state == State.ENDED, Session.ended_how == "finished"
                    )
                )
                or 0
            )
        )
    finally:
        await asyncio.to_thread(store.close)
