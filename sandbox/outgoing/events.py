"""Events on their way to the bot: where the app may hear of them, and again when the bot did not take them."""

import asyncio
from typing import Any

from sandbox.outgoing import payloads
from sandbox.outgoing.transport import NotAcknowledged, NotVerified, Transport
from sandbox.workspace.model import BOT_USER, Channel
from sandbox.workspace.state import Workspace

EVENT_RETRIES = 3


class Events:
    def __init__(self, workspace: Workspace, transport: Transport) -> None:
        self.ws = workspace
        self.transport = transport

    async def event(self, content: dict[str, Any], *, event_id: str | None = None) -> dict[str, Any]:
        """An event, repeated with the same event_id as Slack does when the bot does not take it."""
        payload = payloads.event(self.ws, content, event_id)
        if not self.ws.is_installed and content["type"] not in payloads.AFTER_THE_END:
            return payload
        for retry in range(EVENT_RETRIES):
            try:
                await self.transport.send("events_api", payload, retry)
                self.ws.note("to_bot", str(content["type"]), "ok")
                break
            except NotVerified:
                self.ws.note("to_bot", str(content["type"]), "request URL not verified")
                break
            except NotAcknowledged:
                self.ws.note("to_bot", str(content["type"]), "not taken", refused=False)
                await asyncio.sleep(0)
        return payload

    async def _heard(self, kind: str, scope: str, members: set[str] | None = None, **content: Any) -> None:
        """An event, where the app has the scope for it and, of what is private, is a member."""
        if scope in self.ws.scopes and (members is None or BOT_USER in members):
            await self.event({"type": kind, **content, "event_ts": self.ws.clock.ts()})

    def _reads(self, channel: Channel) -> bool:
        """Whether the app hears of the messages in a channel."""
        scope = "groups:history" if channel.is_private else "channels:history"
        return channel.im_with is None and BOT_USER in channel.members and scope in self.ws.scopes


def scope_to_see(channel: Channel) -> str:
    """The scope of the events about a channel and who is in it."""
    return "groups:read" if channel.is_private else "channels:read"
