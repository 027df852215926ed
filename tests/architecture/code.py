"""The source of bot/ as syntax trees: which function calls which, and which of them write."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

BOT = Path(__file__).parents[2] / "bot"
# Calls that write, by the name of the method: the session's, the transaction's, the outbox's and the job queue's.
WRITING_METHODS = frozenset({"add", "add_all", "delete", "flush", "change", "wake"})
WRITING_FUNCTIONS = (
    "bot.delivery.outbox.post",
    "bot.delivery.outbox.update",
    "bot.delivery.outbox.delete",
    "bot.delivery.outbox.post_dm",
    "bot.delivery.outbox.post_ephemeral",
    "bot.delivery.outbox.publish_home",
    "bot.delivery.outbox.call_api",
    "bot.jobs.queue.schedule",
    "bot.jobs.queue.schedule_no_later_than",
    "bot.jobs.queue.ensure",
    "bot.jobs.queue.cancel",
    "bot.jobs.queue.cancel_all",
    "bot.events.publish",
    "bot.events.publish_once_within",
    "bot.events.retract",
)


@dataclass
class Function:
    """A top-level function: the tree, the names it calls in full, and whether it writes by itself."""

    name: str
    path: str
    node: ast.FunctionDef | ast.AsyncFunctionDef
    calls: set[str] = field(default_factory=set)
    writes: bool = False


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of bot/ by its dotted name."""
    found = {}
    for path in sorted(BOT.rglob("*.py")):
        parts = path.relative_to(BOT.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = ast.parse(path.read_text())
    return found


@cache
def imports_of(module: str) -> dict[str, str]:
    """What each imported name of a module stands for, in full."""
    return dict(_imports(trees()[module]))


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else module


@cache
def functions() -> dict[str, Function]:
    """Every top-level function by its full name."""
    found = {}
    for module, tree in trees().items():
        imported = imports_of(module)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                made = Function(f"{module}.{node.name}", module, node)
                made.writes = _writes(node)
                made.calls = {_full(call, module, imported) for call in _called(node)}
                found[made.name] = made
    return found


@cache
def writing() -> frozenset[str]:
    """The functions that write, by themselves or through another one."""
    everything = functions()
    found = {one.name for one in everything.values() if one.writes} | set(WRITING_FUNCTIONS)
    while True:
        more = {
            one.name
            for one in everything.values()
            if one.name not in found and any(resolved(call) in found for call in one.calls)
        }
        if not more:
            return frozenset(found)
        found |= more


@cache
def resolved(name: str) -> str:
    """The function behind a name that a front door passes on."""
    seen: set[str] = set()
    while name not in functions() and name not in seen:
        seen.add(name)
        module, _, last = name.rpartition(".")
        if module not in trees():
            return name
        name = imports_of(module).get(last, name)
    return name


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _called(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            name = _dotted(call.func)
            if name:
                yield name


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def _full(name: str, module: str, imported: dict[str, str]) -> str:
    first, _, rest = name.partition(".")
    if first in imported:
        return f"{imported[first]}.{rest}" if rest else imported[first]
    return f"{module}.{name}"


def _writes(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the body itself assigns an attribute of what it was given or calls what writes."""
    given = {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}
    for inner in ast.walk(node):
        targets: list[ast.expr] = []
        if isinstance(inner, ast.Assign):
            targets = inner.targets
        elif isinstance(inner, ast.AugAssign):
            targets = [inner.target]
        if any(_assigns(target, given) for target in targets):
            return True
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            owner = _dotted(inner.func.value)
            if inner.func.attr in WRITING_METHODS and owner in ("tx", "tx.sql", "self._tx", "sql"):
                return True
    return False


def _assigns(target: ast.expr, given: set[str]) -> bool:
    if isinstance(target, ast.Tuple):
        return any(_assigns(one, given) for one in target.elts)
    return isinstance(target, ast.Attribute) and _dotted(target.value).split(".")[0] in given
