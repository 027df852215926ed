"""`make help`: every target that a person calls has its line."""

import re
import subprocess

from bot.cli.migrate import ROOT


def test_help_lists_every_target() -> None:
    [phony] = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    listed = dict(re.findall(r"^make ([a-z]+) +(\S.*)$", shown, re.MULTILINE))
    assert set(listed) == set(phony.split())
    assert len(shown.splitlines()) == len(listed)
    assert max(len(line) for line in shown.splitlines()) <= 110
