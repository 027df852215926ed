"""Every form, sent by a member who is of another organisation: it does the same as from a colleague.

In a shared channel such a form names the sender's own workspace, and ours only as the one where the app is installed.
https://github.com/slackapi/bolt-python/issues/734
"""

from collections import Counter
from typing import Any

import pytest
from slack_bolt.authorization import AuthorizeResult
from sqlalchemy import update

from bot.groups.records import Person
from bot.slack import ids
from bot.slack.installation import workspace_of
from bot.storage import Tx, Workspace, in_workspace
from tests.resilience.prepared import Prepared
from tests.resilience.slack_driver import ROUTER, Slack, effect

FROM_HERE, FROM_ELSEWHERE = Workspace("T0FROMHERE"), Workspace("T0FROMELSEWHERE")
# How long others' texts are kept is not for somebody of another organisation.
NOT_FOR_THEM = {ids.GROUP_KEEPING_FORM}
# Whoever comes from elsewhere to lead hears in private what they can do here.
HEAR_MORE = {ids.LEADER_ACCEPT_FORM}


def as_from_elsewhere(payload: dict[str, Any], installed: Workspace) -> dict[str, Any]:
    return {
        **payload,
        "team": {"id": "T0PARTNER", "domain": "elders", "enterprise_id": "E0PARTNER"},
        "enterprise": {"id": "E0PARTNER", "name": "Elders"},
        "user": {**payload["user"], "team_id": "T0PARTNER"},
        "view": {
            **payload["view"],
            "team_id": "T0PARTNER",
            "app_installed_team_id": installed.team_id,
        },
    }


def be_from_elsewhere(tx: Tx, user: str) -> None:
    tx.sql.execute(
        update(Person).where(Person.of(tx.workspace), Person.user == user).values(guest="stranger")
    )


# Who sends a form does not depend on the database.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", sorted(ROUTER.submissions))
async def test_a_form_from_elsewhere_does_what_a_colleagues_does(
    slack: Slack, prepared: Prepared, name: str
) -> None:
    here, elsewhere = await prepared(name, FROM_HERE, FROM_ELSEWHERE)
    await slack.store.transact(in_workspace(FROM_ELSEWHERE, be_from_elsewhere), elsewhere.user)
    before = await seen(slack, FROM_ELSEWHERE)
    await slack.bring(slack.payload(name, FROM_HERE, here, here.fields))
    theirs = as_from_elsewhere(
        slack.payload(name, FROM_ELSEWHERE, elsewhere, elsewhere.fields), FROM_ELSEWHERE
    )
    installed = AuthorizeResult(enterprise_id=None, team_id=FROM_ELSEWHERE.team_id)
    assert workspace_of(theirs, installed) == FROM_ELSEWHERE
    # The driver takes the team that a payload names for the workspace, as the bot's own front does with this answer.
    await slack.bring({**theirs, "team": {"id": FROM_ELSEWHERE.team_id}})
    done, found = await seen(slack, FROM_HERE), await seen(slack, FROM_ELSEWHERE)
    if name in HEAR_MORE:
        assert found > done
        assert [row for row in found - done if row.startswith("nudges") and '"kind": "group.guest"' in row]
    else:
        assert found == (before if name in NOT_FOR_THEM else done)


async def seen(slack: Slack, ws: Workspace) -> Counter[str]:
    """What is there once everything that followed has happened, but for where the sender is from."""
    rows = await effect(slack, ws)
    return Counter({row.replace('"guest": "stranger"', '"guest": null'): many for row, many in rows.items()})
