"""The one workspace that a sandbox holds, and everyone who watches it."""

import asyncio
import copy
import secrets
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from sandbox.workspace.clock import Clock
from sandbox.workspace.faults import Faults
from sandbox.workspace.model import (
    APP_ID,
    BOT_ID,
    BOT_USER,
    EMPTY_CHANNEL,
    GROUP_CHANNEL,
    OTHER_CHANNEL,
    SLACKBOT,
    TEAM,
    Channel,
    File,
    Message,
    Person,
    Refusal,
    ResponseUrl,
    Trigger,
    View,
)
from sandbox.workspace.notifications import Notifications

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 1800.0
RESPONSE_URL_USES = 5
DEFAULT_SCOPES = (
    "commands,chat:write,users:read,channels:read,groups:read,im:write,channels:history,groups:history,im:history,"
    "dnd:read,files:write"
)


class Workspace:
    """State without a network: the API, the page and the people all work on this."""

    def __init__(self, scopes: str = DEFAULT_SCOPES, begins_at: float | None = None) -> None:
        # Where this workspace is reached; the server that holds it fills it in.
        self.url = ""
        self.clock = Clock(begins_at)
        # How many pages of each person are open, and whether there has been any.
        self.pages: Counter[str] = Counter()
        self.page_opened = asyncio.Event()
        self._watchers: list[Callable[[dict[str, Any]], None]] = []
        # How often a message came, changed or went.
        self.changes = 0
        self._own_scopes = scopes
        self._begin()

    def _begin(self) -> None:
        """Everything as it is before anybody does anything."""
        self.team_id, self.team_name = "T0OURS", "Buurtzorg De Linde (fictief)"
        # The organisation that the workspace is part of on Enterprise Grid, from the day that it is.
        self.enterprise_id, self.enterprise_name = "", ""
        # False once the app was uninstalled: its token is refused, and it hears of nothing.
        self.is_installed = True
        self.scopes = set(self._own_scopes.split(","))
        self.faults = Faults()
        self.people = {person.id: copy.copy(person) for person in TEAM}
        self.people[BOT_USER] = Person(BOT_USER, "intervisie", "Intervisie", is_bot=True)
        everyone = {person.id for person in TEAM}
        self.channels = {
            GROUP_CHANNEL: Channel(
                GROUP_CHANNEL, "intervisie-oost", everyone | {BOT_USER}, topic="Intervisie van team Oost"
            ),
            EMPTY_CHANNEL: Channel(
                EMPTY_CHANNEL, "intervisie-west", set(everyone), topic="Van en voor team West"
            ),
            OTHER_CHANNEL: Channel(
                OTHER_CHANNEL, "algemeen", set(everyone), topic="Alles wat iedereen aangaat"
            ),
        }
        self.messages: dict[str, list[Message]] = {}
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.files: dict[str, File] = {}
        # Channel and time stamp of what was deleted and left nothing behind.
        self.deleted: set[tuple[str, str]] = set()
        self.notifications = Notifications()
        # Players whose page is closed.
        self.away: set[str] = set()
        self.journal: list[dict[str, Any]] = []

    def begin_anew(self, at: float) -> None:
        """Forgets all that happened, and stands at a moment again. Whoever watches goes on watching."""
        self.clock.begin(at)
        self._begin()

    # Watching

    def watch(self, callback: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        """Calls back at each change; returns what ends it."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

    def tell(self, event: dict[str, Any]) -> None:
        self.changes += event["type"].startswith(("message", "ephemeral"))
        for callback in list(self._watchers):
            callback(event)

    def note(self, kind: str, name: str, outcome: str, *, refused: bool = False, **more: Any) -> None:
        """Writes in the journal what was called and how it ended."""
        entry = {
            "n": len(self.journal) + 1,
            "at": self.clock.now(),
            "kind": kind,
            "name": name,
            "outcome": outcome,
            "refused": refused,
            **more,
        }
        self.journal.append(entry)
        self.tell({"type": "journal", "entry": entry})

    @property
    def refused(self) -> list[dict[str, Any]]:
        return [entry for entry in self.journal if entry["refused"]]

    # Looking things up

    def channel(self, channel_id: str) -> Channel:
        found = self.channels.get(channel_id)
        if found is None:
            raise Refusal("channel_not_found")
        return found

    def im(self, user: str) -> Channel:
        """The conversation between a person and the bot."""
        if user not in self.people or self.people[user].deleted:
            raise Refusal("user_not_found" if user not in self.people else "user_disabled")
        if self.people[user].is_stranger:
            # Possible only with a channel in common. https://docs.slack.dev/apis/slack-connect/
            raise Refusal("channel_not_found")
        channel_id = "D" + user[1:]
        if channel_id not in self.channels:
            self.channels[channel_id] = Channel(channel_id, "intervisie", {user, BOT_USER}, im_with=user)
            self.tell({"type": "channel", "channel": channel_id, "only_for": user})
        return self.channels[channel_id]

    def named(self, text: str) -> str:
        """Who is meant by "@Name", a name or a mention."""
        wanted = text.strip().removeprefix("@").removeprefix("<@").removesuffix(">").casefold()
        for person in self.people.values():
            names = (person.id, person.name, person.real_name, person.real_name.split()[0])
            if wanted in (name.casefold() for name in names):
                return person.id
        raise Refusal("user_not_found")

    def message(self, channel_id: str, ts: str) -> Message:
        for message in self.messages.get(channel_id, []):
            if message.ts == ts:
                return message
        raise Refusal("message_not_found")

    def thread(self, channel_id: str, thread_ts: str) -> list[Message]:
        return [m for m in self.messages.get(channel_id, []) if thread_ts in (m.ts, m.thread_ts)]

    def is_present(self, user: str) -> bool:
        """Whether somebody has Slack open. A player has, until the scenario closes their page."""
        return user not in self.away or self.pages[user] > 0

    # Changing things

    def add(self, message: Message) -> Message:
        if message.only_for and not self.is_present(message.only_for):
            # Slack says "ok" and shows it to nobody. https://docs.slack.dev/reference/methods/chat.postEphemeral
            return message
        self.messages.setdefault(message.channel, []).append(message)
        self.notifications.of_new(message, self.channels[message.channel])
        self.tell(
            {
                "type": "ephemeral" if message.only_for else "message",
                "channel": message.channel,
                "thread_ts": message.thread_ts,
                "message": self.shown(message),
                "only_for": message.only_for or self.channels[message.channel].im_with,
            }
        )
        return message

    def close_page(self, user: str) -> None:
        """A player goes away: what only they could see is gone when they come back."""
        self.away.add(user)
        for messages in self.messages.values():
            messages[:] = [one for one in messages if one.only_for != user]

    def open_page(self, user: str) -> None:
        self.away.discard(user)

    def read(self, user: str, channel: str, thread_ts: str | None = None) -> None:
        """Somebody has seen everything in a place up to now."""
        found = self.messages.get(channel, [])
        last = [one.ts for one in found if one.thread_ts == thread_ts and one.only_for is None]
        if last and self.notifications.read(user, channel, thread_ts, max(last, key=float)):
            self.tell({"type": "read", "user": user})

    def badges(self, user: str) -> list[dict[str, Any]]:
        return self.notifications.badges(user, self.channels, self.messages)

    def remove(self, message: Message) -> Message | None:
        """Deletes a message; returns what stays in its place when it has replies (subtype "tombstone")."""
        channel, ts = message.channel, message.ts
        place = self.messages[channel].index(message)
        if any(one.thread_ts == ts and not one.only_for for one in self.messages[channel]):
            left = Message(ts, channel, SLACKBOT, "This message was deleted.", subtype="tombstone")
            self.messages[channel][place] = left
        else:
            left = None
            del self.messages[channel][place]
            self.deleted.add((channel, ts))
        self.tell({"type": "message_deleted", "channel": channel, "ts": ts})
        return left

    def shown(self, message: Message) -> dict[str, Any]:
        """A message as the page gets it."""
        replies = [
            m for m in self.messages.get(message.channel, []) if m.thread_ts == message.ts and not m.only_for
        ]
        # Not a deep copy: an edit gives a message other blocks, and leaves these as they are.
        return {
            **vars(message),
            "ephemeral": message.only_for is not None,
            "reply_count": len(replies),
            "reply_users": list(dict.fromkeys(m.user for m in replies)),
            "latest_reply": replies[-1].ts if replies else None,
        }

    def new_trigger(self, user: str) -> str:
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.triggers[trigger_id] = Trigger(user, time.monotonic())
        return trigger_id

    def use_trigger(self, trigger_id: str) -> str:
        """Who may now see a form. A trigger_id works once, for 3 seconds.

        https://docs.slack.dev/interactivity/handling-user-interaction
        """
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if time.monotonic() - trigger.made_at > TRIGGER_SECONDS:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def new_response_url(self, user: str, channel: str, message: Message | None) -> str:
        token = secrets.token_hex(12)
        self.response_urls[token] = ResponseUrl(
            user,
            channel,
            message.ts if message else None,
            message.thread_ts if message else None,
            self.clock.now(),
        )
        return token

    def push_view(self, user: str, content: dict[str, Any]) -> View:
        stack = self.stacks.setdefault(user, [])
        view = View("V" + secrets.token_hex(5).upper(), user, content, root_id="")
        view.root_id = stack[0] if stack else view.id
        view.previous_id = stack[-1] if stack else None
        self.views[view.id] = view
        stack.append(view.id)
        self.tell({"type": "view", "only_for": user})
        return view

    def change_view(self, view: View, content: dict[str, Any]) -> None:
        """Puts other content in a view; what was typed stays where block and action keep their ids."""
        view.content = content
        view.hash = secrets.token_hex(5)
        kept = {
            (block.get("block_id"), element["action_id"])
            for block in content["blocks"]
            for element in [block.get("element"), block.get("accessory"), *block.get("elements", [])]
            if isinstance(element, dict) and "action_id" in element
        }
        view.state = {
            block_id: held
            for block_id, actions in view.state.items()
            if (held := {name: value for name, value in actions.items() if (block_id, name) in kept})
        }
        self.tell({"type": "view", "only_for": view.user})

    def pop_view(self, user: str, *, everything: bool = False) -> None:
        stack = self.stacks.get(user, [])
        while stack:
            self.views.pop(stack.pop())
            if not everything:
                break
        self.tell({"type": "view", "only_for": user})

    def publish_home(self, user: str, content: dict[str, Any]) -> View:
        """Puts a Home tab before a person; a later one takes its place."""
        home = self.homes.get(user)
        if home is None:
            home = View("V" + secrets.token_hex(5).upper(), user, content, root_id="")
            home.root_id = home.id
            self.homes[user] = self.views[home.id] = home
        else:
            home.content, home.hash = content, secrets.token_hex(5)
        self.tell({"type": "home", "only_for": user})
        return home

    def view_payload(self, view: View) -> dict[str, Any]:
        """A view as Slack sends it.

        https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
        """
        content = view.content
        payload = {
            "id": view.id,
            # The viewer's own workspace; where the app is installed stands apart.
            "team_id": self.people[view.user].home_team or self.team_id,
            "app_installed_team_id": self.team_id,
            "type": content["type"],
            "blocks": content["blocks"],
            "private_metadata": content.get("private_metadata", ""),
            "callback_id": content.get("callback_id", ""),
            "state": {"values": view.state},
            "hash": view.hash,
            "root_view_id": view.root_id,
            "previous_view_id": view.previous_id,
            "app_id": APP_ID,
            "bot_id": BOT_ID,
            "external_id": content.get("external_id", ""),
            "clear_on_close": content.get("clear_on_close", False),
            "notify_on_close": content.get("notify_on_close", False),
        }
        for key in ("title", "submit", "close"):
            if content["type"] == "modal":
                payload[key] = content.get(key)
        return payload
