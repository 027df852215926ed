"""A room's tables are read by its own queries. What else reads them is listed here, with its reason."""

import ast

from tests.architecture.code import imports_of, room_of, trees

# Queries that join the tables of a room below: a statement that is made once cannot ask that room first.
JOINED = {
    "bot.agreements.queries": {"bot.groups.records.Member"},
    "bot.attendance.queries": {"bot.meetings.records.Meeting"},
    "bot.cases.queries": {"bot.groups.records.Group", "bot.groups.records.Member"},
    "bot.fit_checks.queries": {"bot.nudges.records.Nudge"},
    "bot.followups.queries": {"bot.groups.records.Group"},
    "bot.polls.queries": {
        "bot.cases.records.Case",
        "bot.groups.records.Group",
        "bot.groups.records.Member",
    },
    # Merging takes what belongs to a group, in whichever room, to another group.
    "bot.merging.service": {
        "bot.agreements.records.Agreed",
        "bot.agreements.records.Agreements",
        "bot.agreements.records.TalkFirst",
        "bot.agreements.records.TrialAnswer",
        "bot.groups.records.Member",
        "bot.meetings.records.Series",
    },
    # The heartbeat's row is the only one that every process has.
    "bot.slack.first_event": {"bot.jobs.records.Heartbeat"},
}
# What looks at the database as a whole, for whoever runs the bot.
LOOK_AT_EVERYTHING = ("bot.cli.", "bot.gauges")


def foreign(module: str) -> set[str]:
    """The records of other rooms that a module uses, apart from annotations."""
    theirs = {
        name: whole
        for name, whole in imports_of(module).items()
        if whole.split(".")[2:3] == ["records"] and room_of(whole) != room_of(module)
    }
    tree = trees()[module]
    annotations = {
        id(part) for node in ast.walk(tree) for one in _annotations(node) for part in ast.walk(one)
    }
    return {
        theirs[node.id]
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id in theirs and id(node) not in annotations
    }


def _annotations(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.returns] if node.returns else []
    if isinstance(node, ast.arg | ast.AnnAssign):
        return [node.annotation] if node.annotation else []
    if isinstance(node, ast.Assign):
        # A type alias.
        return [node.value] if isinstance(node.value, ast.Subscript) else []
    return []


def test_a_room_s_tables_are_read_by_its_own_queries() -> None:
    found = {
        module: records
        for module in trees()
        if not module.startswith(LOOK_AT_EVERYTHING) and (records := foreign(module))
    }
    assert found == JOINED
