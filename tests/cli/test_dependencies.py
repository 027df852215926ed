"""What runs needs nothing that only the tests install: `make demo` and the bot start with the run-time lock alone."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def imported(folder: str) -> set[str]:
    """The top-level modules that a package imports, without its own and Python's."""
    found: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"bot", "sandbox", "migrations"}


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {_name(re.split(r"[\[>=<;]", one)[0]) for one in project["dependencies"]}


def _name(written: str) -> str:
    """The name of a distribution as all its spellings have it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", written.strip()).lower()


def test_every_import_is_declared_for_running() -> None:
    by_module = importlib.metadata.packages_distributions()
    found = imported("bot") | imported("sandbox") | imported("migrations")
    assert "click" in found
    for module in found:
        names = {_name(name) for name in by_module.get(module, [module])}
        assert names & declared(), module
