"""What people do, brought to the bot, and what its acknowledgement does in the workspace."""

import asyncio
from typing import Any

from sandbox.api.methods import WINDOWS, as_slack
from sandbox.outgoing import payloads
from sandbox.outgoing.changes import Changes
from sandbox.outgoing.transport import NotAcknowledged, Transport
from sandbox.strict.blocks import check_message, check_view
from sandbox.workspace.model import BOT_USER, Message, Refusal, View
from sandbox.workspace.state import Workspace

NO_ANSWER = "De app gaf niet binnen drie seconden antwoord."


class Doings(Changes):
    """Everything that a person can do that the bot hears of."""

    def __init__(self, workspace: Workspace, transport: Transport, base_url: str) -> None:
        super().__init__(workspace, transport)
        self.base_url = base_url
        self._events: set[asyncio.Task[None]] = set()

    async def _send(self, kind: str, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        if not self.ws.is_installed:
            raise Refusal("app_not_installed")
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
            self.answer_privately(user, channel, answer)

    def answer_privately(self, user: str, channel: str, answer: dict[str, Any]) -> None:
        """An answer in an acknowledgement or through a response_url.

        Only an answer in the channel is described for a thread: an ephemeral one lands outside it, until it was tried.
        https://docs.slack.dev/interactivity/handling-user-interaction
        """
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
                answer.get("thread_ts") if in_channel else None,
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
        if self._reads(channel):
            content = {
                "type": "message",
                "user": user,
                "team": self.ws.people[user].home_team or self.ws.team_id,
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
        if not self._reads(channel):
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
            self.ws.read(user, message.channel, message.thread_ts)
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
