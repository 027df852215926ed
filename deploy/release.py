"""Release: the files of a version, made from its tag: wheel, locked packages, changelog, SBOM, checksums.

`python deploy/release.py v0.2.0` writes them to dist/. `--untagged` makes them from the last commit, to look at. Needs git and
setuptools, and no network.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)", re.MULTILINE)
# What is needed to install, and not to run.
BUILD_ONLY = ("setuptools",)


class NoRelease(Exception):
    """A release can't be made. The message says why."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tag", nargs="?", default="")
    parser.add_argument("--untagged", action="store_true", help="from the last commit, without a tag")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    given = parser.parse_args(arguments)
    if bool(given.tag) == given.untagged:
        parser.error("give a tag, or --untagged")
    try:
        made = make(ROOT, given.tag or "HEAD", given.out, is_tag=not given.untagged)
    except NoRelease as problem:
        print(problem, file=sys.stderr)
        return 1
    for file in made:
        print(file)
    return 0


def make(repository: Path, commit: str, out: Path, *, is_tag: bool) -> list[Path]:
    """Make the files of a release in `out`. Raises NoRelease."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        _take_out(repository, f"refs/tags/{commit}" if is_tag else commit, source)
        version = str(
            tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
        )
        if is_tag and commit != f"v{version}":
            raise NoRelease(f"The tag {commit} holds version {version}: its name must be v{version}.")
        changes = changes_of(version, (source / "CHANGELOG.md").read_text(encoding="utf-8"))
        lock = (source / "requirements" / "run.lock").read_text(encoding="utf-8")
        epoch = _git(repository, "log", "-1", "--format=%ct", commit).strip()
        wheel = build_wheel(source, out, epoch)
    made = [
        wheel,
        _written(out / f"intervisie-{version}-packages.txt", lock),
        _written(out / f"intervisie-{version}-changes.md", changes),
        _written(
            out / f"intervisie-{version}-sbom.cdx.json", json.dumps(sbom(version, lock), indent=1) + "\n"
        ),
    ]
    return [*made, _written(out / "SHA256SUMS", checksums(made))]


def build_wheel(source: Path, out: Path, epoch: str = "") -> Path:
    """Build the wheel of a folder of sources, in which the build leaves its traces."""
    program = "import sys, setuptools.build_meta as backend; print(backend.build_wheel(sys.argv[1]))"
    # https://reproducible-builds.org/docs/source-date-epoch/
    environment = {**os.environ, **({"SOURCE_DATE_EPOCH": epoch} if epoch else {})}
    built = subprocess.run(
        [sys.executable, "-c", program, str(out.resolve())],
        cwd=source,
        env=environment,
        capture_output=True,
        text=True,
    )
    if built.returncode:
        raise NoRelease(f"The wheel could not be built:\n{built.stderr[-2000:]}")
    return out / built.stdout.split()[-1]


def changes_of(version: str, changelog: str) -> str:
    """The part of the changelog about a version. Raises NoRelease."""
    found = re.search(
        rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    if found is None:
        raise NoRelease(f"CHANGELOG.md says nothing of {version}.")
    return found[0].rstrip() + "\n"


def sbom(version: str, lock: str) -> dict[str, Any]:
    """Software bill of materials: what the lock pins. https://cyclonedx.org/docs/1.6/json/"""
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{pinned}",
            "name": name,
            "version": pinned,
            "purl": f"pkg:pypi/{name}@{pinned}",
        }
        for name, pinned in PINNED.findall(lock)
        if name not in BUILD_ONLY
    ]
    ours = f"pkg:pypi/intervisie-bot@{version}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": ours,
                "name": "intervisie-bot",
                "version": version,
            }
        },
        "components": components,
        "dependencies": [{"ref": ours, "dependsOn": [component["bom-ref"] for component in components]}],
    }


def checksums(files: list[Path]) -> str:
    """As `sha256sum --check` reads them."""
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)


def _take_out(repository: Path, commit: str, to: Path) -> None:
    """The files of a commit: what lies in the working folder has no part in a release."""
    archive = to.with_suffix(".tar")
    _git(repository, "archive", "--output", str(archive), commit)
    with tarfile.open(archive) as opened:
        # Before Python 3.11.4 `extractall` takes no filter, and overlooks this attribute.
        opened.extraction_filter = tarfile.data_filter if hasattr(tarfile, "data_filter") else None
        opened.extractall(to)


def _git(repository: Path, *arguments: str) -> str:
    if shutil.which("git") is None:
        raise NoRelease("git is needed to make a release.")
    ran = subprocess.run(["git", *arguments], cwd=repository, capture_output=True, text=True)
    if ran.returncode:
        raise NoRelease(f"git {arguments[0]}: {ran.stderr.strip()}")
    return ran.stdout


def _written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
