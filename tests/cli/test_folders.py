"""Where the settings and the database are when nothing says so."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from bot import folders
from bot.cli import main
from bot.settings import SettingsProblem, load_database_url, load_settings

OURS = f"SLACK_BOT_TOKEN=xoxb-1-a\nSLACK_APP_TOKEN=xapp-1-a\nINTERVISIE_SECRET_KEYS={Fernet.generate_key().decode()}\n"


def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "intervisie"
    folder.mkdir(parents=True)
    return folder


def test_migrating_makes_the_folder_and_the_file_for_this_account_alone(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["migrate"]).exit_code == 0
    folder = tmp_path / "data" / "intervisie"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "intervisie.db").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "intervisie.db").exists()


def test_a_database_in_the_current_folder_is_found_as_before(tmp_path: Path) -> None:
    (tmp_path / "intervisie.db").touch()
    assert load_database_url() == "sqlite:///intervisie.db"
    assert CliRunner().invoke(main, ["migrate"]).exit_code == 0
    assert not (tmp_path / "data").exists()


def test_one_folder_for_everything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing in the current folder counts then: a container has one folder that is kept."""
    (tmp_path / "intervisie.db").touch()
    (tmp_path / ".env").write_text("LOG_LEVEL=debug\n")
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / ".env").write_text(OURS)
    monkeypatch.setenv("INTERVISIE_FOLDER", str(kept))
    settings = load_settings()
    assert (settings.bot_token, settings.log_level) == ("xoxb-1-a", "INFO")
    assert settings.database_url == f"sqlite:///{kept}/intervisie.db"


def test_settings_in_the_data_folder_count_from_anywhere(tmp_path: Path) -> None:
    (data(tmp_path) / ".env").write_text(OURS)
    assert load_settings().bot_token == "xoxb-1-a"


def test_settings_in_the_current_folder_go_before_them(tmp_path: Path) -> None:
    (data(tmp_path) / ".env").write_text(OURS)
    (tmp_path / ".env").write_text(OURS.replace("xoxb-1-a", "xoxb-2-b"))
    assert load_settings().bot_token == "xoxb-2-b"


def test_settings_of_another_program_stay_out_of_it(tmp_path: Path) -> None:
    (data(tmp_path) / ".env").write_text(OURS)
    (tmp_path / ".env").write_text("DATABASE_URL=mysql://shop\nPORT=99999\n")
    assert load_settings().port is None
    assert folders.settings_file_to_write() == tmp_path / "data" / "intervisie" / ".env"


def test_a_file_with_no_more_than_a_port_counts_while_it_is_the_only_one(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=sqlite:///mine.db\n")
    assert load_database_url() == "sqlite:///mine.db"


def test_a_folder_that_cannot_be_made_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("INTERVISIE_FOLDER", str(tmp_path / "file" / "below"))
    result = CliRunner().invoke(main, ["migrate"])
    assert result.exit_code == 1
    assert "may write in its folder" in result.output


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may read every file")
def test_settings_that_another_account_keeps_to_itself_are_told(tmp_path: Path) -> None:
    file = data(tmp_path) / ".env"
    file.write_text(OURS)
    file.chmod(0)
    with pytest.raises(SettingsProblem) as told:
        load_settings()
    assert told.value.problems == ["The file .env belongs to another account: the bot may not read it."]
