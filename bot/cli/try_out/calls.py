"""The calls that the bot lives by, one after another, each held against what the bot expects of Slack's answer."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import click
from slack_sdk import WebClient

from bot.cli.try_out.cleanup import Cleanup
from bot.cli.try_out.findings import Findings
from bot.slack.blocks import section

TS = r"\d{10}\.\d{6}"
TEXT = "Intervisie tries out this workspace. This message goes away by itself."
EDITED = "Intervisie tries out this workspace: edited."
REPLY = "A reply in the thread."
HISTORY = "needs the history scopes, which are optional"


@dataclass(frozen=True, slots=True)
class Tried:
    """Where and as whom it is tried, for what follows."""

    team: str
    channel: str
    person: str


def try_calls(
    client: WebClient, findings: Findings, cleanup: Cleanup, channel: str, choose: Callable[[str], str]
) -> Tried | None:
    """Post, edit, reply, look up, upload and delete. None if the bot can't even post there."""
    key = f"try-out/{secrets.token_hex(4)}"
    me = findings.call("auth.test", client.auth_test)
    if me is None:
        return None
    findings.shaped("auth.test team_id", "[TE].+", me.get("team_id"))
    findings.shaped("auth.test user_id", "[UW].+", me.get("user_id"))
    findings.shaped("auth.test bot_id", "B.+", me.get("bot_id"))
    posted = findings.call("chat.postMessage", lambda: _post(client, channel, TEXT, key))
    if posted is None:
        click.echo("Invite the bot to the channel first: /invite @Intervisie")
        return None
    place, ts = str(posted["channel"]), str(posted["ts"])
    cleanup.later(f"the message {ts}", lambda: client.chat_delete(channel=place, ts=ts))
    message = posted.get("message", {})
    findings.shaped("chat.postMessage channel", "[CG].+", place)
    findings.shaped("chat.postMessage ts", TS, ts)
    findings.same("chat.postMessage message.text", TEXT, message.get("text"))
    findings.same("chat.postMessage message.bot_id", me.get("bot_id"), message.get("bot_id"))
    findings.same("chat.postMessage message.thread_ts", None, message.get("thread_ts"))
    _edit(client, findings, place, ts)
    reply = _reply(client, findings, cleanup, place, ts)
    _look_up(client, findings, place, ts, key)
    person = choose(place)
    _person(client, findings, person)
    _whisper(client, findings, place, person, ts)
    _file(client, findings, cleanup, person)
    _delete(client, findings, cleanup, place, ts, reply)
    return Tried(str(me.get("team_id")), place, person)


def _post(client: WebClient, channel: str, text: str, key: str, **more: Any) -> Any:
    metadata = {"event_type": "intervisie", "event_payload": {"key": key}}
    return client.chat_postMessage(
        channel=channel, text=text, blocks=[section(text)], metadata=metadata, unfurl_links=False, **more
    )


def _edit(client: WebClient, findings: Findings, place: str, ts: str) -> None:
    edited = findings.call(
        "chat.update",
        lambda: client.chat_update(channel=place, ts=ts, text=EDITED, blocks=[section(EDITED)]),
    )
    if edited is not None:
        findings.same("chat.update ts", ts, edited.get("ts"))
        findings.same("chat.update text", EDITED, edited.get("text"))


def _reply(client: WebClient, findings: Findings, cleanup: Cleanup, place: str, ts: str) -> str | None:
    posted = findings.call(
        "chat.postMessage (reply)", lambda: client.chat_postMessage(channel=place, text=REPLY, thread_ts=ts)
    )
    if posted is None:
        return None
    reply = str(posted["ts"])
    cleanup.later(f"the reply {reply}", lambda: client.chat_delete(channel=place, ts=reply))
    findings.same(
        "chat.postMessage (reply) message.thread_ts", ts, posted.get("message", {}).get("thread_ts")
    )
    return reply


def _look_up(client: WebClient, findings: Findings, place: str, ts: str, key: str) -> None:
    """The look-up of a message in doubt: by the key in its metadata, which an edit keeps."""
    oldest = str(float(ts) - 5)
    found = findings.call(
        "conversations.history",
        lambda: client.conversations_history(
            channel=place, oldest=oldest, limit=200, include_all_metadata=True
        ),
        optional=HISTORY,
    )
    if found is not None:
        standing = [one for one in found.get("messages", []) if one.get("ts") == ts]
        findings.same("conversations.history messages with this ts", 1, len(standing))
        metadata = (standing[0] if standing else {}).get("metadata", {})
        findings.same(
            "conversations.history metadata.event_payload.key",
            key,
            metadata.get("event_payload", {}).get("key"),
        )
    found = findings.call(
        "conversations.replies",
        lambda: client.conversations_replies(channel=place, ts=ts, limit=200, include_all_metadata=True),
        optional=HISTORY,
    )
    if found is not None:
        texts = [one.get("text") for one in found.get("messages", [])]
        findings.same("conversations.replies texts", [EDITED, REPLY], texts)
    link = findings.call("chat.getPermalink", lambda: client.chat_getPermalink(channel=place, message_ts=ts))
    if link is not None:
        findings.shaped("chat.getPermalink permalink", "https?://.+", link.get("permalink"))


def _person(client: WebClient, findings: Findings, person: str) -> None:
    found = findings.call("users.info", lambda: client.users_info(user=person, include_locale=True))
    if found is not None:
        user = found.get("user", {})
        findings.shaped("users.info user.tz", r"\w+/.+", user.get("tz"))
        findings.shaped("users.info user.locale", "[a-z]{2}-[A-Z]{2}", user.get("locale"))
        findings.same("users.info user.is_bot", False, bool(user.get("is_bot")))
    found = findings.call("dnd.info", lambda: client.dnd_info(user=person))
    if found is not None:
        findings.same("dnd.info dnd_enabled is a boolean", True, isinstance(found.get("dnd_enabled"), bool))


def _whisper(client: WebClient, findings: Findings, place: str, person: str, ts: str) -> None:
    whispered = findings.call(
        "chat.postEphemeral",
        lambda: client.chat_postEphemeral(
            channel=place, user=person, text="Only you see this.", thread_ts=ts
        ),
    )
    if whispered is not None:
        findings.shaped("chat.postEphemeral message_ts", TS, whispered.get("message_ts"))


def _file(client: WebClient, findings: Findings, cleanup: Cleanup, person: str) -> None:
    """A file in the private conversation, as a meeting's calendar file comes. https://docs.slack.dev/messaging/working-with-files"""
    opened = findings.call("conversations.open", lambda: client.conversations_open(users=person))
    if opened is None:
        return
    place = opened["channel"]["id"]
    findings.shaped("conversations.open channel.id", "D.+", place)
    body = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Intervisie//Try-out//EN\r\nEND:VCALENDAR\r\n"
    uploaded = findings.call(
        "files.completeUploadExternal",
        lambda: client.files_upload_v2(
            channel=place, filename="intervisie.ics", title="Try-out", content=body
        ),
    )
    for file in (uploaded or {}).get("files", []):
        cleanup.later(f"the file {file['id']}", partial(client.files_delete, file=file["id"]))
        findings.shaped("files.completeUploadExternal files[].id", "F.+", file.get("id"))


def _delete(
    client: WebClient, findings: Findings, cleanup: Cleanup, place: str, ts: str, reply: str | None
) -> None:
    if reply is not None:
        findings.call("chat.delete (reply)", lambda: client.chat_delete(channel=place, ts=reply))
    findings.call("chat.delete", lambda: client.chat_delete(channel=place, ts=ts))
    findings.refused(
        "chat.getPermalink (deleted)",
        "message_not_found",
        lambda: client.chat_getPermalink(channel=place, message_ts=ts),
    )
    # The sender relies on this: such a reply stands in the channel itself, and its answer has no thread_ts.
    stray = findings.call(
        "chat.postMessage (deleted thread)",
        lambda: client.chat_postMessage(channel=place, text=REPLY, thread_ts=ts),
    )
    if stray is not None:
        cleanup.later(f"the message {stray['ts']}", lambda: client.chat_delete(channel=place, ts=stray["ts"]))
        seen = stray.get("message", {}).get("thread_ts")
        findings.same("chat.postMessage (deleted thread) message.thread_ts", None, seen)
