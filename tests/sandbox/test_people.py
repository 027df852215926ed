"""What the workspace says of people: status, do not disturb, guests, people of elsewhere, and changes."""

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.people import CannotDo, Team
from sandbox.server import Sandbox
from sandbox.workspace.model import TEAM, Person, Refusal
from tests.sandbox.conftest import Heard, client_of

ANNA, CHLOE, DAY = "U0ANNA", "U0CHLOE", 86_400


async def test_do_not_disturb_is_told_as_slack_tells_it(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    never = await client.dnd_info(user=ANNA)
    assert (never["dnd_enabled"], never["next_dnd_start_ts"], never["next_dnd_end_ts"]) == (False, 1, 1)
    now = sandbox.workspace.clock.now()
    async with Team(sandbox.url) as team:
        await team.change(ANNA, dnd_from=now - 60, dnd_until=now + 3600)
    quiet = await client.dnd_info(user=ANNA)
    assert quiet["dnd_enabled"] is True
    assert quiet["next_dnd_start_ts"] < now < quiet["next_dnd_end_ts"]
    assert "snooze_enabled" not in quiet


async def test_do_not_disturb_comes_back_every_day(sandbox: Sandbox) -> None:
    now = sandbox.workspace.clock.now()
    await sandbox.doings.change_person(ANNA, dnd_from=now - 60, dnd_until=now + 3600)
    sandbox.workspace.clock.advance(7200)
    tomorrow = await client_of(sandbox).dnd_info(user=ANNA)
    assert tomorrow["next_dnd_start_ts"] == int(now - 60 + DAY)
    assert tomorrow["next_dnd_end_ts"] == int(now + 3600 + DAY)


async def test_what_an_app_may_not_ask_is_refused(poor: Sandbox) -> None:
    client = client_of(poor)
    for call in (client.dnd_info(user=ANNA), client.users_info(user=ANNA)):
        with pytest.raises(SlackApiError) as refused:
            await call
        assert refused.value.response["error"] == "missing_scope"


async def test_a_status_is_there_until_it_runs_out(sandbox: Sandbox) -> None:
    ends = int(sandbox.workspace.clock.now()) + 3600
    await sandbox.doings.change_person(
        ANNA, status_text="Met vakantie", status_emoji=":palm_tree:", status_expiration=ends
    )
    client = client_of(sandbox)
    profile = (await client.users_info(user=ANNA))["user"]["profile"]
    assert (profile["status_emoji"], profile["status_expiration"]) == (":palm_tree:", ends)
    sandbox.workspace.clock.advance(3601)
    profile = (await client.users_info(user=ANNA))["user"]["profile"]
    assert (profile["status_emoji"], profile["status_text"], profile["status_expiration"]) == ("", "", 0)


async def test_guests_and_people_of_elsewhere_are_told_apart(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    await sandbox.doings.change_person(ANNA, is_single_channel_guest=True)
    guest = (await client.users_info(user=ANNA))["user"]
    assert (guest["is_restricted"], guest["is_ultra_restricted"]) == (True, True)
    await sandbox.doings.change_person(CHLOE, home_team="T0ELDERS")
    other = (await client.users_info(user=CHLOE, include_locale=True))["user"]
    assert (other["team_id"], other["is_stranger"]) == ("T0ELDERS", False)
    assert "locale" not in other
    with pytest.raises(CannotDo):
        async with Team(sandbox.url) as team:
            await team.person(CHLOE).command("help", "C0OOST")


async def test_a_stranger_cannot_be_written_to(sandbox: Sandbox) -> None:
    await sandbox.doings.change_person(CHLOE, home_team="T0ELDERS", is_stranger=True)
    with pytest.raises(SlackApiError) as refused:
        await client_of(sandbox).chat_postMessage(channel=CHLOE, text="Hoi")
    assert refused.value.response["error"] == "channel_not_found"


async def test_a_change_is_told_with_the_person_as_they_are_now(sandbox: Sandbox, heard: Heard) -> None:
    await sandbox.doings.change_person(ANNA, zone="Pacific/Auckland")
    [told] = heard.of("user_change")
    assert (told["user"]["id"], told["user"]["tz"]) == (ANNA, "Pacific/Auckland")


async def test_do_not_disturb_alone_is_no_change_of_the_person(sandbox: Sandbox, heard: Heard) -> None:
    await sandbox.doings.change_person(ANNA, dnd_from=1.0, dnd_until=2.0)
    assert heard.of("user_change") == []


async def test_whoever_is_deactivated_is_in_no_channel_and_cannot_be_reached(
    sandbox: Sandbox, heard: Heard
) -> None:
    await sandbox.doings.deactivate(ANNA)
    assert [event["user"]["deleted"] for event in heard.of("user_change")] == [True]
    client = client_of(sandbox)
    assert ANNA not in (await client.conversations_members(channel="C0OOST"))["members"]
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=ANNA, text="Hoi")
    assert refused.value.response["error"] == "user_disabled"


async def test_a_field_that_people_do_not_have_is_refused(sandbox: Sandbox) -> None:
    async with Team(sandbox.url) as team:
        with pytest.raises(CannotDo):
            await team.change(ANNA, mood="fine")


async def test_slack_has_no_dutch(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    locales = {
        user: (await client.users_info(user=user, include_locale=True))["user"]["locale"]
        for user in [person.id for person in TEAM]
    }
    assert {user for user, locale in locales.items() if locale != "en-US"} == {CHLOE}
    assert locales[CHLOE] == "en-GB"
    async with Team(sandbox.url) as team:
        with pytest.raises(CannotDo):
            await team.change(ANNA, locale="nl-NL")
        await team.change(ANNA, locale="de-DE")
    with pytest.raises(Refusal):
        Person("U0GIJS", "gijs", "Gijs", locale="nl-NL")
