"""`intervisie demo`: a sandbox workspace on this machine, with the bot in it."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from cryptography.fernet import Fernet

from bot.cli.demo_control import BotControl
from bot.folders import data_folder
from bot.settings import SECRETS
from bot.working_time.holidays import is_holiday

ROOT = Path(__file__).resolve().parents[2]
READY_TIMEOUT_SECONDS = 60
SCENE_TIMEOUT_SECONDS = 120
ZONE = ZoneInfo("Europe/Amsterdam")
TUESDAY, OPENING_HOUR = 1, 10


@click.command()
@click.option("--play", is_flag=True, help="Play the story in two minutes, in the page.")
@click.option("--long", "is_long", is_flag=True, help="With --play: the whole story.")
@click.option(
    "--headless",
    is_flag=True,
    help="With --play: the whole story at full speed, without a page, as a transcript.",
)
@click.option("--short", "is_short", is_flag=True, help="With --headless: the story in two minutes.")
@click.option(
    "--meets",
    type=click.Choice(["thread", "room", "video"]),
    default=None,
    help="With --headless: how they meet. In a room and by video one session is played.",
)
@click.option("--port", default=0, help="Where the page is; a free port if 8900 is taken.")
@click.option("--no-browser", is_flag=True, help="Don't open the page.")
def demo(
    play: bool, is_long: bool, headless: bool, is_short: bool, meets: str | None, port: int, no_browser: bool
) -> None:
    """Try everything on this machine, without a Slack workspace."""
    if (headless or is_long) and not play:
        raise click.UsageError("--headless and --long go with --play.")
    if is_short and not headless:
        raise click.UsageError(
            "--short goes with --headless; in the page the short story is the ordinary one."
        )
    if meets and not headless:
        raise click.UsageError("--meets goes with --headless.")
    if headless and is_long:
        raise click.UsageError("--headless plays the whole story by itself.")
    if port and _free_port(port) != port:
        raise click.ClickException(
            f"Port {port} is taken, perhaps by another demo. Give another one with --port."
        )
    with Stage(port or _free_port()) as stage:
        if headless:
            stage.start()
            how = [*(["--short"] if is_short else []), *(["--meets", meets] if meets else [])]
            sys.exit(stage.play(*how))
        began = time.monotonic()
        click.echo("Setting up the demo in four steps, some fifteen seconds.", err=True)
        stage.start()
        with _step("4/4 Setting the scene: a team of six, a group, three cases"):
            stage.ask("scene/prepare")
        if play:
            stage.ask("scene", way="story", long=is_long)
        click.echo(
            f"\nReady in {time.monotonic() - began:.0f} s. Open {stage.url}\nStop with Ctrl+C.\n", err=True
        )
        if not no_browser and (os.environ.get("DISPLAY") or sys.platform in ("darwin", "win32")):
            webbrowser.open(stage.url)
        try:
            if play:
                click.echo("The story begins when the page opens.", err=True)
            stage.wait()
        except KeyboardInterrupt:
            click.echo("Goodbye.", err=True)


@contextlib.contextmanager
def _step(name: str) -> Iterator[None]:
    """A line that says what is being done, and then how long that took."""
    began = time.monotonic()
    click.echo(f"{name}… ", err=True, nl=False)
    yield
    click.echo(f"{time.monotonic() - began:.0f} s", err=True)


def opening_moment(now: datetime) -> datetime:
    """Ten in the morning of the next Tuesday that is no public holiday."""
    opening = now.astimezone(ZONE).replace(hour=OPENING_HOUR, minute=0, second=0, microsecond=0)
    while opening <= now or opening.weekday() != TUESDAY or is_holiday(opening.date(), ZONE.key):
        opening += timedelta(days=1)
    return opening


class Stage:
    """The sandbox and the bot as two processes, which end with the block."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._is_between = False
        self.url = f"http://127.0.0.1:{port}"
        self.folder = _demo_folder() / str(port)
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Stage":
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        signal.signal(signal.SIGTERM, _interrupt)
        self._control = BotControl(self.stop_bot, self._start_anew)
        self._control.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._control.__exit__(None, None, None)
        children = list(reversed(self._children.values()))
        for child in children:
            child.terminate()
        for child in children:
            _end(child)

    def start(self) -> None:
        """Migrate a fresh database and start both processes; says what it waits for."""
        self._environment = {
            **_fit_for_a_demo(os.environ),
            # The settings file of a real workspace has no place here either.
            "INTERVISIE_FOLDER": str(self.folder),
            "SLACK_BOT_TOKEN": "xoxb-sandbox",
            "SLACK_APP_TOKEN": "xapp-sandbox",
            "SLACK_SIGNING_SECRET": "sandbox-signing-secret",
            "SLACK_API_URL": f"{self.url}/api/",
            "DATABASE_URL": f"sqlite:///{self._database}",
            "INTERVISIE_SECRET_KEYS": Fernet.generate_key().decode(),
            "INTERVISIE_CLOCK_URL": f"ws://127.0.0.1:{self.port}/clock",
            "PORT": str(_free_port(self.port + 1)),
            # The players press Dutch buttons.
            "DEFAULT_LANGUAGE": "nl",
            "LOG_LEVEL": "INFO",
        }
        opens_at = str(opening_moment(datetime.now(UTC)).timestamp())
        workspace = ["-m", "sandbox", "--port", str(self.port), "--opens-at", opens_at]
        self._child("sandbox", *workspace, "--bot-control", self._control.url)
        with _step("1/4 Making a database"):
            migrating = [sys.executable, "-m", "bot", "migrate"]
            if subprocess.run(
                migrating, env=self._environment, cwd=ROOT, stdout=subprocess.DEVNULL
            ).returncode:
                raise click.ClickException("The database could not be made.")
            # To begin anew with, without the half minute that a slow machine migrates.
            shutil.copy(self._database, self.folder / "empty.db")
        with _step("2/4 Opening the workspace"):
            self._until_ready("sandbox", f"{self.url}/healthz")
        with _step("3/4 Waking the bot"):
            self.start_bot()

    @property
    def _database(self) -> Path:
        return self.folder / "demo.db"

    def start_bot(self) -> None:
        """Start the bot's process on the existing database."""
        self._child("bot", "-m", "bot", "run")
        self._until_ready("bot", f"http://127.0.0.1:{self._environment['PORT']}/readyz")

    def stop_bot(self) -> None:
        """End the bot's process in its own way; `wait` does not take that for a fault."""
        self._is_between = True
        _end(self._children["bot"])

    def _start_anew(self) -> None:
        """Start the bot's process on an empty database."""
        for left in self.folder.glob("demo.db*"):
            left.unlink()
        shutil.copy(self.folder / "empty.db", self._database)
        self.start_bot()
        self._is_between = False

    def kill_bot(self) -> None:
        """Kill the bot's process, as a power cut does."""
        self._children["bot"].kill()
        self._children["bot"].wait()

    def ask(self, call: str, **body: object) -> None:
        """Ask something of the sandbox, and wait until it is done."""
        asked = urllib.request.Request(
            f"{self.url}/ui/{call}", json.dumps(body).encode(), {"content-type": "application/json"}
        )
        try:
            with _direct().open(asked, timeout=SCENE_TIMEOUT_SECONDS) as answer:
                done = json.load(answer)
        except (urllib.error.URLError, OSError) as error:
            raise click.ClickException(f"The scene could not be set. Look in {self.folder}.") from error
        if not done["ok"]:
            raise click.ClickException(f"The scene could not be set: {done['message']}")

    def play(self, *arguments: str) -> int:
        """Run the players at full speed; returns their exit code."""
        command = [sys.executable, "-m", "sandbox.player", *arguments, "--url", self.url]
        return subprocess.run(command, cwd=ROOT, env=self._environment).returncode

    def wait(self) -> None:
        """Wait until Ctrl+C, or until one of the two processes ends."""
        while True:
            for name, child in self._children.items():
                if child.poll() is not None and not (name == "bot" and self._is_between):
                    self._fail(name)
            time.sleep(0.5)

    def _child(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self._children[name] = subprocess.Popen(
                [sys.executable, *arguments], env=self._environment, cwd=ROOT, stdout=log, stderr=log
            )

    def _until_ready(self, name: str, address: str) -> None:
        until = time.monotonic() + READY_TIMEOUT_SECONDS
        while time.monotonic() < until and self._children[name].poll() is None:
            try:
                with _direct().open(address, timeout=2):
                    return
            except (OSError, http.client.HTTPException):
                # Not an answer: on a port where nobody listens yet, a connection can reach itself and read its request.
                # https://www.rfc-editor.org/rfc/rfc9293#section-3.5
                time.sleep(0.05)
        self._fail(name)

    def _fail(self, name: str) -> None:
        written = (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]
        raise click.ClickException(f"The {name} stopped. Its last words:\n{written}")


def _demo_folder() -> Path:
    """In a checkout beside the sources, where git ignores it; from a wheel in the user's data folder."""
    return ROOT / ".demo" if (ROOT / "pyproject.toml").exists() else data_folder() / "demo"


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _direct() -> urllib.request.OpenerDirector:
    """Requests to this machine must not go through a proxy either."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _fit_for_a_demo(environment: Mapping[str, str]) -> dict[str, str]:
    # Slack's SDK uses a configured proxy even for requests to this machine.
    left_out = {"http_proxy", "https_proxy", "all_proxy", "ws_proxy", "wss_proxy"}
    # A secret would be given twice, here and in somebody's file.
    left_out |= {f"{name}_file" for name in SECRETS}
    return {name: value for name, value in environment.items() if name.lower() not in left_out}


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _free_port(first: int = 8900) -> int:
    for port in (first, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise click.ClickException("No free port was found.")
