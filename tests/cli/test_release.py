"""The files of a release: made from a tag, and each says what it should."""

import subprocess
import tomllib
from pathlib import Path

import pytest

from deploy import release

ROOT = Path(__file__).resolve().parents[2]
VERSION = "1.2.3"
LOCK = """click==8.5.1 \\
    --hash=sha256:aa
psycopg-binary==3.3.9 ; implementation_name != 'pypy' \\
    --hash=sha256:bb
setuptools==84.2.1 \\
    --hash=sha256:cc
"""
PROJECT = f"""[project]
name = "little"
version = "{VERSION}"

[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[tool.setuptools]
py-modules = ["little"]
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A small project with a tag, and a change that is in no commit."""
    folder = tmp_path / "repository"
    (folder / "requirements").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "little.py").write_text("committed = True\n")
    (folder / "CHANGELOG.md").write_text(
        f"# Changelog\n\n## [Unreleased]\n\nsoon\n\n## [{VERSION}] - 2026-11-29\n\nnow\n\n## [1.0.0]\n"
    )
    (folder / "requirements" / "run.lock").write_text(LOCK)
    who = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    for words in (
        ("init", "-q"),
        ("add", "-A"),
        (*who, "commit", "-qm", "all"),
        ("tag", f"v{VERSION}"),
        ("tag", "v9.9.9"),
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    (folder / "little.py").write_text("committed = False\n")
    return folder


def test_a_release_is_made_of_the_tag_and_can_be_checked(repository: Path, tmp_path: Path) -> None:
    made = release.make(repository, f"v{VERSION}", tmp_path / "out", is_tag=True)
    assert [file.name for file in made] == [
        f"little-{VERSION}-py3-none-any.whl",
        f"intervisie-{VERSION}-packages.txt",
        f"intervisie-{VERSION}-changes.md",
        f"intervisie-{VERSION}-sbom.cdx.json",
        "SHA256SUMS",
    ]
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path / "out", check=True)
    assert "now" in made[2].read_text()
    assert "soon" not in made[2].read_text()
    first = made[0].read_bytes()
    assert (
        b"committed = True"
        in subprocess.run(["unzip", "-p", made[0], "little.py"], capture_output=True).stdout
    )
    # The same tag gives the same file, on another day too.
    assert release.make(repository, f"v{VERSION}", tmp_path / "again", is_tag=True)[0].read_bytes() == first


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [("v9.9.9", "its name must be v1.2.3"), ("v0.0.1", "git archive"), ("main", "git archive")],
)
def test_a_tag_that_is_not_there_or_of_another_version_makes_none(
    repository: Path, tmp_path: Path, tag: str, sentence: str
) -> None:
    with pytest.raises(release.NoRelease) as told:
        release.make(repository, tag, tmp_path / "out", is_tag=True)
    assert sentence in str(told.value)


def test_a_version_without_a_word_in_the_changelog_makes_none() -> None:
    with pytest.raises(release.NoRelease):
        release.changes_of("2.0.0", "## [1.0.0]\n")


def test_the_bill_of_materials_names_what_runs() -> None:
    lock = (ROOT / "requirements" / "run.lock").read_text()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    names = {component["name"] for component in release.sbom(version, lock)["components"]}
    assert {"slack-bolt", "sqlalchemy", "psycopg", "psycopg-binary"} <= names
    assert "setuptools" not in names
    assert [component["purl"] for component in release.sbom("1", LOCK)["components"]] == [
        "pkg:pypi/click@8.5.1",
        "pkg:pypi/psycopg-binary@3.3.9",
    ]
