"""Audit: asks OSV which of the locked packages have a known vulnerability. `make audit`.

https://google.github.io/osv.dev/post-v1-querybatch/
"""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.release import PINNED

ROOT = Path(__file__).resolve().parents[1]
SERVICE = "https://api.osv.dev/v1/querybatch"
SECONDS = 30
Ask = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


class Unreachable(Exception):
    """The service gives no answer."""


def main() -> int:
    """0: nothing known, or nobody to ask; 1: something to mend."""
    pinned = sorted({found for lock in ("run", "dev") for found in locked(lock)})
    try:
        found = audit(pinned, ask)
    except Unreachable as problem:
        print(f"Not audited: the service can't be reached from here ({problem}).")
        return 0
    for package, ids in found.items():
        print(f"{package}: {', '.join(ids)}")
    print(f"{len(pinned)} packages, {len(found)} with a known vulnerability.")
    return 1 if found else 0


def locked(lock: str) -> list[tuple[str, str]]:
    """The names and versions that a lock pins."""
    return PINNED.findall((ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8"))


def audit(pinned: list[tuple[str, str]], ask: Ask) -> dict[str, list[str]]:
    """The packages with a known vulnerability, and its numbers. Raises Unreachable."""
    queries = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in pinned
    ]
    answers = ask(queries)
    if len(answers) != len(queries):
        raise Unreachable("an answer of another kind")
    return {
        f"{name} {version}": sorted(one["id"] for one in answer["vulns"])
        for (name, version), answer in zip(pinned, answers, strict=True)
        if answer.get("vulns")
    }


def ask(queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One request with every package. Raises Unreachable."""
    body = json.dumps({"queries": queries}).encode()
    request = urllib.request.Request(SERVICE, body, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            results: list[dict[str, Any]] = json.load(answer)["results"]
    except (urllib.error.URLError, OSError, ValueError, KeyError, TypeError) as problem:
        raise Unreachable(type(problem).__name__) from problem
    return results


if __name__ == "__main__":
    sys.exit(main())
