"""The papers: what they point to is there, and they agree on the version."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from bot.cli.database import ROOT

FOLDERS = (ROOT, ROOT / "docs", ROOT / "docs" / "decisions", ROOT / "benchmarks")
PAPERS = sorted(paper for folder in FOLDERS for paper in folder.glob("*.md"))
DECISIONS = ROOT / "docs" / "decisions"


def anchors(paper: Path) -> set[str]:
    """The headings of a paper, as a link names them."""
    titles = re.findall(r"^#+ (.*)$", paper.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.relative_to(ROOT)))
def test_what_a_paper_points_to_is_there(paper: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", paper.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        found = (paper.parent / path).resolve() if path else paper
        assert found.exists(), link
        assert not anchor or anchor in anchors(found), link


def test_every_test_that_the_checklists_name_is_there() -> None:
    named = set(re.findall(r"`(tests/\S+\.py)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8")))
    assert len(named) > 30
    assert sorted(name for name in named if not (ROOT / name).is_file()) == []


def test_every_decision_is_in_the_index_under_its_title() -> None:
    index = re.findall(
        r"^\| \[(\d{4})\]\((\S+)\) \| (.*) \|$", (DECISIONS / "README.md").read_text(), re.MULTILINE
    )
    assert [name for _, name, _ in index] == sorted(record.name for record in DECISIONS.glob("0*.md"))
    for number, name, title in index:
        assert name.startswith(f"{number}-")
        assert (DECISIONS / name).read_text().startswith(f"# {int(number)}. {title}\n")


@pytest.mark.parametrize("name", sorted(record.name for record in DECISIONS.glob("0*.md")))
def test_a_decision_has_its_parts(name: str) -> None:
    text = (DECISIONS / name).read_text()
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 40


def test_the_changelog_knows_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    told = re.findall(
        r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )
    assert told[0] == version
    major, minor, _ = version.split(".")
    assert f"| {major}.{minor}.x | yes |" in (ROOT / "SECURITY.md").read_text()


def test_contributing_names_no_target_that_make_does_not_have() -> None:
    [phony] = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = set(re.findall(r"`make ([a-z]+)", (ROOT / "CONTRIBUTING.md").read_text()))
    assert {"check", "test", "days", "help"} <= named <= set(phony.split())


def test_help_lists_every_target() -> None:
    [phony] = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    listed = dict(re.findall(r"^make ([a-z]+) +(\S.*)$", shown, re.MULTILINE))
    assert set(listed) == set(phony.split())
    assert len(shown.splitlines()) == len(listed)


FIRST_SCREEN = 32
PAGE = 45
TRANSLATED = ("faq", "for-managers", "leading", "privacy", "story", "taking-part")


@pytest.mark.parametrize("paper", ["README.md", "LEESMIJ.md"])
def test_the_first_screen_has_a_picture_eight_points_and_one_command(paper: str) -> None:
    screen = (ROOT / paper).read_text(encoding="utf-8").splitlines()[:FIRST_SCREEN]
    assert sum(line.startswith("- **") for line in screen) == 8
    assert sum(line.startswith("![") for line in screen) == 1
    assert "make demo" in screen


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_page_for_readers_is_there_in_both_languages_with_the_same_parts(name: str) -> None:
    english, dutch = (
        (ROOT / "docs" / f"{name}{end}").read_text(encoding="utf-8") for end in (".md", ".nl.md")
    )
    assert f"]({name}.nl.md)" in english
    assert f"]({name}.md)" in dutch
    for part in (r"^\*\*", r"^- ", r"^\d+\. ", r"^\| ", r"^ +!\["):
        assert len(re.findall(part, english, re.MULTILINE)) == len(re.findall(part, dutch, re.MULTILINE)), (
            part
        )


@pytest.mark.parametrize("name", ["for-managers", "leading", "taking-part"])
def test_a_guide_is_one_page(name: str) -> None:
    for end in (".md", ".nl.md"):
        assert len((ROOT / "docs" / f"{name}{end}").read_text(encoding="utf-8").splitlines()) <= PAGE


def test_every_picture_of_the_story_is_one_that_the_script_takes() -> None:
    shown = set(
        re.findall(r"images/([a-z-]+)\.png", (ROOT / "docs" / "story.md").read_text(encoding="utf-8"))
    )
    taken = (ROOT / "docs" / "screenshots.py").read_text(encoding="utf-8")
    assert len(shown) == 10
    assert all(f'"{name}"' in taken or f'"{name}.png"' in taken for name in shown)
