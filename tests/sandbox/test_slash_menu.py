"""The slash menu knows the app's command as Slack does: one entry, from the manifest."""

from bot.slack.manifest import manifest
from sandbox.people import Team
from sandbox.server import Sandbox


async def test_it_offers_the_one_command_of_the_manifest_with_its_usage_hint(sandbox: Sandbox) -> None:
    [written] = manifest(socket_mode=True)["features"]["slash_commands"]
    async with Team(sandbox.url) as team:
        [offered] = (await team.get("bootstrap", **{"as": "U0ANNA"}))["commands"]
    assert offered == {
        "name": written["command"],
        "description": written["description"],
        "hint": written["usage_hint"],
    }
