"""`intervisie run` on a terminal: sentences for a person. Elsewhere the lines stay JSON (test_run.py)."""

import asyncio
import os
import pty
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from structlog import DropEvent

from bot.cli.sentences import QUIET, SENTENCES, as_sentence
from bot.logs import Advice
from sandbox.server import running

ROOT = Path(__file__).resolve().parents[2]
LOGGED = re.compile(r"""log\.(?:debug|info|warning|error|exception)\(\s*"([a-z_]+)\"""")
AT = {"timestamp": "2026-11-29T12:00:00Z", "level": "info"}


def said(**event: Any) -> str:
    return as_sentence(None, "info", {**AT, **event}).split("  ", 1)[1]


def test_every_sentence_is_of_a_line_that_the_bot_writes() -> None:
    written = set()
    for path in (ROOT / "bot").rglob("*.py"):
        written |= set(LOGGED.findall(path.read_text(encoding="utf-8")))
    assert (QUIET | set(SENTENCES)) <= written


@pytest.mark.parametrize("event", sorted(SENTENCES))
def test_each_is_a_sentence_also_when_nothing_more_is_known(event: str) -> None:
    words = said(event=event)
    assert words[0].isupper()
    assert words.endswith(".")
    assert "{" not in words


def test_what_somebody_must_mend_is_the_advice_itself() -> None:
    assert said(event="token_refused", level="error", advice=Advice.RENEW_TOKEN) == Advice.RENEW_TOKEN


def test_times_are_as_people_say_them() -> None:
    assert "was away for 40 seconds" in said(event="was_away", seconds=40)
    assert "was away for 30 minutes" in said(event="was_away", seconds=1800)


def test_a_fault_without_a_sentence_says_what_to_do_and_where_it_was() -> None:
    words = said(event="due_failed", level="error", error="KeyError", where="jobs/runner.py:1 run")
    assert words.startswith("Something went wrong (KeyError), and the bot goes on.")
    assert "jobs/runner.py:1" in words


def test_another_line_is_told_as_it_is() -> None:
    assert said(event="file_not_sent", outcome="too_large") == "File not sent: outcome too_large."


def test_what_passes_by_itself_is_not_told() -> None:
    for event in QUIET:
        with pytest.raises(DropEvent):
            said(event=event)


async def test_on_a_terminal_the_bot_says_that_it_runs_and_that_it_stopped(
    environment: dict[str, str],
) -> None:
    ours, theirs = pty.openpty()
    seen = ""
    async with running() as sandbox:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            stderr=theirs,
            env={**os.environ, **environment, "SLACK_API_URL": sandbox.api_url, "PYTHONPATH": str(ROOT)},
        )
        try:
            seen = await _until(ours, "Stop it with Ctrl+C.")
            assert "The bot runs, and is connected to Slack (Socket Mode)." in seen
            process.send_signal(signal.SIGINT)
            seen += await _until(ours, "The bot has stopped.")
            assert "{" not in seen
        finally:
            if process.returncode is None and "has stopped" not in seen:
                process.kill()
            await process.wait()
            os.close(ours)
            os.close(theirs)


async def _until(terminal: int, words: str) -> str:
    seen = ""
    async with asyncio.timeout(60):
        while words not in seen:
            seen += (await asyncio.to_thread(os.read, terminal, 4096)).decode()
    return seen
