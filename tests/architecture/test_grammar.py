"""The grammar of names: a question never writes, queries only read, and a name says of what it is."""

import ast
from collections import defaultdict

import pytest

from tests.architecture.code import functions, resolved, room_of, trees, writing

QUESTIONS = ("is_", "has_", "may_")
# Public names that more than three rooms define on purpose: each is a convention, found where it is looked for.
CONVENTIONS = {
    "router": "the handlers of a room's listeners",
    "JOBS": "what a room does at which job and event",
    "DIGESTS": "how a room puts its private reminders into words",
    "ANSWERS": "what a room does with Slack's answers to calls that it asked for",
    "todos_of": "a room's part of the to-dos on Home",
    "on_group_purged": "what a room forgets with a group",
    "on_group_resumed": "what a room says again when a group goes on",
    "on_message_lost": "what a room posts again when somebody deleted it",
    "on_member_left": "what a room does when somebody leaves",
    "on_session_ended": "what a room does when a session is over",
    "P": "the type variable of a function's parameters, and R of its result",
}
ROOMS_AT_MOST = 3


def questions() -> list[str]:
    return sorted(name for name in functions() if name.rpartition(".")[2].lstrip("_").startswith(QUESTIONS))


def test_a_question_never_writes() -> None:
    lying = [name for name in questions() if name in writing()]
    assert lying == []


def test_the_check_finds_what_writes_through_a_helper() -> None:
    """The check can fail: use cases are found to write, also those that leave the writing to another function."""
    found = writing()
    through_others = [one for one in functions().values() if one.name in found and not one.writes]
    assert len(through_others) > 100
    assert resolved("bot.groups.service.join_group") in found


def test_queries_only_read() -> None:
    machinery = ("bot.delivery.", "bot.jobs.")
    queries = [name for name in trees() if ".queries" in name and not name.startswith(machinery)]
    wrong = []
    for module in queries:
        wrong += [name for name in functions() if functions()[name].path == module and name in writing()]
        for node in ast.walk(trees()[module]):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                ("bot.delivery", "bot.jobs")
            ):
                wrong.append(f"{module} imports {node.module}")
    assert wrong == []


def test_every_private_message_goes_through_the_room_that_knows_people() -> None:
    """The first one says how to change the language."""
    direct = {one.path for one in functions().values() if "bot.delivery.outbox.post_dm" in one.calls}
    assert direct == {"bot.groups.service.private"}


def public_names() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for module, tree in trees().items():
        for node in tree.body:
            for name in _defined(node):
                if not name.startswith("_"):
                    found[name].add(room_of(module))
    return found


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def test_a_public_name_says_of_what_it_is() -> None:
    everywhere = {
        name: sorted(rooms)
        for name, rooms in public_names().items()
        if len(rooms) > ROOMS_AT_MOST and name not in CONVENTIONS and name not in ("R", "log")
    }
    assert everywhere == {}


@pytest.mark.parametrize("name", sorted(CONVENTIONS))
def test_a_convention_is_one(name: str) -> None:
    assert len(public_names()[name]) > ROOMS_AT_MOST


def test_there_are_few_conventions() -> None:
    assert len(CONVENTIONS) <= 12
