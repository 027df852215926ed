"""App manifest: every scope with its reason, every event, and the command.

https://docs.slack.dev/reference/app-manifest
"""

from typing import Any

from bot.slack import ids

NAME = "Intervisie"
# The path of every HTTP request from Slack.
ENDPOINT = "/slack/events"

# Scope and reason. A test compares this list with the methods and events in the code.
SCOPES = {
    "commands": "the command /intervisie",
    "chat:write": "posting and editing in the channel and in private",
    "users:read": "each person's name, time zone and language, and a status that says that they are on holiday or ill",
    "channels:read": "who is in a public channel",
    "groups:read": "who is in a private channel",
    "dnd:read": "leaving whoever does not want to be disturbed in peace: private messages wait until then",
    "im:write": "finding the private conversation of a message whose outcome is in doubt, or for a calendar file",
    "files:write": "a meeting as a calendar file, in the private conversation of whoever asks for it",
}
# Optional scopes: without them everything still works through buttons and forms.
HISTORY_SCOPES = {
    "channels:history": "seeing that someone spoke in a running session's thread (never what), and looking up a message "
    "whose outcome is in doubt, or one of its own of long ago that must go",
    "groups:history": "the same in a private channel",
    "im:history": "looking up a private message whose outcome is in doubt",
}
EVENTS = (
    "app_home_opened",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "channel_unarchive",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "tokens_revoked",
    "user_change",
)
HISTORY_EVENTS = ("message.channels", "message.groups")


def manifest(*, socket_mode: bool, url: str = "", with_history: bool = True) -> dict[str, Any]:
    """The manifest for Socket Mode or for HTTP; `url` is the public address for HTTP."""
    scopes = [*SCOPES, *(HISTORY_SCOPES if with_history else ())]
    events = [*EVENTS, *(HISTORY_EVENTS if with_history else ())]
    command: dict[str, Any] = {
        "command": ids.COMMAND,
        "description": "Intervisie in dit kanaal: casus, stemming, sessie",
        "usage_hint": "casus · casussen · stem · start · plan · help",
        "should_escape": False,
    }
    subscriptions: dict[str, Any] = {"bot_events": events}
    interactivity: dict[str, Any] = {"is_enabled": True}
    if not socket_mode:
        endpoint = url.rstrip("/") + ENDPOINT
        command["url"] = endpoint
        subscriptions["request_url"] = endpoint
        interactivity["request_url"] = endpoint
    return {
        "display_information": {
            "name": NAME,
            "description": "Intervisie met je team: casussen, een keuze, een sessie met een vaste werkvorm, en wat ervan komt.",
            "background_color": "#1f4d45",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "intervisie", "always_online": True},
            "slash_commands": [command],
        },
        "oauth_config": {"scopes": {"bot": scopes}},
        "settings": {
            "event_subscriptions": subscriptions,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }
