"""A whole group, or a whole workspace, is forgotten by whoever runs the bot."""

from typing import Any

from sqlalchemy import select

from bot.cases.records import Case
from bot.groups.records import Group
from bot.jobs.suspensions import suspend, suspended_workspaces
from bot.privacy import service as privacy
from bot.privacy.register import REGISTER
from bot.storage import Base, Tx
from tests.conftest import THEIRS, due_items, make_group
from tests.factories import ANNA, BRAM, make_case
from tests.privacy.people import naming, standing, sweep
from tests.privacy.test_forgetting import held_session


def rows_of_workspace(tx: Tx) -> dict[str, int]:
    tx.sql.flush()
    found: dict[str, int] = {}
    for name in REGISTER:
        table = Base.metadata.tables[name]
        if "team_id" in table.c:
            rows: Any = tx.sql.execute(
                select(table.c.team_id).where(table.c.team_id == tx.workspace.team_id)
            ).all()
            found |= {name: len(rows)} if rows else {}
    return found


def test_a_group_goes_with_all_that_belongs_to_it(tx: Tx) -> None:
    session = held_session(tx)
    group_id, key = session.group_id, f"session/{session.id}"
    other = make_group(tx, ANNA, channel="C0ANDER")
    make_case(tx, other, title="In de andere groep")
    privacy.forget_group(tx, group_id)
    assert tx.sql.scalars(select(Group.id)).all() == [other.id]
    assert [case.title for case in tx.sql.scalars(select(Case))] == ["In de andere groep"]
    assert [row for row in due_items(tx) if group_id in f"{row.subject} {row.data}"] == []
    left = standing(tx)
    assert f"{key}/case" not in left
    assert f"{key}/own/{BRAM}" not in left


def test_what_is_planned_for_others_goes_on_after_it(tx: Tx) -> None:
    """A job that looked for the group would fail for ever."""
    session = held_session(tx)
    privacy.forget_group(tx, session.group_id)
    sweep(tx)


def test_of_a_workspace_nothing_is_left(tx: Tx) -> None:
    held_session(tx)
    there = tx.of(THEIRS)
    make_case(there, make_group(there, ANNA, channel="C0DAAR"))
    assert privacy.forget_workspace(tx) > 0
    assert rows_of_workspace(tx).keys() <= {"outbox"}
    assert standing(tx) == [key for key in standing(tx) if key.endswith("/card")]
    assert naming(there, ANNA) != {}


def test_after_an_uninstall_nothing_waits_to_be_deleted_in_slack(tx: Tx) -> None:
    """The bot reaches no message any more."""
    held_session(tx)
    suspend(tx, uninstalled=True)
    assert privacy.forget_workspace(tx) == 0
    assert rows_of_workspace(tx) == {}
    assert suspended_workspaces(tx) == []


def test_a_revoked_token_keeps_what_waits_to_be_deleted_in_slack(tx: Tx) -> None:
    held_session(tx)
    suspend(tx, uninstalled=False)
    assert privacy.forget_workspace(tx) > 0
    assert rows_of_workspace(tx).keys() == {"outbox", "suspensions"}
