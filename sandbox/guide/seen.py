"""What stands in the workspace at this moment, as the guide needs it."""

import re
from dataclasses import dataclass
from typing import Any

from sandbox.guide import buttons as b
from sandbox.guide.facts import Facts
from sandbox.guide.texts import TITLES
from sandbox.people import elements, words
from sandbox.workspace.model import BOT_USER, Message, View
from sandbox.workspace.state import Workspace

# A prompt begins with the name of its phase.
PROMPT = re.compile(r"^\*([^*\n]+)\.\*", re.MULTILINE)
MENTION = re.compile(r"<@(\w+)>")


@dataclass(frozen=True)
class Button:
    action_id: str
    label: str
    message: Message
    value: str = ""


class Seen:
    """One channel and the conversations of its people with the bot."""

    def __init__(self, ws: Workspace, facts: Facts, channel: str) -> None:
        self.ws = ws
        self.facts = facts
        self.channel = channel

    @property
    def has_bot(self) -> bool:
        return BOT_USER in self.ws.channel(self.channel).members

    @property
    def people(self) -> list[str]:
        """Whoever is in the channel, the bot apart."""
        return sorted(self.ws.channel(self.channel).members - {BOT_USER})

    def name(self, user: str) -> str:
        return self.ws.people[user].real_name.split()[0]

    def button(
        self, *action_ids: str, thread: str | None = None, place: str = "", for_all: bool = False
    ) -> Button | None:
        """The newest of these in the channel, in a thread of it, or in another place; perhaps only where everybody sees it."""
        for message in reversed(self.ws.messages.get(place or self.channel, [])):
            if for_all and message.only_for:
                continue
            if message.user == BOT_USER and message.thread_ts == thread:
                for _, element in elements(message.blocks):
                    if element["action_id"] in action_ids and element["type"] == "button":
                        return Button(
                            element["action_id"], element["text"]["text"], message, element.get("value", "")
                        )
        return None

    def private(self, action_id: str) -> tuple[str, Button] | None:
        """Who has such a button in their conversation with the bot."""
        for user in self.people:
            found = self.button(action_id, place="D" + user[1:])
            if found:
                return user, found
        return None

    def form(self, user: str) -> View | None:
        stack = self.ws.stacks.get(user, [])
        return self.ws.views[stack[-1]] if stack else None

    @property
    def controls(self) -> Button | None:
        """The button that shows a session that is not over yet; its message begins the thread."""
        return self.button(b.BEGIN, b.BEGIN_ANYWAY, b.CONTROLS, b.SKIP_LOOK_BACK, b.RESUME, for_all=True)

    @property
    def next_step(self) -> Button | None:
        """The button to the next phase, in the private message to whoever leads."""
        places = ["D" + user[1:] for user in self.people]
        # Not in an answer that only the presser sees: it stands there until they reload, long after its phase.
        found = (self.button(b.NEXT, place=place, for_all=True) for place in places)
        return next(filter(None, found), None)

    @property
    def leader(self) -> str:
        """Whoever leads: their private message alone has the next step of the session; "" for nobody."""
        for user in self.people:
            if self.button(b.BEGIN, b.NEXT, b.RESUME, place="D" + user[1:], for_all=True):
                return user
        return ""

    @property
    def thread(self) -> str:
        """The newest session's."""
        controls = self.controls
        return controls.message.ts if controls else ""

    def in_thread(self, *action_ids: str) -> Button | None:
        return self.button(*action_ids, thread=self.thread)

    @property
    def phase(self) -> str:
        """Which phase is on, by the newest prompt in the thread; its number depends on how the group meets."""
        keys = {title: key for key, titles in TITLES.items() for title in titles}
        for message in reversed(self.ws.messages.get(self.channel, [])):
            if message.user != BOT_USER or message.thread_ts != self.thread or message.only_for:
                continue
            for title in PROMPT.findall(f"{message.text}\n{words(message.blocks)}"):
                if title in keys:
                    return keys[title]
        return ""

    @property
    def turn(self) -> str:
        """Whose turn it is to advise; "" for nobody's, and while all write."""
        prompt = self.in_thread(b.TURN_DONE)
        called = MENTION.search(prompt.message.text) if prompt else None
        return called[1] if called else ""

    def present(self, welcome: Button) -> set[str]:
        """Who is in the session: whom its welcome names, and who pressed its button."""
        said = set(re.findall(r"\w+", words(welcome.message.blocks)))
        named = {user for user in self.people if self.name(user) in said or user in said}
        return named | self.facts.who(b.HERE, ts=welcome.message.ts)

    def shown(self, button: Button) -> dict[str, Any]:
        """Where the page finds it."""
        return {
            "action_id": button.action_id,
            "label": button.label,
            "channel": button.message.channel,
            "thread_ts": button.message.thread_ts,
            "ts": button.message.ts,
        }
