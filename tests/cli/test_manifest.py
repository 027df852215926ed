"""The manifest: within Slack's limits, and exactly what the code needs."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.app import all_handlers
from bot.cli import main
from bot.slack import ids
from bot.slack.manifest import EVENTS, HISTORY_EVENTS, HISTORY_SCOPES, SCOPES, manifest

SOURCES = [
    path
    for path in (Path(__file__).parents[2] / "bot").rglob("*.py")
    if "cli" not in path.relative_to(path.parents[2]).parts
]
# What each method asks for; any one of a set will do for the kind of conversation it is used on.
# Pages: docs.slack.dev/reference/methods/<method>.
NEEDED: dict[str, set[str]] = {
    "apps.connections.open": set(),
    "auth.test": set(),
    "chat.delete": {"chat:write"},
    "chat.getPermalink": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.members": {"channels:read", "groups:read"},
    "conversations.open": {"im:write"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "dnd.info": {"dnd:read"},
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "users.info": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.push": set(),
    "views.update": set(),
}
# Scopes of the events. Pages: docs.slack.dev/reference/events/<event>.
FOR_EVENT: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_uninstalled": set(),
    "tokens_revoked": set(),
    "channel_archive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_id_changed": {"channels:read", "groups:read"},
    "channel_left": {"channels:read"},
    "channel_unarchive": {"channels:read"},
    "group_archive": {"groups:read"},
    "group_deleted": {"groups:read"},
    "group_left": {"groups:read"},
    "group_unarchive": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "user_change": {"users:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
}
ALL = {**SCOPES, **HISTORY_SCOPES}


def methods_in_the_code() -> set[str]:
    """Every method of the Web API that the bot names, written as a string or called on the client."""
    families = {name.split(".")[0] for name in NEEDED} | {
        "bots",
        "files",
        "pins",
        "reactions",
        "team",
        "usergroups",
    }
    names = "|".join(sorted(families))
    found: set[str] = set()
    for source in SOURCES:
        text = source.read_text(encoding="utf-8")
        found |= set(re.findall(rf'"((?:{names})\.[a-zA-Z.]+)"', text))
        for call in re.findall(rf"client\.((?:{names})_[a-z_A-Z]+)\(", text):
            family, _, method = call.partition("_")
            found.add(f"{family}.{method}")
    # An action's or a due kind's name has the same look; methods are those that Slack documents.
    return {
        name
        for name in found
        if name in NEEDED or name.split(".")[0] in ("chat", "conversations", "dnd", "users")
    }


def test_every_method_in_the_code_is_known_here_with_its_scopes() -> None:
    used = methods_in_the_code()
    assert {"chat.postMessage", "views.open", "conversations.members", "users.info"} <= used
    assert used <= set(NEEDED)


def test_the_scopes_are_those_that_the_methods_and_events_need_and_no_more() -> None:
    needed = {"commands"}
    for method in methods_in_the_code():
        needed |= NEEDED[method]
    for event in (*EVENTS, *HISTORY_EVENTS):
        needed |= FOR_EVENT[event]
    assert set(ALL) == needed
    assert all(reason for reason in ALL.values())


def test_without_history_nothing_asks_to_read_messages() -> None:
    made = manifest(socket_mode=True, with_history=False)
    assert made["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    events = made["settings"]["event_subscriptions"]["bot_events"]
    assert not any(FOR_EVENT[event] - set(SCOPES) for event in events)


def test_the_events_are_those_that_the_code_answers_and_no_more() -> None:
    subscribed = {event.split(".")[0] for event in (*EVENTS, *HISTORY_EVENTS)}
    assert subscribed == set(all_handlers().events)


def test_the_usage_hint_names_subcommands_that_exist() -> None:
    [command] = manifest(socket_mode=True)["features"]["slash_commands"]
    words = [word.strip() for word in command["usage_hint"].split("·")]
    assert words
    for word in words:
        assert word == "help" or all_handlers().subcommand(word) is not None, word
    assert command["command"] == ids.COMMAND


@pytest.mark.parametrize(
    "made", [manifest(socket_mode=True), manifest(socket_mode=False, url="https://x.example")]
)
def test_it_is_within_slacks_limits(made: dict[str, Any]) -> None:
    assert set(made) == {"display_information", "features", "oauth_config", "settings"}
    shown = made["display_information"]
    assert 1 <= len(shown["name"]) <= 35
    assert 1 <= len(shown["description"]) <= 140
    assert "long_description" not in shown or 175 <= len(shown["long_description"]) <= 4000
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", made["features"]["bot_user"]["display_name"])
    commands = made["features"]["slash_commands"]
    assert len(commands) <= 50
    for command in commands:
        assert re.fullmatch(r"/\S{1,31}", command["command"])
        assert 1 <= len(command["description"]) <= 2000
        assert 1 <= len(command["usage_hint"]) <= 1000
    assert len(made["oauth_config"]["scopes"]["bot"]) <= 255
    assert len(made["settings"]["event_subscriptions"]["bot_events"]) <= 100


def test_socket_mode_has_no_addresses_and_http_has_all_three() -> None:
    assert "url" not in json.dumps(manifest(socket_mode=True))
    made = manifest(socket_mode=False, url="https://bot.example/")
    endpoint = "https://bot.example/slack/events"
    assert made["features"]["slash_commands"][0]["url"] == endpoint
    assert made["settings"]["event_subscriptions"]["request_url"] == endpoint
    assert made["settings"]["interactivity"]["request_url"] == endpoint
    assert not made["settings"]["socket_mode_enabled"]


def test_the_command_prints_what_can_be_pasted() -> None:
    printed = CliRunner().invoke(main, ["manifest", "--mode", "http", "--url", "https://bot.example"])
    assert printed.exit_code == 0
    assert json.loads(printed.output) == manifest(socket_mode=False, url="https://bot.example")


def test_the_whole_request_url_is_understood_as_well() -> None:
    printed = CliRunner().invoke(
        main, ["manifest", "--mode", "http", "--url", "https://bot.example/slack/events/"]
    )
    assert json.loads(printed.output) == manifest(socket_mode=False, url="https://bot.example")


@pytest.mark.parametrize("url", ["", "http://bot.example", "https://", "bot.example", "https://bot. example"])
def test_an_address_that_slack_cannot_reach_is_asked_again(url: str) -> None:
    printed = CliRunner().invoke(main, ["manifest", "--mode", "http", "--url", url])
    assert printed.exit_code == 2
    assert "--url" in printed.output
