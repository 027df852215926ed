"""What Slack sends, as it sends it.

https://docs.slack.dev/interactivity/implementing-slash-commands
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

import secrets
from typing import Any

from sandbox.api.methods import as_slack
from sandbox.workspace.model import APP_ID, BOT_USER, Message, View
from sandbox.workspace.state import Workspace

VERIFICATION_TOKEN = "sandbox-verification"


def _user(ws: Workspace, user: str) -> dict[str, str]:
    return {"id": user, "username": ws.people[user].name, "name": ws.people[user].name, "team_id": ws.team_id}


def _common(ws: Workspace, user: str) -> dict[str, Any]:
    return {
        "team": {"id": ws.team_id, "domain": "sandbox"},
        "user": _user(ws, user),
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def command(
    ws: Workspace, user: str, channel: str, name: str, text: str, response_url: str
) -> dict[str, str]:
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": ws.team_id,
        "team_domain": "sandbox",
        "channel_id": channel,
        "channel_name": ws.channels[channel].name,
        "user_id": user,
        "user_name": ws.people[user].name,
        "command": name,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": ws.new_trigger(user),
    }


def action_in_message(
    ws: Workspace,
    user: str,
    message: Message,
    action: dict[str, Any],
    state: dict[str, Any],
    response_url: str,
) -> dict[str, Any]:
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.only_for is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = {
        "type": "block_actions",
        **_common(ws, user),
        "container": container,
        "trigger_id": ws.new_trigger(user),
        "channel": {"id": message.channel, "name": ws.channels[message.channel].name},
        "state": {"values": state},
        "response_url": response_url,
        "actions": [action],
    }
    # An ephemeral message is not sent along.
    if not message.only_for:
        payload["message"] = as_slack(message)
    return payload


def action_in_view(ws: Workspace, user: str, view: View, action: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "block_actions",
        **_common(ws, user),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": ws.new_trigger(user),
        "view": ws.view_payload(view),
        "actions": [action],
    }


def submission(ws: Workspace, view: View) -> dict[str, Any]:
    return {
        "type": "view_submission",
        **_common(ws, view.user),
        "trigger_id": ws.new_trigger(view.user),
        "view": ws.view_payload(view),
        "response_urls": [],
    }


def closed(ws: Workspace, view: View, *, everything: bool) -> dict[str, Any]:
    return {
        "type": "view_closed",
        **_common(ws, view.user),
        "view": ws.view_payload(view),
        "is_cleared": everything,
    }


def event(ws: Workspace, content: dict[str, Any], event_id: str | None = None) -> dict[str, Any]:
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": ws.team_id,
        "api_app_id": APP_ID,
        "event": content,
        "type": "event_callback",
        "event_id": event_id or "Ev" + secrets.token_hex(6).upper(),
        "event_time": int(ws.clock.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": ws.team_id,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }
