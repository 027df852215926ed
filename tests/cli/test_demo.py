"""The demo's stage: the sandbox and the bot as two processes that find each other, and nothing left behind."""

import errno
import os
import shutil
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.cli.demo import Stage, _free_port


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def port() -> Iterator[int]:
    found = _free_port(0)
    yield found
    shutil.rmtree(Stage(found).folder, ignore_errors=True)


def answers(address: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=5):
            return True
    except urllib.error.URLError:
        return False


def test_the_two_find_each_other_also_behind_a_proxy_and_end_with_the_stage(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    # What somebody has in their environment for a real workspace has no place in the demo.
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-real")
    monkeypatch.setenv("DATABASE_URL", "postgres://127.0.0.1:1/real")
    with Stage(port) as stage:
        stage.start()
        assert answers(f"{stage.url}/healthz")
        assert (stage.folder / "demo.db").exists()
        log = (stage.folder / "bot.log").read_text()
        assert '"started"' in log
    assert not answers(f"{stage.url}/healthz")
    assert "stopped" in (stage.folder / "bot.log").read_text()


def test_a_sandbox_that_cannot_start_is_quoted(port: int) -> None:
    with (
        socket.create_server(("127.0.0.1", port)),
        Stage(port) as stage,
        pytest.raises(click.ClickException) as told,
    ):
        stage.start()
    assert "sandbox" in told.value.message
    assert os.strerror(errno.EADDRINUSE) in told.value.message


def test_what_a_process_leaves_behind_is_from_the_last_time_only(port: int) -> None:
    with Stage(port) as first:
        (first.folder / "old").write_text("x")
    with Stage(port) as second:
        assert not (second.folder / "old").exists()


def test_a_port_that_is_taken_is_told_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["demo", "--port", str(port)])
    assert result.exit_code == 1
    assert f"Port {port} is taken" in result.output
