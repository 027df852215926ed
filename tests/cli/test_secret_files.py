"""Secrets in files: the value comes from the file, and a bad file is told without what is in it."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from bot.settings import Settings, SettingsProblem, load_database_url, load_settings
from tests.cli.conftest import IN_FILES

VALUES = {
    "SLACK_BOT_TOKEN": "xoxb-1-a",
    "SLACK_APP_TOKEN": "xapp-1-a",
    "SLACK_SIGNING_SECRET": "abc",
    "INTERVISIE_SECRET_KEYS": Fernet.generate_key().decode(),
    "DATABASE_URL": "postgres://db.example/x",
    "METRICS_TOKEN": "0123456789abcdef",
}


@pytest.fixture(autouse=True)
def in_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every secret in a file of its own, with the line end that an editor puts there."""
    monkeypatch.setenv("PORT", "3000")
    for name in IN_FILES:
        (tmp_path / name).write_text(f"{VALUES[name]}\n")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))


def problems() -> list[str]:
    with pytest.raises(SettingsProblem) as told:
        load_settings()
    return told.value.problems


def test_every_secret_may_come_from_a_file() -> None:
    settings: Settings = load_settings()
    assert settings.bot_token == "xoxb-1-a"
    assert settings.app_token == "xapp-1-a"
    assert settings.signing_secret == "abc"
    assert settings.secret_keys == (VALUES["INTERVISIE_SECRET_KEYS"],)
    assert settings.database_url == "postgresql+psycopg://db.example/x"
    assert settings.metrics_token == "0123456789abcdef"
    assert load_database_url() == "postgresql+psycopg://db.example/x"


@pytest.mark.parametrize("name", IN_FILES)
def test_a_file_that_is_not_there_is_told_once(tmp_path: Path, name: str) -> None:
    (tmp_path / name).unlink()
    assert problems() == [f"{name}_FILE names a file that is not there."]


@pytest.mark.parametrize("name", IN_FILES)
def test_an_empty_file_is_told_once(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(" \n")
    assert problems() == [f"{name}_FILE names an empty file."]


@pytest.mark.parametrize("name", IN_FILES)
def test_a_folder_in_its_place_is_told_once(tmp_path: Path, name: str) -> None:
    """Docker makes a folder of a file that was not there when it was mounted."""
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    assert problems() == [f"{name}_FILE must name a small text file with nothing but the value."]


@pytest.mark.parametrize("content", [b"xoxb-\xff\xfe", b"x" * 70_000])
def test_a_file_that_holds_something_else_is_told_without_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "SLACK_BOT_TOKEN").write_bytes(content)
    assert problems() == ["SLACK_BOT_TOKEN_FILE must name a small text file with nothing but the value."]


def test_a_file_that_the_bot_may_not_read_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The refusal comes from the system, which refuses an administrator nothing."""
    opens = Path.open

    def refuse(path: Path, *how: Any) -> Any:
        if path.name == "SLACK_BOT_TOKEN":
            raise PermissionError
        return opens(path, *how)

    monkeypatch.setattr(Path, "open", refuse)
    [told] = problems()
    assert told.startswith("SLACK_BOT_TOKEN_FILE names a file that the bot may not read")


def test_a_setting_that_is_given_twice_is_told_without_either_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-2-geheim")
    [told] = problems()
    assert told.startswith("SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both given")
    assert "geheim" not in told


def test_migrating_asks_for_the_file_of_the_database_alone(tmp_path: Path) -> None:
    (tmp_path / "SLACK_BOT_TOKEN").unlink()
    assert load_database_url()
    (tmp_path / "DATABASE_URL").unlink()
    with pytest.raises(SettingsProblem) as told:
        load_database_url()
    assert told.value.problems == ["DATABASE_URL_FILE names a file that is not there."]
