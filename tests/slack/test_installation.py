"""Whose a payload is: the installation's workspace, whatever else it names.

The shapes are those of slackapi/bolt-python's tests/slack_bolt/request/test_internals.py, the values our own.
"""

import json
from typing import Any

import pytest
from slack_bolt.authorization import AuthorizeResult
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.slack.installation import enterprise_id, organisation_named, workspace_of
from bot.slack.records import Installation
from bot.storage import Tx
from tests.conftest import ours
from tests.slack.conftest import Address
from tests.slack.test_payloads import ENVELOPES, NAMES, sample

OURS, OUR_ORG, THEIRS, THEIR_ORG = "T0OURS", "E0OURS", "T0ELDERS", "E0ELDERS"
USER = {"id": "U0ANNA", "team_id": OURS}
INSTALLED = AuthorizeResult(enterprise_id=None, team_id=OURS)
PLAIN: list[dict[str, Any]] = [
    {"event": {"channel": "C0OOST", "user": "U0ANNA"}, "team_id": OURS, "enterprise_id": OUR_ORG},
    {"command": "/intervisie", "channel_id": "C0OOST", "team_id": OURS, "enterprise_id": OUR_ORG},
    {"actions": [{}], "user": {"id": "U0ANNA"}, "team": {"id": OURS, "enterprise_id": OUR_ORG}},
    {"type": "shortcut", "team": {"id": OURS}, "user": USER, "enterprise": {"id": OUR_ORG}},
    # In Socket Mode it may be null.
    {"type": "shortcut", "team": {"id": OURS}, "user": USER, "enterprise": None},
    {"event": {"function_execution_id": "Fx1"}, "team_id": OURS, "enterprise_id": OUR_ORG},
    # With an installation for a whole organisation these have no team.
    {"type": "view_submission", "team": None, "user": USER},
    {"type": "view_submission", "team": None, "view": {"team_id": OURS}},
]
# The outer workspace, that of the context, and the event, each as it was recorded in a shared channel.
SHARED: list[tuple[str, str | None, str | None, dict[str, Any]]] = [
    (OURS, None, THEIRS, {"type": "message", "user": "U0ANNA", "team": OURS}),
    (OURS, None, None, {"type": "app_mention", "user": "U0ANNA", "team": OURS}),
    (THEIRS, THEIR_ORG, None, {"type": "app_mention", "user": "U0ANNA", "team": THEIRS, "user_team": OURS}),
    (OURS, None, THEIRS, {"type": "message", "subtype": "channel_join", "user": "U0FLEUR", "team": OURS}),
    (THEIRS, THEIR_ORG, OURS, {"type": "member_joined_channel", "user": "U0FLEUR", "team": OURS}),
    (THEIRS, THEIR_ORG, OURS, {"type": "member_left_channel", "user": "U0FLEUR", "team": OURS}),
    (OURS, None, THEIRS, {"type": "message", "subtype": "channel_leave", "user": "U0FLEUR", "team": OURS}),
    (OURS, None, THEIRS, {"type": "message", "subtype": "file_share", "user": "U0ANNA", "team": OURS}),
    (THEIRS, THEIR_ORG, None, {"type": "file_shared", "user_id": "U0ANNA"}),
    (OURS, None, None, {"type": "file_public", "user_id": "U0ANNA"}),
    (THEIRS, THEIR_ORG, THEIRS, {"type": "message_metadata_posted", "user_id": "W0", "team_id": THEIRS}),
    (THEIRS, THEIR_ORG, THEIRS, {"type": "message", "user": "W0", "team": THEIRS, "bot_id": "B0"}),
    (OURS, None, None, {"type": "app_mention", "user": "W0", "team": OURS, "user_team": THEIR_ORG}),
    (THEIRS, THEIR_ORG, THEIRS, {"type": "message", "user": "W0CHLOE", "team": THEIRS}),
    (THEIRS, THEIR_ORG, THEIRS, {"type": "message", "subtype": "channel_name", "team": THEIRS}),
    (OURS, None, OURS, {"type": "reaction_added", "user": "W0CHLOE"}),
    (THEIRS, THEIR_ORG, THEIRS, {"type": "member_joined_channel", "user": "W0CHLOE", "team": THEIRS}),
    (THEIRS, THEIR_ORG, THEIRS, {"type": "member_left_channel", "user": "W0CHLOE", "team": THEIR_ORG}),
]


def shared(
    outer: str, organisation: str | None, context: str | None, event: dict[str, Any]
) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "team_id": outer,
        "type": "event_callback",
        "event": event,
        "authorizations": [
            {"enterprise_id": None, "team_id": OURS, "user_id": "U0BOT", "is_enterprise_install": False}
        ],
        "is_ext_shared_channel": True,
    }
    if organisation:
        payload["enterprise_id"] = organisation
    if context:
        payload |= {
            "context_team_id": context,
            "context_enterprise_id": THEIR_ORG if context == THEIRS else None,
        }
    return payload


def team_of(body: dict[str, Any]) -> str | None:
    found = workspace_of(body, INSTALLED)
    return found.team_id if found else None


@pytest.mark.parametrize("number", range(len(PLAIN)))
def test_what_happens_at_home_is_ours(number: int) -> None:
    assert team_of(PLAIN[number]) == OURS


@pytest.mark.parametrize("number", range(len(SHARED)))
def test_an_event_of_a_shared_channel_is_ours_whoever_stands_outside(number: int) -> None:
    payload = shared(*SHARED[number])
    assert team_of(payload) == OURS
    assert organisation_named(payload) == "", "the other organisation is not ours"


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in ENVELOPES and name != "url_verification"]
)
def test_every_sample_is_ours(name: str) -> None:
    assert team_of(sample(name)) == OURS


def test_a_form_of_somebody_from_elsewhere_is_ours_and_their_organisation_is_not() -> None:
    payload = {
        "type": "view_submission",
        "team": {"id": THEIRS, "enterprise_id": THEIR_ORG},
        "enterprise": {"id": THEIR_ORG},
        "user": {"id": "W0CHLOE", "team_id": THEIRS},
        "view": {"team_id": THEIRS, "app_installed_team_id": OURS},
    }
    assert team_of(payload) == OURS
    assert organisation_named(payload) is None
    assert team_of({**payload, "view": {"team_id": THEIRS, "app_installed_team_id": THEIRS}}) is None


def test_what_names_another_workspace_or_none_is_nobodys() -> None:
    assert team_of({"team_id": THEIRS, "event": {"type": "message"}}) is None
    assert team_of({"event": {"type": "message", "user": "U0ANNA"}}) is None


@pytest.fixture
def stored(address: Address) -> Any:
    async def look() -> list[tuple[str, str]]:
        def rows(tx: Tx) -> list[tuple[str, str]]:
            return [(row.team_id, row.enterprise_id) for row in tx.sql.scalars(select(Installation))]

        await address.app.dispatcher.settled()
        return await address.app.store.read(rows)

    return look


async def test_the_organisation_is_stored_and_follows_what_slack_says(address: Address, stored: Any) -> None:
    await address.command("help")
    assert await stored() == [(OURS, "")]
    payload = shared(*SHARED[4])
    payload["authorizations"][0]["enterprise_id"] = OUR_ORG
    await address.send(json.dumps({**payload, "event_id": "Ev1"}), "application/json")
    assert await stored() == [(OURS, OUR_ORG)]
    # auth.test was asked before, and a click tells nothing of it.
    await address.interact({"type": "block_actions", "actions": [{"action_id": "x", "type": "button"}]})
    assert await stored() == [(OURS, OUR_ORG)]
    assert await ours(address.app).read(enterprise_id) == OUR_ORG


async def test_a_command_from_another_workspace_is_refused_with_a_line_in_the_log(address: Address) -> None:
    with capture_logs() as logs:
        response = await address.command("help", team_id=THEIRS)
    assert response.status_code == 403
    assert [entry["workspace"] for entry in logs if entry["event"] == "not_our_workspace"] == [THEIRS]
