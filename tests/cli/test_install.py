"""The installer: uv where it works, with pip's settings, and pip where it does not."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"
LISTED = """:env:.find-links='/wheels'
:env:.default-timeout='180'
global.cert='/etc/certs.crt'
global.extra-index-url='file:///one/simple file:///two/simple'
global.find-links='/wheels'
user.index-url='https://packages.test/simple'
"""


@pytest.fixture
def install() -> ModuleType:
    spec = importlib.util.spec_from_file_location("install", REQUIREMENTS / "install.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_uv_looks_where_pip_looks(install: ModuleType) -> None:
    assert install.uv_settings(LISTED, {}) == {
        "UV_FIND_LINKS": "/wheels",
        "SSL_CERT_FILE": "/etc/certs.crt",
        "UV_INDEX": "file:///one/simple file:///two/simple",
        "UV_DEFAULT_INDEX": "https://packages.test/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_a_setting_for_uv_itself_goes_before_that_of_pip(install: ModuleType) -> None:
    assert "UV_FIND_LINKS" not in install.uv_settings(LISTED, {"UV_FIND_LINKS": "/mine"})


@pytest.mark.parametrize(("has_uv", "uv_finds_them"), [(False, True), (True, False)])
def test_where_uv_does_not_install_pip_does(
    install: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    has_uv: bool,
    uv_finds_them: bool,
) -> None:
    asked = []

    def with_pip(lock: Path, packages: int, project: bool) -> bool:
        asked.append(lock.name)
        return True

    monkeypatch.setattr(install, "has_uv", lambda: has_uv)
    monkeypatch.setattr(install, "install_with_uv", lambda lock, project: uv_finds_them)
    monkeypatch.setattr(install, "install_with_pip", with_pip)
    assert install.main(["run"]) == 0
    assert asked == ["run.lock"]
    assert "uv does not install them here, so pip does" in capsys.readouterr().err


def test_an_environment_without_uv_and_without_its_wheel_has_none(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "PIP", (sys.executable, "-c", "raise SystemExit(1)"))
    assert install.has_uv() is False


def test_pip_says_how_far_it_is_and_why_it_stopped(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    says = "for n in range(20): print(f'Collecting package-{n}')\nprint('ERROR: no such hash'); raise SystemExit(1)"
    monkeypatch.setattr(install, "PIP", (sys.executable, "-c", says))
    assert install.install_with_pip(REQUIREMENTS / "run.lock", 52, project=False) is False
    told = capsys.readouterr().err
    assert "10 of 52 found" in told
    assert "no such hash" in told


@pytest.mark.parametrize("lock", sorted(REQUIREMENTS.glob("*.lock")), ids=lambda lock: lock.name)
def test_a_lock_has_hashes_and_no_addresses(install: ModuleType, lock: Path) -> None:
    written = lock.read_text()
    assert "://" not in written
    pinned = re.findall(r"^[\w.\[\]-]+==.*(?:\n .*)*", written, re.MULTILINE)
    assert len(pinned) == install.count_packages(written) > 0
    assert all("--hash=sha256:" in one for one in pinned)
