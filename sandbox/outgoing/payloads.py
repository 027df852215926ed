"""What Slack sends, as it sends it.

https://docs.slack.dev/interactivity/implementing-slash-commands
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

import secrets
from dataclasses import dataclass
from typing import Any

from sandbox.api.methods import as_slack
from sandbox.workspace.model import APP_ID, BOT_USER, Channel, Message, View
from sandbox.workspace.state import Workspace

VERIFICATION_TOKEN = "sandbox-verification"


@dataclass(frozen=True)
class Organisation:
    """A workspace, and the organisation on Enterprise Grid that it is part of, if any."""

    team: str
    enterprise: str = ""


def _ours(ws: Workspace) -> Organisation:
    return Organisation(ws.team_id, ws.enterprise_id)


def _home(ws: Workspace, user: str) -> Organisation:
    """Where a person belongs."""
    person = ws.people.get(user)
    return (
        Organisation(person.home_team, person.home_enterprise) if person and person.home_team else _ours(ws)
    )


def _common(ws: Workspace, user: str, *, in_view: bool = False) -> dict[str, Any]:
    """What every interaction says of its workspace. Of a view it is the viewer's own, also when that is elsewhere.

    https://github.com/slackapi/bolt-python/issues/734 https://github.com/slackapi/bolt-js/issues/1614
    """
    home, name = _home(ws, user), ws.people[user].name
    shown = home if in_view else _ours(ws)
    team = {"id": shown.team, "domain": "sandbox" if shown == _ours(ws) else "elders"}
    if shown.enterprise:
        team |= {"enterprise_id": shown.enterprise, "enterprise_name": _name(ws, shown)}
    return {
        "team": team,
        "user": {"id": user, "username": name, "name": name, "team_id": home.team},
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "enterprise": {"id": home.enterprise, "name": _name(ws, home)} if home.enterprise else None,
        "is_enterprise_install": False,
    }


def _name(ws: Workspace, organisation: Organisation) -> str:
    return ws.enterprise_name if organisation == _ours(ws) else "Elders"


def _channel_name(channel: Channel) -> str:
    """As a command carries it: known from payloads, and not documented."""
    if channel.im_with:
        return "directmessage"
    is_named = channel.name.startswith("mpdm-") or not channel.is_private
    return channel.name if is_named else "privategroup"


def command(
    ws: Workspace, user: str, channel: str, name: str, text: str, response_url: str
) -> dict[str, str]:
    sent = {
        "token": VERIFICATION_TOKEN,
        "team_id": ws.team_id,
        "team_domain": "sandbox",
        "channel_id": channel,
        "channel_name": _channel_name(ws.channels[channel]),
        "user_id": user,
        "user_name": ws.people[user].name,
        "command": name,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": ws.new_trigger(user),
    }
    if ws.enterprise_id:
        sent |= {"enterprise_id": ws.enterprise_id, "enterprise_name": ws.enterprise_name}
    return sent


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
        **_common(ws, user, in_view=True),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": ws.new_trigger(user),
        "view": ws.view_payload(view),
        "actions": [action],
    }


def submission(ws: Workspace, view: View) -> dict[str, Any]:
    return {
        "type": "view_submission",
        **_common(ws, view.user, in_view=True),
        "trigger_id": ws.new_trigger(view.user),
        "view": ws.view_payload(view),
        "response_urls": [],
    }


def closed(ws: Workspace, view: View, *, everything: bool) -> dict[str, Any]:
    return {
        "type": "view_closed",
        **_common(ws, view.user, in_view=True),
        "view": ws.view_payload(view),
        "is_cleared": everything,
    }


def event(ws: Workspace, content: dict[str, Any], event_id: str | None = None) -> dict[str, Any]:
    outer, context, shared = _whose(ws, content)
    sent = {
        "token": VERIFICATION_TOKEN,
        "team_id": outer.team,
        "context_team_id": context.team,
        "context_enterprise_id": context.enterprise or None,
        "api_app_id": APP_ID,
        "event": content,
        "type": "event_callback",
        "event_id": event_id or "Ev" + secrets.token_hex(6).upper(),
        "event_time": int(ws.clock.now()),
        "authorizations": [
            {
                "enterprise_id": ws.enterprise_id or None,
                "team_id": ws.team_id,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": shared,
        "event_context": "4-" + secrets.token_urlsafe(24),
    }
    if outer.enterprise:
        sent["enterprise_id"] = outer.enterprise
    if content["type"] in AFTER_THE_END:
        # Recorded without these (slackapi/java-slack-sdk, json-logs/samples/events): nobody is installed any more.
        for name in ("context_team_id", "context_enterprise_id", "authorizations"):
            del sent[name]
    return sent


# What Slack still tells an app whose token it has taken back.
AFTER_THE_END = ("tokens_revoked", "app_uninstalled")

# In a shared channel Slack tells these by way of the other side, also of our own people.
BY_THE_OTHER_SIDE = ("member_joined_channel", "member_left_channel", "channel_left", "group_left")


def _whose(ws: Workspace, content: dict[str, Any]) -> tuple[Organisation, Organisation, bool]:
    """The workspace on the outside of an event, that of its context, and whether its channel is shared.

    As recorded in slackapi/bolt-python, tests/slack_bolt/request/test_internals.py (slack_connect_…_patterns), where the
    other side is the host of the channel. The installation always stands in authorizations.
    """
    ours, where, who = _ours(ws), content.get("channel"), content.get("user")
    channel = ws.channels.get(where) if isinstance(where, str) else None
    if channel is None or not channel.is_ext_shared:
        return ours, ours, False
    home = _home(ws, who) if isinstance(who, str) else ours
    if home != ours:
        return home, home, True
    theirs = Organisation(channel.connected_team, channel.connected_enterprise)
    if content["type"] in BY_THE_OTHER_SIDE:
        return theirs, ours, True
    return ours, theirs if content["type"] == "message" else ours, True
