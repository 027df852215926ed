"""Settings file of `intervisie setup`: one setting is put or taken away, and every other line stays."""

import contextlib
import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

from dotenv import dotenv_values

from bot.folders import data_folder, make_data_folder
from bot.storage.private_files import PRIVATE

PLAIN = re.compile(r"[\w@%+=:,./?&~-]*")
FULL = (errno.ENOSPC, errno.EDQUOT)
ELSEWHERE = "Name a folder of your own in INTERVISIE_FOLDER, and run `intervisie setup` again."


class UnwritableFile(Exception):
    """The settings file can't be written. The message says what to do."""


class EnvFile:
    """Settings of a file. Each change is on disk before the next question."""

    def __init__(self, path: Path) -> None:
        # A link stays a link; the file that it names is written.
        self.path = path.resolve()
        self.values: dict[str, str] = {}

    def open(self) -> None:
        """Read the file, and find out whether it can be written. Raises UnwritableFile."""
        with self._told():
            if self.path.parent == data_folder().resolve():
                make_data_folder()
            if self.path.exists():
                self._refuse_a_strangers_file()
                # Not interpolated: a value is shown to nobody, and goes back as it was.
                found = dotenv_values(self.path, interpolate=False, encoding="utf-8")
                self.values = {name: value for name, value in found.items() if value}
                self._write(self._lines())
            else:
                # A folder that can't be written to is told before anybody looks up a token.
                self._write([])

    def put(self, name: str, value: str) -> None:
        """Put a setting, on disk too. Raises UnwritableFile."""
        kept = self._lines_without(name)
        with self._told():
            self._write([*kept, f"{name}={_quoted(value)}"])
        self.values[name] = value

    def take_away(self, name: str) -> None:
        """Take a setting away, on disk too. Raises UnwritableFile."""
        with self._told():
            self._write(self._lines_without(name))
        self.values.pop(name, None)

    def _refuse_a_strangers_file(self) -> None:
        # Windows has no owners of this kind.
        if hasattr(os, "geteuid") and self.path.stat().st_uid != os.geteuid():
            raise UnwritableFile(f"{self.path} belongs to another account. {ELSEWHERE}")

    def _lines(self) -> list[str]:
        return self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []

    def _lines_without(self, name: str) -> list[str]:
        setting = re.compile(rf"\s*(?:export\s+)?{name}\s*=")
        return [line for line in self._lines() if not setting.match(line)]

    def _write(self, lines: list[str]) -> None:
        """The whole file or nothing: an interruption leaves the file of before."""
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as opened:
                opened.write("".join(f"{line}\n" for line in lines).encode())
                opened.flush()
                os.fsync(opened.fileno())
            beside.replace(self.path)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except UnicodeDecodeError:
            raise UnwritableFile(f"{self.path} can't be read: save it as plain text in UTF-8.") from None
        except OSError as problem:
            if problem.errno in FULL:
                raise UnwritableFile(
                    f"The disk of {self.path} is full. Make room, and run `intervisie setup` again."
                ) from None
            raise UnwritableFile(f"{self.path} can't be written from this account. {ELSEWHERE}") from None


def _quoted(value: str) -> str:
    if PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
