"""Mutation test: changes one sign or number of a rule, and sees whether a test notices. `make mutants`.

It takes a sample of the rules of every room, of the delivery and of the jobs, by a seed, and works in a copy of the checkout. A
mutant that the tests of its room let live is listed, with the reason where mutants.toml has one. It takes long: for the night.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Why some mutants live: nobody would notice them.
REASONS = Path(__file__).with_suffix(".toml")
SECONDS = 600
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".demo", "__pycache__", "dist", "build", ".*_cache", ".hypothesis"
)


@dataclass(frozen=True)
class Mutant:
    """A place in a file, and the whole text of the file with this place changed."""

    file: Path
    line: int
    source: str
    change: str
    text: str

    @property
    def tests(self) -> Path:
        """The folder of tests that is nearest."""
        return Path("tests") / self.file.parts[1]

    @property
    def place(self) -> tuple[str, str, str]:
        """What stays when lines move."""
        return self.file.as_posix(), self.source, self.change

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.change}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=40, help="how many mutants")
    given = parser.parse_args(arguments)
    every = [mutant for file in targets(ROOT) for mutant in mutants(ROOT, file)]
    chosen = random.Random(given.seed).sample(every, min(given.count, len(every)))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
        survivors = [mutant for mutant in chosen if lives(copy, mutant)]
    known = reasons()
    unknown = [mutant for mutant in survivors if mutant.place not in known]
    print(
        f"{len(chosen)} of {len(every)} mutants (seed {given.seed}), {len(survivors)} survived, {len(unknown)} without a reason."
    )
    for mutant in survivors:
        print(f"  {mutant}: {known.get(mutant.place, 'no reason yet')}")
    return 0


def reasons() -> dict[tuple[str, str, str], str]:
    """Why a mutant lives, by its place: a file, a line and the change."""
    read = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    return {(one["file"], one["line"], one["change"]): one["why"] for one in read["lives"]}


def targets(root: Path) -> list[Path]:
    """The files of rules, of the delivery and of the jobs that have tests of their own."""
    patterns = ("bot/*/rules.py", "bot/*/rules/*.py", "bot/delivery/**/*.py", "bot/jobs/*.py")
    found = {file for pattern in patterns for file in root.glob(pattern)}
    files = sorted(file.relative_to(root) for file in found)
    # The numbers of a table are its migrations': tests/cli/test_migrations.py compares them.
    files = [file for file in files if file.name != "records.py"]
    return [file for file in files if (root / "tests" / file.parts[1]).is_dir()]


def mutants(root: Path, file: Path) -> Iterator[Mutant]:
    """Every mutant of a file: a comparison that takes its edge along or not, or a number that is one more."""
    source = (root / file).read_text(encoding="utf-8")
    lines = source.splitlines()
    for number, node in enumerate(ast.walk(ast.parse(source))):
        change = _change(node)
        if change:
            tree = ast.parse(source)
            _apply(list(ast.walk(tree))[number])
            line = getattr(node, "lineno", 0)
            yield Mutant(file, line, lines[line - 1].strip(), change, ast.unparse(tree))


def _change(node: ast.AST) -> str:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
        return f"{type(node.ops[0]).__name__} becomes {COMPARISONS[type(node.ops[0])].__name__}"
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return f"{node.value} becomes {node.value + 1}"
    return ""


def _apply(node: ast.AST) -> None:
    if isinstance(node, ast.Compare):
        node.ops = [COMPARISONS[type(node.ops[0])]()]
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        node.value += 1


def lives(copy: Path, mutant: Mutant) -> bool:
    """Whether the nearest tests let a mutant live; one on which they hang is dead."""
    file = copy / mutant.file
    before = file.read_text(encoding="utf-8")
    file.write_text(mutant.text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-n",
        "2",
        "-p",
        "no:cacheprovider",
        str(mutant.tests),
    ]
    # The copy goes before the checkout, which is installed in this environment.
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    quiet = subprocess.DEVNULL
    try:
        ran = subprocess.run(command, cwd=copy, env=environment, stdout=quiet, stderr=quiet, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return False
    finally:
        file.write_text(before, encoding="utf-8")
    return ran.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
