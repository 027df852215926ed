"""`intervisie demo`: a sandbox workspace on this machine, with the bot in it."""

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
from collections.abc import Mapping
from pathlib import Path

import click
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parents[2]
READY_TIMEOUT_SECONDS = 30


@click.command()
@click.option("--play", is_flag=True, help="Play a whole story by itself.")
@click.option("--headless", is_flag=True, help="With --play: at full speed, without a page, as a transcript.")
@click.option("--port", default=0, help="Where the page is; a free port if 8900 is taken.")
@click.option("--no-browser", is_flag=True, help="Don't open the page.")
def demo(play: bool, headless: bool, port: int, no_browser: bool) -> None:
    """Try everything on this machine, without a Slack workspace."""
    if headless and not play:
        raise click.UsageError("--headless goes with --play.")
    if port and _free_port(port) != port:
        raise click.ClickException(
            f"Port {port} is taken, perhaps by another demo. Give another one with --port."
        )
    with Stage(port or _free_port()) as stage:
        stage.start()
        if play and headless:
            sys.exit(stage.play("play", "--headless"))
        click.echo("Setting the scene: a team of six, and some cases…", err=True)
        if stage.play("seed"):
            raise click.ClickException(f"The scene could not be set. Look in {stage.folder}.")
        click.echo(f"\nOpen {stage.url}\nStop with Ctrl+C.\n", err=True)
        if not no_browser and (os.environ.get("DISPLAY") or sys.platform in ("darwin", "win32")):
            webbrowser.open(stage.url)
        try:
            if play:
                ended = stage.play("play")
                word = "The story is over" if ended == 0 else "The story broke off"
                click.echo(f"{word}; the page stays. Stop with Ctrl+C.", err=True)
            stage.wait()
        except KeyboardInterrupt:
            click.echo("Goodbye.", err=True)


class Stage:
    """The sandbox and the bot as two processes, which end with the block."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.folder = ROOT / ".demo" / str(port)
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Stage":
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        signal.signal(signal.SIGTERM, _interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        children = list(reversed(self._children.values()))
        for child in children:
            child.terminate()
        for child in children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()

    def start(self) -> None:
        """Migrate a fresh database and start both processes; prints what it waits for."""
        self._environment = {
            **_without_proxies(os.environ),
            "SLACK_BOT_TOKEN": "xoxb-sandbox",
            "SLACK_APP_TOKEN": "xapp-sandbox",
            "SLACK_SIGNING_SECRET": "sandbox-signing-secret",
            "SLACK_API_URL": f"{self.url}/api/",
            "DATABASE_URL": f"sqlite:///{self.folder / 'demo.db'}",
            "INTERVISIE_SECRET_KEYS": Fernet.generate_key().decode(),
            "INTERVISIE_CLOCK_URL": f"ws://127.0.0.1:{self.port}/clock",
            "PORT": str(_free_port(self.port + 1)),
            # The players press Dutch buttons.
            "DEFAULT_LANGUAGE": "nl",
            "LOG_LEVEL": "INFO",
        }
        click.echo("Making a database…", err=True)
        migrating = [sys.executable, "-m", "bot", "migrate"]
        if subprocess.run(migrating, env=self._environment, cwd=ROOT, stdout=subprocess.DEVNULL).returncode:
            raise click.ClickException("The database could not be made.")
        click.echo("Opening the workspace…", err=True)
        self._child("sandbox", "-m", "sandbox", "--port", str(self.port))
        self._until_ready("sandbox", f"{self.url}/healthz")
        self.start_bot()

    def start_bot(self) -> None:
        """Start the bot's process on the existing database."""
        click.echo("Waking the bot…", err=True)
        self._child("bot", "-m", "bot", "run")
        self._until_ready("bot", f"http://127.0.0.1:{self._environment['PORT']}/readyz")

    def kill_bot(self) -> None:
        """Kill the bot's process, as a power cut does."""
        self._children["bot"].kill()
        self._children["bot"].wait()

    def play(self, *arguments: str) -> int:
        """Run the players; returns their exit code."""
        command = [sys.executable, "-m", "sandbox.player", *arguments, "--url", self.url]
        return subprocess.run(command, cwd=ROOT, env=self._environment).returncode

    def wait(self) -> None:
        """Wait until Ctrl+C, or until one of the two processes ends."""
        while True:
            for name, child in self._children.items():
                if child.poll() is not None:
                    self._fail(name)
            time.sleep(0.5)

    def _child(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self._children[name] = subprocess.Popen(
                [sys.executable, *arguments], env=self._environment, cwd=ROOT, stdout=log, stderr=log
            )

    def _until_ready(self, name: str, address: str) -> None:
        until = time.monotonic() + READY_TIMEOUT_SECONDS
        # Requests to this machine must not go through a proxy either.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() < until and self._children[name].poll() is None:
            try:
                with opener.open(address, timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        self._fail(name)

    def _fail(self, name: str) -> None:
        written = (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]
        raise click.ClickException(f"The {name} stopped. Its last words:\n{written}")


def _without_proxies(environment: Mapping[str, str]) -> dict[str, str]:
    # Slack's SDK uses a configured proxy even for requests to this machine.
    proxies = {"http_proxy", "https_proxy", "all_proxy", "ws_proxy", "wss_proxy"}
    return {name: value for name, value in environment.items() if name.lower() not in proxies}


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
