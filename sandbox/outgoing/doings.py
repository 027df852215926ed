"""What people do, brought to the bot, and what its acknowledgement does in the workspace."""

import asyncio
from typing import Any

from sandbox.api.methods import WINDOWS, as_slack
from sandbox.api.people import as_user
from sandbox.outgoing import payloads
from sandbox.outgoing.transport import NotAcknowledged, Transport
from sandbox.strict.blocks import check_message, check_view
from sandbox.workspace.model import BOT_USER, Message, Refusal, View
from sandbox.workspace.state import Workspace

NO_ANSWER = "De app gaf niet binnen drie seconden antwoord."
EVENT_RETRIES = 3


class Doings:
    """Everything that a person can do that the bot hears of."""

    def __init__(self, workspace: Workspace, transport: Transport, base_url: str) -> None:
        self.ws = workspace
        self.transport = transport
        self.base_url = base_url
        self._events: set[asyncio.Task[None]] = set()

    async def _send(self, kind: str, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = await self.transport.send(kind, payload)
        except NotAcknowledged:
            self.ws.note("to_bot", name, "operation_timeout", refused=True)
            raise
        self.ws.note("to_bot", name, "ok")
        return answer

    def response_url(self, user: str, channel: str, message: Message | None = None) -> str:
        return f"{self.base_url}/response/{self.ws.new_response_url(user, channel, message)}"

    async def command(self, user: str, channel: str, name: str, text: str) -> None:
        """A slash command. Raises NotAcknowledged; Refusal for people of another organisation, who have no commands
        of this one. https://docs.slack.dev/apis/slack-connect/"""
        if self.ws.people[user].home_team:
            raise Refusal("unknown_command")
        payload = payloads.command(self.ws, user, channel, name, text, self.response_url(user, channel))
        answer = await self._send("slash_commands", f"{name} {text}".split(" ", 2)[0], payload)
        if answer.get("text") or answer.get("blocks"):
            self.answer_privately(user, channel, None, answer)

    def answer_privately(
        self, user: str, channel: str, thread_ts: str | None, answer: dict[str, Any]
    ) -> None:
        """An answer in an acknowledgement or through a response_url."""
        blocks = answer.get("blocks") or []
        check_message(blocks)
        in_channel = answer.get("response_type") == "in_channel"
        self.ws.add(
            Message(
                self.ws.clock.ts(),
                channel,
                BOT_USER,
                answer.get("text") or "",
                [{"block_id": f"a{n}", **block} for n, block in enumerate(blocks)],
                answer.get("thread_ts") or thread_ts,
                "B0BOT",
                only_for=None if in_channel else user,
            )
        )

    async def post(self, user: str, channel_id: str, text: str, thread_ts: str | None) -> Message:
        """A person's own message; the bot gets an event where it may read."""
        channel = self.ws.channel(channel_id)
        if user not in channel.members:
            raise Refusal("not_in_channel")
        if channel.is_archived:
            raise Refusal("is_archived")
        message = self.ws.add(Message(self.ws.clock.ts(), channel_id, user, text, thread_ts=thread_ts))
        scope = "groups:history" if channel.is_private else "channels:history"
        if channel.im_with is None and BOT_USER in channel.members and scope in self.ws.scopes:
            content = {
                "type": "message",
                "user": user,
                "text": text,
                "ts": message.ts,
                "channel": channel_id,
                "channel_type": "group" if channel.is_private else "channel",
                "event_ts": message.ts,
            }
            if thread_ts:
                content["thread_ts"] = thread_ts
            await self.event(content)
        return message

    async def delete_message(self, user: str, channel_id: str, ts: str) -> None:
        """Somebody deletes a message by hand, also one of the bot's: an owner or an admin may.

        https://docs.slack.dev/reference/methods/chat.delete
        """
        if user not in self.ws.channel(channel_id).members:
            raise Refusal("not_in_channel")
        message = self.ws.message(channel_id, ts)
        self.ws.remove(message)
        await self._deleted(message)

    def told_of_deletion(self, message: Message) -> None:
        """What the bot itself deletes it hears of too, after the answer to its call."""
        task = asyncio.create_task(self._deleted(message))
        self._events.add(task)
        task.add_done_callback(self._events.discard)

    async def _deleted(self, message: Message) -> None:
        """The event says what stood there, and names nobody. Of a message with replies something is left: of that a
        change is told.
        https://docs.slack.dev/reference/events/message/message_deleted
        https://docs.slack.dev/reference/events/message/message_changed
        """
        channel = self.ws.channel(message.channel)
        left = [one for one in self.ws.messages[channel.id] if one.ts == message.ts]
        if message in left:
            # Slack would not have it deleted.
            return
        scope = "groups:history" if channel.is_private else "channels:history"
        if channel.im_with is not None or BOT_USER not in channel.members or scope not in self.ws.scopes:
            return
        now = self.ws.clock.ts()
        content = {
            "type": "message",
            "hidden": True,
            "channel": channel.id,
            "ts": now,
            "event_ts": now,
            "channel_type": "group" if channel.is_private else "channel",
            "previous_message": as_slack(message),
        }
        if left:
            await self.event({**content, "subtype": "message_changed", "message": as_slack(left[0])})
        else:
            await self.event({**content, "subtype": "message_deleted", "deleted_ts": message.ts})

    async def event(self, content: dict[str, Any], *, event_id: str | None = None) -> dict[str, Any]:
        """An event, repeated with the same event_id as Slack does when the bot does not take it."""
        payload = payloads.event(self.ws, content, event_id)
        for retry in range(EVENT_RETRIES):
            try:
                await self.transport.send("events_api", payload, retry)
                self.ws.note("to_bot", str(content["type"]), "ok")
                break
            except NotAcknowledged:
                self.ws.note("to_bot", str(content["type"]), "not taken", refused=False)
                await asyncio.sleep(0)
        return payload

    async def act(
        self, user: str, source: dict[str, Any], action: dict[str, Any], state: dict[str, Any]
    ) -> None:
        """A click or a choice. Raises NotAcknowledged."""
        name = str(action.get("action_id"))
        action = {"action_ts": self.ws.clock.ts(), **action}
        if source["kind"] == "view":
            view = self._view(user, source["view_id"])
            view.state = state or view.state
            payload = payloads.action_in_view(self.ws, user, view, action)
        else:
            message = self.ws.message(source["channel"], source["ts"])
            if message.only_for not in (None, user):
                raise Refusal("message_not_found")
            url = self.response_url(user, message.channel, message)
            payload = payloads.action_in_message(self.ws, user, message, action, state, url)
        await self._send("interactive", name, payload)

    def _view(self, user: str, view_id: str) -> View:
        view = self.ws.views.get(view_id)
        if view is None or view.user != user:
            raise Refusal("view_not_found")
        return view

    async def submit(self, user: str, view_id: str, state: dict[str, Any]) -> dict[str, str]:
        """Sends a form; returns the errors at its fields. Raises NotAcknowledged; the form then stays open."""
        view = self._view(user, view_id)
        view.state = state
        answer = await self._send(
            "interactive", str(view.content.get("callback_id")), payloads.submission(self.ws, view)
        )
        match answer.get("response_action"):
            case "errors":
                errors = {str(key): str(value) for key, value in answer["errors"].items()}
                inputs = {
                    block.get("block_id") for block in view.content["blocks"] if block["type"] == "input"
                }
                if not errors or not set(errors) <= inputs:
                    self.ws.note(
                        "to_bot", "view_submission", "errors at fields that are not there", refused=True
                    )
                return errors
            case "update":
                self._checked(answer["view"])
                self.ws.change_view(view, answer["view"])
            case "push":
                self._checked(answer["view"])
                if len(self.ws.stacks[user]) >= WINDOWS:
                    self.ws.note("to_bot", "view_submission", "push_limit_reached", refused=True)
                else:
                    self.ws.push_view(user, answer["view"])
            case "clear":
                self.ws.pop_view(user, everything=True)
            case _:
                self.ws.pop_view(user)
        return {}

    def _checked(self, view: dict[str, Any]) -> None:
        try:
            check_view(view)
        except Refusal as refusal:
            self.ws.note("to_bot", "view_submission", f"{refusal.code} {refusal.details}", refused=True)
            raise

    async def close(self, user: str, view_id: str, *, everything: bool) -> None:
        view = self._view(user, view_id)
        everything = everything or bool(view.content.get("clear_on_close"))
        notify = bool(view.content.get("notify_on_close"))
        payload = payloads.closed(self.ws, view, everything=everything)
        self.ws.pop_view(user, everything=everything)
        if notify:
            await self._send("interactive", "view_closed", payload)

    async def open_home(self, user: str) -> None:
        await self.event(
            {
                "type": "app_home_opened",
                "user": user,
                "channel": self.ws.im(user).id,
                "tab": "home",
                "event_ts": self.ws.clock.ts(),
            }
        )

    # What happens to people and channels

    async def join(self, user: str, channel_id: str) -> None:
        self.ws.channel(channel_id).members.add(user)
        self.ws.tell({"type": "channel", "channel": channel_id})
        if BOT_USER in self.ws.channel(channel_id).members:
            await self.event(self._membership("member_joined_channel", user, channel_id))

    async def leave(self, user: str, channel_id: str) -> None:
        members = self.ws.channel(channel_id).members
        heard = BOT_USER in members
        members.discard(user)
        self.ws.tell({"type": "channel", "channel": channel_id})
        if heard:
            await self.event(self._membership("member_left_channel", user, channel_id))

    def _membership(self, kind: str, user: str, channel_id: str) -> dict[str, Any]:
        return {
            "type": kind,
            "user": user,
            "channel": channel_id,
            "channel_type": "C",
            "team": self.ws.team_id,
            "event_ts": self.ws.clock.ts(),
        }

    async def archive(self, channel_id: str) -> None:
        self.ws.channel(channel_id).is_archived = True
        self.ws.tell({"type": "channel", "channel": channel_id})
        await self.event(
            {"type": "channel_archive", "channel": channel_id, "user": "U0BRAM", "event_ts": "1"}
        )

    async def unarchive(self, channel_id: str) -> None:
        self.ws.channel(channel_id).is_archived = False
        await self.event(
            {"type": "channel_unarchive", "channel": channel_id, "user": "U0BRAM", "event_ts": "1"}
        )

    async def delete(self, channel_id: str) -> None:
        """A channel and all that stands in it. The event names nobody.

        https://docs.slack.dev/reference/events/channel_deleted
        https://docs.slack.dev/reference/events/group_deleted
        """
        kind = "group_deleted" if self.ws.channel(channel_id).is_private else "channel_deleted"
        del self.ws.channels[channel_id]
        self.ws.messages.pop(channel_id, None)
        self.ws.tell({"type": "channel", "channel": channel_id})
        await self.event({"type": kind, "channel": channel_id, "event_ts": "1"})

    async def rename(self, channel_id: str, name: str) -> None:
        """Another name for a channel.

        https://docs.slack.dev/reference/events/channel_rename
        https://docs.slack.dev/reference/events/group_rename
        """
        channel = self.ws.channel(channel_id)
        channel.name = name
        self.ws.tell({"type": "channel", "channel": channel_id})
        shown = {"id": channel_id, "name": name, "name_normalized": name, "is_channel": True, "created": 1}
        if channel.is_private:
            await self._heard("group_rename", "groups:read", channel=shown, members=channel.members)
        else:
            await self._heard("channel_rename", "channels:read", channel=shown)

    async def make_private(self, channel_id: str) -> None:
        """The id stays. Slack has no event for it that an app can subscribe to: who wants to know must ask."""
        self.ws.channel(channel_id).is_private = True
        self.ws.tell({"type": "channel", "channel": channel_id})

    async def share(self, channel_id: str, new_id: str | None = None) -> None:
        """Shares a channel with another organisation; a private one may get another id, and keeps everything else.
        https://docs.slack.dev/reference/events/channel_id_changed"""
        channel = self.ws.channel(channel_id)
        channel.is_ext_shared = True
        if new_id is not None:
            channel.id = new_id
            del self.ws.channels[channel_id]
            self.ws.channels[new_id] = channel
            self.ws.messages[new_id] = self.ws.messages.pop(channel_id, [])
            for message in self.ws.messages[new_id]:
                message.channel = new_id
        self.ws.tell({"type": "channel", "channel": channel.id})
        if new_id is not None:
            scope = "groups:read" if channel.is_private else "channels:read"
            await self._heard(
                "channel_id_changed",
                scope,
                old_channel_id=channel_id,
                new_channel_id=new_id,
                members=channel.members,
            )

    async def _heard(self, kind: str, scope: str, members: set[str] | None = None, **content: Any) -> None:
        """An event, where the app has the scope for it and, of what is private, is a member."""
        if scope in self.ws.scopes and (members is None or BOT_USER in members):
            await self.event({"type": kind, **content, "event_ts": self.ws.clock.ts()})

    async def change_person(self, user: str, **changes: Any) -> None:
        """Another status, zone or name, a guest, somebody who is deactivated: any field of a Person.

        https://docs.slack.dev/reference/events/user_change

        Do not disturb is not told by user_change: who wants to know asks dnd.info.
        """
        person = self.ws.people[user]
        for name, value in changes.items():
            if not hasattr(person, name):
                raise Refusal("invalid_arguments", f"a person has no {name}")
            setattr(person, name, value)
        self.ws.tell({"type": "person", "user": user})
        if set(changes) - {"dnd_from", "dnd_until"} and "users:read" in self.ws.scopes:
            await self.event(
                {
                    "type": "user_change",
                    "user": as_user(self.ws, person, with_locale=True),
                    "cache_ts": int(self.ws.clock.now()),
                    "event_ts": self.ws.clock.ts(),
                }
            )

    async def deactivate(self, user: str) -> None:
        """Somebody's account ends. Slack takes them out of their channels without saying so of each one."""
        for channel in self.ws.channels.values():
            if channel.im_with is None:
                channel.members.discard(user)
        await self.change_person(user, deleted=True)
