"""The command line itself: what it lists, and what it says to a word that it does not know."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from bot.cli import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("words", [["help"], ["--help"], ["-h"]])
def test_help_names_every_command(words: list[str]) -> None:
    shown = CliRunner().invoke(main, words)
    assert shown.exit_code == 0
    for name in ("run", "migrate", "manifest", "doctor", "key", "demo", "help"):
        assert f"\n  {name} " in shown.output


def test_a_word_that_is_nearly_right_gets_the_right_one() -> None:
    shown = CliRunner().invoke(main, ["mirgate"])
    assert shown.exit_code == 2
    assert "migrate" in shown.output


def test_a_key_is_one_that_the_settings_take() -> None:
    first, second = (CliRunner().invoke(main, ["key"]).output.strip() for _ in range(2))
    Fernet(first)
    assert first != second


def test_headless_goes_with_play() -> None:
    shown = CliRunner().invoke(main, ["demo", "--headless"])
    assert shown.exit_code == 2
    assert "--play" in shown.output


@pytest.mark.parametrize(
    "words", [["--long"], ["--short"], ["--play", "--short"], ["--play", "--headless", "--long"]]
)
def test_a_length_of_the_story_goes_where_there_are_two(words: list[str]) -> None:
    shown = CliRunner().invoke(main, ["demo", *words])
    assert shown.exit_code == 2


def test_a_command_loads_what_it_needs_and_no_more() -> None:
    program = (
        "import gc, sys; from bot.cli import main; main(['key'], standalone_mode=False); "
        "print('bot.app' in sys.modules, 'alembic' in sys.modules, gc.isenabled())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ended.stdout.splitlines()[-1] == "False False True"
