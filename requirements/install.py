"""Installer: puts a lock's packages into the environment that runs this file, and says how far it is.

uv does it in seconds, and comes as a wheel whose hash is locked too. Where uv does not install, or does not see the
packages that pip sees, pip does the same from the same lock. Only the standard library: nothing is installed yet.

`python requirements/install.py run` installs requirements/run.lock; `--project` adds the bot itself.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
UV = (sys.executable, "-m", "uv")
# The bot itself, from this folder, with what the lock has just installed.
PROJECT = ("--no-deps", "--no-build-isolation", "--no-index", "-e", str(HERE.parent))
# pip's settings, and the names that uv has for them. https://docs.astral.sh/uv/reference/environment/
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
}
SETTING = re.compile(r"^(?P<source>[^.]*)\.(?P<name>[\w-]+)='(?P<value>.*)'$")
LAST_WORDS = 20
WITH_UV, WITH_PIP = "some ten seconds with a fast connection", "a minute or two"


def main(arguments: list[str]) -> int:
    lock, project = HERE / f"{arguments[0]}.lock", "--project" in arguments
    began = time.monotonic()
    packages = count_packages(lock.read_text())
    say(f"Installing {packages} packages, each checked against its hash: {WITH_UV}.")
    if not (has_uv() and install_with_uv(lock, project)):
        say(f"uv does not install them here, so pip does: {WITH_PIP}.")
        if not install_with_pip(lock, packages, project):
            return 1
    say(f"Installed in {time.monotonic() - began:.0f} s.")
    return 0


def has_uv() -> bool:
    """Whether uv runs in this environment; installs it there first."""
    installing = [*PIP, "install", "--quiet", "--no-compile", "--only-binary", ":all:", "--require-hashes"]
    return ended_well([*installing, "-r", str(HERE / "installer.lock")]) and ended_well([*UV, "--version"])


def install_with_uv(lock: Path, project: bool) -> bool:
    """uv, with its own progress for someone who watches; a log would only get the list of packages."""
    environment = {**os.environ, **uv_settings(pip_settings(), os.environ)}
    command = [*UV, "pip", "install", "--python", sys.executable]
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    installing = [[*command, *quiet, "--require-hashes", "-r", str(lock)]]
    if project:
        installing.append([*command, "--quiet", *PROJECT])
    return all(subprocess.run(one, env=environment).returncode == 0 for one in installing)


def install_with_pip(lock: Path, packages: int, project: bool) -> bool:
    """pip, with a count of the packages that it found so far; its words are shown when it fails."""
    command = [*PIP, "install", "--no-compile", "--progress-bar", "off", "--require-hashes", "-r", str(lock)]
    watched, said, found = sys.stderr.isatty(), [], 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            said.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied: ")):
                found += 1
                if watched or found % 10 == 0:
                    say(f"{found} of {packages} found", end="\r" if watched else "\n")
            elif line.startswith("Installing collected"):
                say("All found. Putting them in place…")
    if pip.returncode:
        say("".join(said[-LAST_WORDS:]))
        return False
    return not project or subprocess.run([*PIP, "install", "--quiet", *PROJECT]).returncode == 0


def count_packages(lock: str) -> int:
    return len(re.findall(r"^[\w.\[\]-]+==", lock, re.MULTILINE))


def pip_settings() -> str:
    """What pip is configured with here, in files and in the environment."""
    listed = subprocess.run([*PIP, "config", "list"], capture_output=True, text=True)
    return listed.stdout if not listed.returncode else ""


def uv_settings(listed: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The same places for uv, which reads no setting of pip's; what somebody set for uv itself stays."""
    values: dict[str, list[str]] = {}
    # pip's environment adds to its files; of the rest the last one counts.
    for line in listed.splitlines():
        found = SETTING.match(line)
        if found and found["name"].lstrip(".") in UV_NAMES:
            values.setdefault(found["name"], []).append(found["value"].replace(r"\n", " ").strip())
    settings = {}
    for name, given in values.items():
        many = (
            list(dict.fromkeys(" ".join(given).split()))
            if name in ("extra-index-url", "find-links")
            else given[-1:]
        )
        settings[UV_NAMES[name]] = (" " if name == "extra-index-url" else ",").join(many)
    # As pip does: every index counts. The hashes say which file it must be.
    settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in settings.items() if name not in environment}


def ended_well(command: list[str]) -> bool:
    return not subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def say(text: str, end: str = "\n") -> None:
    sys.stderr.write(text + end)
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
