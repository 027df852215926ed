"""What an operator does with people's data leaves one log line: what and how many, and nothing of anybody."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from bot.cli.sentences import SENTENCES
from tests.cli.test_forget import engine, intervisie
from tests.conftest import OURS
from tests.factories import ANNA

__all__ = ["engine"]


def line_of(*words: str) -> dict[str, Any]:
    """The one log line of a command, on the standard error."""
    done = intervisie(*words)
    assert done.exit_code == 0, done.output
    [line] = [line for line in done.stderr.splitlines() if line.startswith("{")]
    assert ANNA not in line
    assert "Van Anna" not in line
    found: dict[str, Any] = json.loads(line)
    assert found.pop("level") == "info"
    assert found.pop("timestamp")
    assert found["event"] in SENTENCES
    return found


def test_forgetting_a_person_is_logged_without_their_id(engine: Engine) -> None:
    found = line_of("forget", "--user", ANNA, "--yes")
    assert found.pop("count") == 1
    assert found == {
        "event": "operator_forget",
        "kind": "person",
        "workspace": OURS.team_id,
        "messages": 0,
    }


def test_forgetting_a_group_and_a_workspace_is_logged(engine: Engine) -> None:
    of_group = line_of("forget", "--group", "C0OOST", "--yes")
    assert len(of_group.pop("group")) == 16
    assert of_group == {
        "event": "operator_forget",
        "kind": "group",
        "workspace": OURS.team_id,
        "messages": 0,
    }
    of_all = line_of("forget", "--workspace", OURS.team_id, "--yes")
    assert (of_all["kind"], of_all["workspace"]) == ("workspace", OURS.team_id)


def test_an_export_is_logged_without_whose_it_is(engine: Engine, tmp_path: Path) -> None:
    found = line_of("export", str(tmp_path / "anna.json"), "--user", ANNA)
    assert found.pop("count") > 1
    assert found == {"event": "operator_export", "kind": "person", "workspace": OURS.team_id}


def test_a_backup_what_is_put_back_and_new_keys_are_logged(engine: Engine, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy.gz")
    made = line_of("backup", copy)
    assert made["event"] == "operator_backup"
    engine.dispose()
    back = line_of("restore", copy, "--yes")
    assert (back["event"], back["count"], back["forgotten"]) == ("operator_restore", made["count"], 0)
    anew = line_of("rekey")
    assert (anew["event"], anew["outcome"]) == ("operator_rekey", "done")


def test_a_quiet_log_level_does_not_hide_it(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    assert line_of("backup", str(tmp_path / "copy.gz"))["event"] == "operator_backup"


def test_what_was_not_done_is_not_logged(engine: Engine) -> None:
    asked = intervisie("forget", "--user", ANNA, said="n\n")
    assert "operator_forget" not in asked.stderr
