"""The demo's stage: the sandbox and the bot as two processes that find each other, and nothing left behind."""

import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime

import click
import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.cli.demo import OPENING_HOUR, TUESDAY, ZONE, Stage, _free_port, opening_moment
from bot.cli.demo_control import BotControl


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


def test_a_connection_that_reached_itself_is_no_answer(port: int) -> None:
    """It reads its own request. That happens on a port where nobody listens yet, and ended the demo."""

    def echo_and_then_answer() -> None:
        for begin in (b"", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"):
            connection, _ = listener.accept()
            with connection:
                connection.sendall(begin or connection.recv(1000))

    with socket.create_server(("127.0.0.1", port)) as listener, Stage(port) as stage:
        answering = threading.Thread(target=echo_and_then_answer)
        answering.start()
        stage._children["bot"] = subprocess.Popen(["sleep", "60"])
        stage._until_ready("bot", f"{stage.url}/readyz")
        answering.join()


def test_the_two_find_each_other_also_behind_a_proxy_and_end_with_the_stage(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    # What somebody has in their environment for a real workspace has no place in the demo.
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-real")
    monkeypatch.setenv("DATABASE_URL", "postgres://127.0.0.1:1/real")
    monkeypatch.setenv("INTERVISIE_SECRET_KEYS_FILE", "/nowhere")
    with Stage(port) as stage:
        stage.start()
        assert answers(f"{stage.url}/healthz")
        assert (stage.folder / "demo.db").exists()
        log = (stage.folder / "bot.log").read_text()
        assert '"started"' in log
    assert not answers(f"{stage.url}/healthz")
    assert "stopped" in (stage.folder / "bot.log").read_text()


def test_it_opens_at_ten_on_a_tuesday_and_a_scene_begins_anew_with_an_empty_database(port: int) -> None:
    with Stage(port) as stage:
        stage.start()
        stage.ask("scene/prepare")
        opened = clock_of(stage)
        assert (opened.weekday(), opened.hour, opened.minute) == (TUESDAY, OPENING_HOUR, 0)
        stage.ask("command", **{"as": "U0BRAM"}, channel="C0OOST", command="/intervisie", text="stem")
        bot = stage._children["bot"].pid
        stage.ask("scene", way="begin")
        assert stage._children["bot"].pid != bot
        assert clock_of(stage) == opened
        log = (stage.folder / "bot.log").read_text()
        assert '"level": "error"' not in log


def clock_of(stage: Stage) -> datetime:
    """The workspace's, to the minute."""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        f"{stage.url}/ui/bootstrap?as=U0ANNA"
    ) as answer:
        now = json.load(answer)["clock"]["now"]
    return datetime.fromtimestamp(now, ZONE).replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        # A Sunday; a Tuesday before ten and after it; in winter it is an hour's difference with UTC.
        ("2026-11-29T15:00", "2026-12-01T10:00"),
        ("2026-12-01T08:59", "2026-12-01T10:00"),
        ("2026-12-01T09:00", "2026-12-08T10:00"),
        # King's Day is on a Tuesday in 2027, and so is the second day of Christmas in 2028.
        ("2027-04-26T12:00", "2027-05-04T10:00"),
        ("2028-12-20T12:00", "2029-01-02T10:00"),
    ],
)
def test_the_opening_is_no_public_holiday(now: str, opens: str) -> None:
    moment = opening_moment(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert moment == datetime.fromisoformat(opens).replace(tzinfo=ZONE)


def test_the_control_does_what_it_knows_and_says_what_failed() -> None:
    done: list[str] = []

    def fail() -> None:
        raise click.ClickException("no")

    with BotControl(lambda: done.append("stop"), fail) as control:
        assert [status(f"{control.url}/{path}") for path in ("stop", "start", "other")] == [200, 500, 404]
    assert done == ["stop"]


def status(address: str) -> int:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(address, method="POST")) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


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
