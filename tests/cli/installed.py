"""The bot as somebody has it who installed the wheel: made of what the image copies, outside the checkout."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from deploy.release import build_wheel

ROOT = Path(__file__).resolve().parents[2]
# What the Dockerfile takes into the image to build from.
COPIED = tuple(
    name
    for line in re.findall(
        r"^COPY (?!--from)(.*) \S+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    for name in line.split()
)


def sources() -> list[str]:
    """The files that git knows, or would know after a commit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    for name in sources():
        if name in COPIED or name.startswith(tuple(f"{one}/" for one in COPIED)):
            (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / "source" / name)
    return build_wheel(folder / "source", folder)


@pytest.fixture(scope="session")
def installed(wheel: Path) -> Path:
    """The command `intervisie` in an environment of its own, with the locked packages of this one."""
    environment = wheel.parent / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run([*pip, "install", "--quiet", "--no-compile", "--no-index", "--no-deps", wheel], check=True)
    [packages] = (environment / "lib").glob("python*/site-packages")
    # A folder in a .pth file comes last, and its own .pth files do not count: of this checkout nothing is seen.
    (packages / "locked.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return environment / "bin" / "intervisie"


@pytest.fixture
def clean(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has just installed it."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "LANG": "C.UTF-8",
    }
