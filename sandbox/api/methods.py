"""The methods of the Web API. Each takes the workspace and the call's arguments, and returns Slack's answer."""

import base64
import math
from collections.abc import Callable
from typing import Any

from sandbox.strict.blocks import check_message, check_view
from sandbox.workspace.model import APP_ID, BOT_ID, BOT_USER, Channel, Message, Refusal
from sandbox.workspace.state import Workspace

Arguments = dict[str, Any]
Method = Callable[[Workspace, Arguments], dict[str, Any]]

METHODS: dict[str, Method] = {}
# Any one of these scopes is enough; an empty set needs none. https://docs.slack.dev/reference/methods
SCOPES: dict[str, set[str]] = {}
TEXT_CUT = 40_000
UPDATE_TEXT = 4_000
# How many people Slack names when nobody says. https://docs.slack.dev/reference/methods/conversations.members
MEMBERS = 100
# https://docs.slack.dev/reference/methods/views.push https://docs.slack.dev/surfaces/modals
WINDOWS = 3


def method(name: str, *scopes: str) -> Callable[[Method], Method]:
    def register(fn: Method) -> Method:
        METHODS[name] = fn
        SCOPES[name] = set(scopes)
        return fn

    return register


@method("auth.test")
def auth_test(ws: Workspace, args: Arguments) -> dict[str, Any]:
    organisation = {"enterprise_id": ws.enterprise_id} if ws.enterprise_id else {}
    return {
        "url": "https://sandbox.invalid/",
        "team": ws.team_name,
        "user": "intervisie",
        "team_id": ws.team_id,
        **organisation,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


@method("team.info")
def team_info(ws: Workspace, args: Arguments) -> dict[str, Any]:
    return {"team": {"id": ws.team_id, "name": ws.team_name, "domain": "sandbox"}}


@method("bots.info")
def bots_info(ws: Workspace, args: Arguments) -> dict[str, Any]:
    return {
        "bot": {"id": BOT_ID, "app_id": APP_ID, "user_id": BOT_USER, "name": "Intervisie", "deleted": False}
    }


def place_to_post(ws: Workspace, channel_id: str) -> Channel:
    """Where a message goes; a person's id stands for the conversation with them."""
    if channel_id.startswith(("U", "W")):
        return ws.im(channel_id)
    if channel_id.startswith("#"):
        # A name does too: https://docs.slack.dev/reference/methods/chat.postMessage#channels
        named = [one.id for one in ws.channels.values() if one.name == channel_id[1:]]
        channel_id = named[0] if named else channel_id
    channel = ws.channel(channel_id)
    if BOT_USER not in channel.members:
        raise Refusal("channel_not_found" if channel.is_private else "not_in_channel")
    if channel.is_archived:
        raise Refusal("is_archived")
    return channel


def check_thread(ws: Workspace, channel: Channel, thread_ts: str | None) -> str | None:
    """The thread that a message goes in. Under a message that was deleted and left nothing behind there is none: Slack
    takes it all the same, and posts it in the channel. The only sign is an answer without thread_ts."""
    if thread_ts is None or (channel.id, thread_ts) in ws.deleted:
        return None
    parents = [m for m in ws.messages.get(channel.id, []) if m.ts == thread_ts and not m.only_for]
    if not parents:
        raise Refusal("thread_not_found")
    if parents[0].thread_ts:
        raise Refusal("cannot_reply_to_message")
    return thread_ts


def _content(args: Arguments) -> tuple[str, list[dict[str, Any]]]:
    text, blocks = args.get("text") or "", args.get("blocks") or []
    if not text and not blocks:
        raise Refusal("no_text")
    check_message(blocks)
    return text[:TEXT_CUT], blocks


def _number_blocks(ws: Workspace, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Slack gives a block id to every block that has none."""
    return [{"block_id": f"b{ws.clock.ts()[-6:]}{n}", **block} for n, block in enumerate(blocks)]


@method("chat.postMessage", "chat:write")
def post_message(ws: Workspace, args: Arguments) -> dict[str, Any]:
    channel = place_to_post(ws, str(args.get("channel", "")))
    text, blocks = _content(args)
    thread_ts = check_thread(ws, channel, args.get("thread_ts"))
    message = ws.add(
        Message(
            ws.clock.ts(),
            channel.id,
            BOT_USER,
            text,
            _number_blocks(ws, blocks),
            thread_ts,
            BOT_ID,
            args.get("metadata"),
        )
    )
    return {"channel": channel.id, "ts": message.ts, "message": as_slack(message)}


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(ws: Workspace, args: Arguments) -> dict[str, Any]:
    channel = place_to_post(ws, str(args.get("channel", "")))
    if args.get("user") not in channel.members:
        raise Refusal("user_not_in_channel")
    text, blocks = _content(args)
    thread_ts = check_thread(ws, channel, args.get("thread_ts"))
    message = ws.add(
        Message(
            ws.clock.ts(),
            channel.id,
            BOT_USER,
            text,
            _number_blocks(ws, blocks),
            thread_ts,
            BOT_ID,
            only_for=args["user"],
        )
    )
    return {"message_ts": message.ts}


def _own(ws: Workspace, args: Arguments, refusal: str) -> Message:
    channel_id = str(args.get("channel", ""))
    if channel_id.startswith(("U", "W")):
        raise Refusal("channel_not_found")
    channel = ws.channel(channel_id)
    message = ws.message(channel_id, str(args.get("ts", "")))
    if message.only_for or message.subtype == "tombstone":
        raise Refusal("message_not_found")
    if message.user != BOT_USER:
        raise Refusal(refusal)
    if channel.is_archived:
        raise Refusal("is_archived")
    return message


@method("chat.update", "chat:write")
def update(ws: Workspace, args: Arguments) -> dict[str, Any]:
    message = _own(ws, args, "cant_update_message")
    text = args.get("text") or ""
    if len(text) > UPDATE_TEXT:
        raise Refusal("msg_too_long")
    text, blocks = _content(args)
    message.text, message.blocks = text, _number_blocks(ws, blocks)
    message.edited = not blocks
    ws.tell(
        {
            "type": "message_changed",
            "channel": message.channel,
            "thread_ts": message.thread_ts,
            "message": ws.shown(message),
            "only_for": ws.channels[message.channel].im_with,
        }
    )
    return {"channel": message.channel, "ts": message.ts, "text": text, "message": as_slack(message)}


@method("chat.delete", "chat:write")
def delete(ws: Workspace, args: Arguments) -> dict[str, Any]:
    message = _own(ws, args, "cant_delete_message")
    ws.remove(message)
    return {"channel": message.channel, "ts": message.ts}


@method("chat.getPermalink")
def permalink(ws: Workspace, args: Arguments) -> dict[str, Any]:
    message = ws.message(str(args.get("channel")), str(args.get("message_ts")))
    return {
        "channel": message.channel,
        "permalink": f"https://sandbox.invalid/archives/{message.channel}/p{message.ts.replace('.', '')}",
    }


def _visible(ws: Workspace, channel_id: str) -> Channel:
    """A conversation that the bot may know of; each kind has a scope of its own.

    https://docs.slack.dev/reference/methods/conversations.info
    """
    channel = ws.channel(channel_id)
    scope = "im:read" if channel.im_with else "groups:read" if channel.is_private else "channels:read"
    if scope not in ws.scopes:
        raise Refusal("missing_scope", f"needed: {scope}")
    if channel.is_private and BOT_USER not in channel.members:
        raise Refusal("channel_not_found")
    return channel


@method("conversations.info", "channels:read", "groups:read", "im:read")
def conversation_info(ws: Workspace, args: Arguments) -> dict[str, Any]:
    channel = _visible(ws, str(args.get("channel")))
    return {
        "channel": {
            "id": channel.id,
            "name": channel.name,
            "is_channel": channel.im_with is None,
            "is_im": channel.im_with is not None,
            "is_private": channel.is_private,
            "is_archived": channel.is_archived,
            # https://docs.slack.dev/reference/objects/conversation-object https://docs.slack.dev/apis/slack-connect/
            "is_shared": channel.is_ext_shared,
            "is_ext_shared": channel.is_ext_shared,
            "is_member": BOT_USER in channel.members,
        }
    }


@method("conversations.members", "channels:read", "groups:read", "im:read")
def conversation_members(ws: Workspace, args: Arguments) -> dict[str, Any]:
    channel = _visible(ws, str(args.get("channel")))
    members, limit = sorted(channel.members), int(args.get("limit") or MEMBERS)
    begin = int(args.get("cursor") or 0)
    more = begin + limit < len(members)
    cursor = str(begin + limit) if more else ""
    return {"members": members[begin : begin + limit], "response_metadata": {"next_cursor": cursor}}


@method("conversations.open", "im:write", "mpim:write")
def conversation_open(ws: Workspace, args: Arguments) -> dict[str, Any]:
    return {"channel": {"id": ws.im(str(args.get("users"))).id}}


def _readable(ws: Workspace, channel_id: str) -> Channel:
    """A conversation whose messages the bot may read; each kind has a scope of its own.

    https://docs.slack.dev/reference/methods/conversations.history
    """
    channel = ws.channel(channel_id)
    scope = (
        "im:history" if channel.im_with else "groups:history" if channel.is_private else "channels:history"
    )
    if scope not in ws.scopes:
        raise Refusal("missing_scope", f"needed: {scope}")
    return place_to_post(ws, channel.id)


def _page(messages: list[Message], args: Arguments, most: int, *, newest_first: bool) -> dict[str, Any]:
    """A page of messages, which are in the order of their times. https://docs.slack.dev/apis/web-api/pagination"""
    oldest, latest = _moment(args, "oldest", 0.0), _moment(args, "latest", math.inf)
    limit = min(int(args.get("limit") or 100), most)
    within = [m for m in messages if oldest < float(m.ts) < latest and not m.only_for]
    if newest_first:
        within.reverse()
    if args.get("cursor"):
        # The message that the page before ended with: what was deleted meanwhile moves no other.
        end = _cursor(str(args["cursor"]))
        within = [m for m in within if (float(m.ts) < end if newest_first else float(m.ts) > end)]
    chosen, more = within[:limit], len(within) > limit
    with_metadata = str(args.get("include_all_metadata", "")).lower() in ("1", "true")
    page = {"messages": [as_slack(m, with_metadata) for m in chosen], "has_more": more}
    if more:
        cursor = base64.b64encode(f"next_ts:{chosen[-1].ts}".encode()).decode()
        page["response_metadata"] = {"next_cursor": cursor}
    return page


def _moment(args: Arguments, name: str, without: float) -> float:
    try:
        return float(args.get(name) or without)
    except ValueError:
        raise Refusal(f"invalid_ts_{name}") from None


def _cursor(cursor: str) -> float:
    try:
        kind, _, ts = base64.b64decode(cursor, validate=True).decode().partition(":")
        if kind == "next_ts":
            return float(ts)
    except ValueError:
        pass
    raise Refusal("invalid_cursor")


@method("conversations.replies", "channels:history", "groups:history", "im:history")
def conversation_replies(ws: Workspace, args: Arguments) -> dict[str, Any]:
    """The oldest first, and the first message with them. https://docs.slack.dev/reference/methods/conversations.replies"""
    channel = _readable(ws, str(args.get("channel")))
    found = ws.thread(channel.id, str(args.get("ts")))
    if not found:
        raise Refusal("thread_not_found")
    return _page(found, args, 1000, newest_first=False)


@method("conversations.history", "channels:history", "groups:history", "im:history")
def conversation_history(ws: Workspace, args: Arguments) -> dict[str, Any]:
    """The newest first, without replies. https://docs.slack.dev/reference/methods/conversations.history"""
    channel = _readable(ws, str(args.get("channel")))
    found = [m for m in ws.messages.get(channel.id, []) if not m.thread_ts]
    return _page(found, args, 999, newest_first=True)


def as_slack(message: Message, with_metadata: bool = True) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "type": "message",
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
    }
    if message.bot_id:
        shown |= {"bot_id": message.bot_id, "app_id": APP_ID, "team": "T0OURS"}
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if message.subtype:
        shown["subtype"] = message.subtype
    if message.files:
        shown |= {"files": message.files, "upload": True}
    if message.metadata and with_metadata:
        shown["metadata"] = message.metadata
    return shown


@method("views.open")
def views_open(ws: Workspace, args: Arguments) -> dict[str, Any]:
    check_view(args.get("view"))
    user = ws.use_trigger(str(args.get("trigger_id", "")))
    ws.pop_view(user, everything=True)
    return {"view": ws.view_payload(ws.push_view(user, args["view"]))}


@method("views.push")
def views_push(ws: Workspace, args: Arguments) -> dict[str, Any]:
    check_view(args.get("view"))
    user = ws.use_trigger(str(args.get("trigger_id", "")))
    if not ws.stacks.get(user):
        raise Refusal("not_found")
    if len(ws.stacks[user]) >= WINDOWS:
        raise Refusal("push_limit_reached")
    return {"view": ws.view_payload(ws.push_view(user, args["view"]))}


@method("views.update")
def views_update(ws: Workspace, args: Arguments) -> dict[str, Any]:
    check_view(args.get("view"))
    view = ws.views.get(str(args.get("view_id", "")))
    if view is None:
        raise Refusal("not_found")
    if args.get("hash") and args["hash"] != view.hash:
        raise Refusal("hash_conflict")
    ws.change_view(view, args["view"])
    return {"view": ws.view_payload(view)}


@method("views.publish")
def views_publish(ws: Workspace, args: Arguments) -> dict[str, Any]:
    check_view(args.get("view"), home=True)
    user = str(args.get("user_id", ""))
    if user not in ws.people:
        raise Refusal("user_not_found")
    return {"view": ws.view_payload(ws.publish_home(user, args["view"]))}
