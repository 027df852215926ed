"""Slack Connect and organisations: whose workspace stands where, as recorded in slackapi/bolt-python's test_internals.py."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.people import CannotDo, Team
from sandbox.server import Sandbox
from sandbox.workspace.model import View
from tests.sandbox.conftest import Heard, client_of

ANNA, CHLOE, FLEUR = "U0ANNA", "U0CHLOE", "U0FLEUR"
CHANNEL = "C0OOST"
OURS, THEIRS, ORG = "T0OURS", "T0ELDERS", "E0ELDERS"
FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Vraag"},
    "submit": {"type": "plain_text", "text": "Stuur"},
    "blocks": [
        {
            "type": "input",
            "block_id": "title",
            "label": {"type": "plain_text", "text": "Titel"},
            "element": {"type": "plain_text_input", "action_id": "x"},
        }
    ],
}
BUTTON = {"type": "button", "action_id": "press", "text": {"type": "plain_text", "text": "Druk"}}


async def share(sandbox: Sandbox, enterprise: str = ORG) -> None:
    """Chloé turns out to be from another organisation, and the channel is shared with it."""
    await sandbox.doings.share(CHANNEL, with_team=THEIRS, with_enterprise=enterprise)
    await sandbox.doings.change_person(CHLOE, home_team=THEIRS, home_enterprise=enterprise)


def whose(payload: dict[str, Any]) -> tuple[Any, ...]:
    """The outer workspace, that of the context, and that of the installation, each with its organisation."""
    [installed] = payload["authorizations"]
    return (
        (payload["team_id"], payload.get("enterprise_id")),
        (payload["context_team_id"], payload["context_enterprise_id"]),
        (installed["team_id"], installed["enterprise_id"]),
    )


async def test_in_a_channel_of_our_own_all_three_are_ours(sandbox: Sandbox, heard: Heard) -> None:
    await sandbox.doings.post(ANNA, CHANNEL, "hoi", None)
    assert whose(heard.payloads[-1]) == ((OURS, None), (OURS, None), (OURS, None))
    assert heard.payloads[-1]["is_ext_shared_channel"] is False


@pytest.mark.parametrize("enterprise", ["", ORG])
async def test_what_other_people_write_and_their_coming_and_going_carry_their_workspace(
    sandbox: Sandbox, heard: Heard, enterprise: str
) -> None:
    await share(sandbox, enterprise)
    theirs = (THEIRS, enterprise or None)
    await sandbox.doings.post(CHLOE, CHANNEL, "hoi", None)
    await sandbox.doings.leave(CHLOE, CHANNEL)
    await sandbox.doings.join(CHLOE, CHANNEL, inviter=ANNA)
    wrote, left, came = heard.payloads[-3:]
    for payload in (wrote, left, came):
        assert whose(payload) == (theirs, theirs, (OURS, None))
        assert payload["is_ext_shared_channel"] is True
    assert wrote["event"]["team"] == came["event"]["team"] == THEIRS
    assert left["event"]["team"] == (enterprise or THEIRS)


async def test_our_own_coming_and_going_in_a_shared_channel_carries_the_other_workspace_outside(
    sandbox: Sandbox, heard: Heard
) -> None:
    await share(sandbox)
    await sandbox.doings.post(ANNA, CHANNEL, "hoi", None)
    await sandbox.doings.leave(FLEUR, CHANNEL)
    await sandbox.doings.join(FLEUR, CHANNEL, inviter=ANNA)
    wrote, left, came = heard.payloads[-3:]
    assert whose(wrote) == ((OURS, None), (THEIRS, ORG), (OURS, None))
    for payload in (left, came):
        assert whose(payload) == ((THEIRS, ORG), (OURS, None), (OURS, None))
        assert payload["event"]["team"] == OURS


async def test_a_form_of_somebody_from_elsewhere_carries_their_workspace_and_says_where_the_app_is(
    sandbox: Sandbox, heard: Heard
) -> None:
    await share(sandbox)
    view: View = sandbox.workspace.push_view(CHLOE, FORM)
    await sandbox.doings.submit(CHLOE, view.id, {})
    [(kind, payload)] = heard.interactions
    assert (kind, payload["type"]) == ("interactive", "view_submission")
    assert (payload["team"]["id"], payload["enterprise"]["id"]) == (THEIRS, ORG)
    assert (payload["view"]["team_id"], payload["view"]["app_installed_team_id"]) == (THEIRS, OURS)
    own = sandbox.workspace.push_view(ANNA, FORM)
    await sandbox.doings.submit(ANNA, own.id, {})
    _, payload = heard.interactions[-1]
    assert (payload["team"]["id"], payload["enterprise"]) == (OURS, None)
    assert (payload["view"]["team_id"], payload["view"]["app_installed_team_id"]) == (OURS, OURS)


async def test_a_click_of_somebody_from_elsewhere_is_in_our_workspace_and_names_theirs(
    sandbox: Sandbox, heard: Heard
) -> None:
    await share(sandbox)
    posted = await client_of(sandbox).chat_postMessage(
        channel=CHANNEL, text="Hoi", blocks=[{"type": "actions", "elements": [BUTTON]}]
    )
    async with Team(sandbox.url) as team:
        await team.person(CHLOE).press("press", channel=CHANNEL, ts=posted["ts"])
    _, payload = heard.interactions[-1]
    assert payload["team"]["id"] == OURS
    assert (payload["user"]["team_id"], payload["enterprise"]["id"]) == (THEIRS, ORG)


async def test_when_the_sharing_ends_they_are_gone_without_a_word(sandbox: Sandbox, heard: Heard) -> None:
    await share(sandbox)
    told = len(heard.events)
    async with Team(sandbox.url) as team:
        await team.post("channel", channel=CHANNEL, shared=False)
        assert heard.events[told:] == []
        client = client_of(sandbox)
        members = (await client.conversations_members(channel=CHANNEL))["members"]
        assert CHLOE not in members
        assert ANNA in members
        with pytest.raises(CannotDo):
            await team.person(CHLOE).say("hoi", CHANNEL)
        with pytest.raises(SlackApiError) as refused:
            await client.chat_postMessage(channel=CHLOE, text="Hoi")
        assert refused.value.response["error"] == "channel_not_found"
    await sandbox.doings.post(ANNA, CHANNEL, "hoi", None)
    assert whose(heard.payloads[-1]) == ((OURS, None), (OURS, None), (OURS, None))


async def test_from_the_day_that_the_workspace_joins_an_organisation_everything_names_it(
    sandbox: Sandbox, heard: Heard
) -> None:
    client = client_of(sandbox)
    assert "enterprise_id" not in (await client.auth_test()).data
    async with Team(sandbox.url) as team:
        await team.post("organisation", enterprise_id="E0OURS", name="De Linden")
        await team.person(ANNA).command("help", CHANNEL)
    kind, command = heard.interactions[-1]
    assert (kind, command["team_id"], command["enterprise_id"]) == ("slash_commands", OURS, "E0OURS")
    await sandbox.doings.post(ANNA, CHANNEL, "hoi", None)
    ours = (OURS, "E0OURS")
    assert whose(heard.payloads[-1]) == (ours, ours, ours)
    view = sandbox.workspace.push_view(ANNA, FORM)
    await sandbox.doings.submit(ANNA, view.id, {})
    _, submission = heard.interactions[-1]
    assert submission["enterprise"] == {"id": "E0OURS", "name": "De Linden"}
    assert submission["team"]["enterprise_id"] == "E0OURS"
    assert (await client.auth_test())["enterprise_id"] == "E0OURS"
    assert (await client.users_info(user=ANNA))["user"]["enterprise_user"]["enterprise_id"] == "E0OURS"
