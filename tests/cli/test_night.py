"""The night: which parts it has, that a seed repeats it, and what its audit and its mutants do."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from deploy import audit
from tests import mutants, night

ROOT = Path(__file__).resolve().parents[2]


def test_every_part_is_run_also_after_one_that_failed(capsys: pytest.CaptureFixture[str]) -> None:
    ran: list[str] = []

    def run(words: tuple[str, ...], settings: Mapping[str, str]) -> int:
        ran.append(" ".join((*words, *settings)))
        return int("benchmarks.soak" in words)

    assert night.main(["--seed", "20261201"], run) == 1
    assert [
        name
        for name in ("audit", "LONG_LIFE", "EVERY_CRASH", "EVERY_SCENE", "soak", "mutants")
        if any(name in it for it in ran)
    ] == [
        "audit",
        "LONG_LIFE",
        "EVERY_CRASH",
        "EVERY_SCENE",
        "soak",
        "mutants",
    ]
    assert sum("20261201" in it for it in ran) == 3
    assert capsys.readouterr().out.splitlines()[-1] == "Red: soak. Again with --seed 20261201."


def test_the_settings_of_the_night_are_those_that_the_tests_read() -> None:
    read = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("*/test_*.py"))
    for part in night.parts(1, 1, 1):
        assert all(f'os.environ.get("{name}")' in read for name in part.settings)
        assert all((ROOT / word).exists() for word in part.words if word.startswith("tests/"))


def test_the_workflow_runs_what_make_has() -> None:
    workflow = (ROOT / ".github" / "workflows" / "night.yml").read_text(encoding="utf-8")
    [target] = re.findall(r"run: make (\w+)", workflow)
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_audit_names_what_has_a_known_vulnerability() -> None:
    def ask(queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"vulns": [{"id": "X-2"}, {"id": "X-1"}]} if it["package"]["name"] == "b" else {}
            for it in queries
        ]

    assert audit.audit([("a", "1"), ("b", "2")], ask) == {"b 2": ["X-1", "X-2"]}


def test_an_audit_that_reaches_nobody_says_so_and_is_not_red(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "SERVICE", "http://127.0.0.1:1/")
    assert audit.main() == 0
    assert "Not audited" in capsys.readouterr().out


def test_a_mutant_changes_one_place(tmp_path: Path) -> None:
    (tmp_path / "bot" / "polls").mkdir(parents=True)
    (tmp_path / "tests" / "polls").mkdir(parents=True)
    (tmp_path / "bot" / "polls" / "rules.py").write_text(
        "MOST = 3\n\ndef enough(votes):\n    return votes >= MOST and True\n"
    )
    [file] = mutants.targets(tmp_path)
    found = list(mutants.mutants(tmp_path, file))
    assert sorted(str(mutant) for mutant in found) == [
        "bot/polls/rules.py:1: 3 becomes 4",
        "bot/polls/rules.py:4: GtE becomes Gt",
    ]
    assert {mutant.text for mutant in found} == {
        "MOST = 4\n\ndef enough(votes):\n    return votes >= MOST and True",
        "MOST = 3\n\ndef enough(votes):\n    return votes > MOST and True",
    }
    assert found[0].tests == Path("tests/polls")


def test_a_mutant_that_a_test_notices_is_dead_and_the_file_is_as_before(tmp_path: Path) -> None:
    (tmp_path / "bot" / "polls").mkdir(parents=True)
    (tmp_path / "tests" / "polls").mkdir(parents=True)
    rules = tmp_path / "bot" / "polls" / "rules.py"
    rules.write_text("MOST = 3\nLEAST = 1\n")
    (tmp_path / "tests" / "polls" / "test_it.py").write_text(
        "from bot.polls.rules import MOST\n\ndef test_it():\n    assert MOST == 3\n"
    )
    (tmp_path / "conftest.py").write_text("import sys\nsys.path.insert(0, '.')\n")
    dead, alive = sorted(mutants.mutants(tmp_path, Path("bot/polls/rules.py")), key=lambda it: it.line)
    assert not mutants.lives(tmp_path, dead)
    assert mutants.lives(tmp_path, alive)
    assert rules.read_text() == "MOST = 3\nLEAST = 1\n"


def test_a_reason_why_a_mutant_lives_is_about_a_mutant_that_there_is() -> None:
    reasons = mutants.reasons()
    files = {Path(file) for file, _, _ in reasons}
    assert files <= set(mutants.targets(ROOT))
    assert set(reasons) <= {mutant.place for file in files for mutant in mutants.mutants(ROOT, file)}
