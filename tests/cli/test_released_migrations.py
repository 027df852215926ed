"""Released migrations are frozen: words may be mended, statements may not. Databases out there have had them already."""

import ast
import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import Script, ScriptDirectory

from bot.cli.database import ROOT
from bot.cli.migrate import alembic_config

SCRIPTS: dict[str, Script] = {
    script.revision: script
    for script in ScriptDirectory.from_config(alembic_config("sqlite:///unused.db")).walk_revisions()
}
# A new migration adds its line here, in the commit that brings it.
FROZEN = {
    "0001": "2189b3f6e62761bc",
    "0002": "0f70671c7eb6b45b",
    "0003": "0b7513c678441ad9",
    "0004": "7e5e6e9a593d5396",
    "0005": "d26befddb6e91828",
    "0006": "5f73ca5a91119df6",
    "0007": "59eefd9a786c3b8e",
    "0008": "edc669ba9d11cc91",
    "0009": "1f02b3e8fe10a93f",
    "0010": "358fc48cc87e03a0",
    "0011": "e29644a3570df2a0",
    "0012": "3df8ad5d4f20d082",
    "0013": "e1583e848cc9f7e5",
    "0014": "f433fdaff683eb5c",
    "0015": "a33bbe2ee5d1ceda",
    "0016": "e7acf355263a150d",
    "0017": "307fad841e5ff6d1",
    "0018": "65d91772df814bf3",
    "0019": "328ba0e26b59d46d",
    "0022": "0ceeccfdc595a06d",
    "0023": "9bb45922bebfc326",
    "0024": "fda0a539cb3249a2",
    "0025": "16adc47c6f01d254",
    "0026": "b6dd8e8424915c4c",
    "0027": "3c03ffe2c01a3af4",
    "0028": "ea2d7fa37e216393",
    "0029": "b700af1a8ce10b69",
    "0032": "5201c0fde045aaa0",
    "0033": "a190bada8128c9a9",
    "0037": "4d5822d192ac3523",
    "0038": "24b664185532c03c",
    "0039": "b11901dcaf54f465",
    "0040": "006072f456a87b4a",
    "0042": "127b1952640f07b1",
    "0044": "792d3c63e63b0db1",
    "0045": "ca00f019396bfe6b",
    "0046": "22400db1d49b894a",
    "0047": "fc11b9d8fec38041",
    "0048": "40c7f14905af4ab5",
}
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def plain(node: Any) -> Any:
    """The syntax tree as lists. It leaves out whatever is empty, because each version of Python names other fields."""
    if isinstance(node, list):
        return [plain(one) for one in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = [
        (name, plain(value)) for name, value in ast.iter_fields(node) if value is not None and value != []
    ]
    return [type(node).__name__, fields]


def fingerprint(source: str) -> str:
    """A hash of what the code does: comments and docstrings do not count."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return hashlib.sha256(repr(plain(tree)).encode()).hexdigest()[:16]


def source_of(revision: str) -> str:
    return Path(SCRIPTS[revision].path).read_text(encoding="utf-8")


@pytest.mark.parametrize("revision", sorted(SCRIPTS))
def test_a_released_migration_does_what_it_did(revision: str) -> None:
    found = fingerprint(source_of(revision))
    assert FROZEN.get(revision) == found, (
        f"Make a new migration instead of changing {revision}. If {revision} is new itself, "
        f'add this line to FROZEN: "{revision}": "{found}",'
    )


def test_a_released_migration_stays() -> None:
    assert set(FROZEN) == set(SCRIPTS)


def test_words_may_be_mended_and_deeds_may_not() -> None:
    source = source_of("0011")
    words = source.replace('"""', '"""Mended: ', 1).replace(
        "    op.add_column", "    # Why.\n    op.add_column"
    )
    assert words.count("Why.") == 1
    assert fingerprint(words) == fingerprint(source)
    for statement in (
        ("Integer()", "Text()"),
        ('"0010"', '"0009"'),
        ('"0"', '"1"'),
        ("nullable=False", "nullable=None"),
    ):
        assert statement[0] in source
        assert fingerprint(source.replace(*statement)) != fingerprint(source)


@pytest.mark.parametrize("revision", sorted(SCRIPTS))
def test_a_migration_is_named_after_what_it_changes(revision: str) -> None:
    script = SCRIPTS[revision]
    assert re.fullmatch(rf"{revision}_[a-z][a-z_]+\.py", Path(script.path).name)
    assert re.fullmatch(r"\d{4}", revision)
    # `intervisie migrate` prints the first paragraph.
    assert re.fullmatch(r"[A-Z].*\.", script.doc)
    assert "Going back" in script.longdoc, "an operator wants to know what is lost"


def test_a_new_migration_gets_the_next_number(tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "migrations", tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__")
    )
    config = alembic_config(f"sqlite:///{tmp_path}/x.db")
    config.set_main_option("script_location", str(tmp_path / "migrations"))
    command.upgrade(config, "head")
    made = command.revision(config, "Add a colour", autogenerate=True)
    assert isinstance(made, Script)
    following = f"{int(max(SCRIPTS)) + 1:04d}"
    assert (made.revision, made.down_revision) == (following, max(SCRIPTS))
    assert Path(made.path).name == f"{following}_add_a_colour.py"
    assert made.doc == "Add a colour."
