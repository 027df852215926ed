"""Every button pressed twice and every form sent twice has one effect, and one that is sent again changes it.

Slack does not bring an interaction again, but people press twice, and whoever does not see an answer sends the form
again. The cases come from the router's own tables: a button without a recipe fails here.

The same thing is prepared in three workspaces and done there once; twice, and once more after what falls due; and three
times in the same instant. After that the three must be alike, in every table.
"""

import asyncio
from collections import Counter
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.slack import ids
from bot.storage import Workspace, in_workspace
from tests.resilience.button_cases import RECIPES, sweep
from tests.resilience.prepared import Prepared
from tests.resilience.slack_driver import ROUTER, Slack, effect, everything

WORKSPACES = ONCE, TWICE, AT_ONCE = tuple(Workspace(f"T0{name}") for name in ("ONCE", "TWICE", "ATONCE"))


BUTTONS, FORMS = sorted(ROUTER.actions), sorted(ROUTER.submissions)
# Forms that only lead to the next one.
LOOKS = {ids.MEETING_RHYTHM_FORM}


def test_every_button_and_every_form_has_a_recipe() -> None:
    assert set(RECIPES) == {*BUTTONS, *FORMS}


@pytest.mark.parametrize("name", [*BUTTONS, *FORMS])
async def test_twice_has_one_effect(slack: Slack, prepared: Prepared, name: str) -> None:
    acts = dict(zip(WORKSPACES, await prepared(name, *WORKSPACES), strict=True))
    before = await slack.store.read(in_workspace(ONCE, everything))
    payloads = {ws: slack.payload(name, ws, act, act.fields) for ws, act in acts.items()}
    with capture_logs() as logs:
        await slack.bring(payloads[ONCE])
        await slack.bring(payloads[TWICE])
        await slack.bring(payloads[TWICE])
        await slack.store.transact(sweep)
        await slack.bring(payloads[TWICE])
        await asyncio.gather(*(slack.bring(payloads[AT_ONCE]) for _ in range(3)))
        once = await effect(slack, ONCE)
        others = [await effect(slack, ws) for ws in (TWICE, AT_ONCE)]
    assert [entry for entry in logs if entry["event"] in ("listener_failed", "reader_unknown")] == []
    assert len(slack.answers) == 7
    # One that only opens a window changes nothing; a form that changes nothing would prove nothing.
    assert once != before or name in BUTTONS or name in LOOKS
    for other in others:
        assert (_without_redraws(other - once), once - other) == (Counter(), Counter())


def _without_redraws(rows: Counter[str]) -> Counter[str]:
    """Without what a late press may bring: the message as it is now, and the question to Slack who somebody is."""
    return Counter(
        {
            row: number
            for row, number in rows.items()
            if '"kind": "update"' not in row and '"api_method": "users.info"' not in row
        }
    )


# Which words are stored last does not depend on the database, and the test above sends each form on PostgreSQL too.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", FORMS)
async def test_a_form_that_is_sent_again_with_other_words_changes_what_was_sent(
    slack: Slack, prepared: Prepared, name: str
) -> None:
    (act,) = await prepared(name, TWICE)
    if not act.reworded:
        pytest.skip("nothing is typed in it, or it has a test of its own")
    await slack.bring(slack.payload(name, TWICE, act, act.fields))
    first = await effect(slack, TWICE)
    await slack.bring(slack.payload(name, TWICE, act, act.reworded))
    second = await effect(slack, TWICE)
    new = {value for key, value in words(act.reworded).items() if value != words(act.fields)[key]}
    stored = "\n".join(second)
    assert [word for word in new if word not in stored] == []
    assert tables(second) == tables(first)


def words(fields: dict[str, Any]) -> dict[str, str]:
    """What was typed, by field."""
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def tables(rows: Counter[str]) -> Counter[str]:
    """How many rows there are in each table of what people brought in."""
    found: Counter[str] = Counter()
    for row, number in rows.items():
        table = row.split(" ", 1)[0]
        if table not in ("outbox", "due"):
            found[table] += number
    return found
