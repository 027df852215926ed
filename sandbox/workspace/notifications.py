"""Notifications: what makes a person's phone buzz, and the badges of what they have not read yet.

Mentions, replies in followed threads and the bot's private messages notify. An edit and an ephemeral message never do.
https://slack.com/help/articles/201355156-Configure-your-Slack-notifications
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from sandbox.workspace.model import BOT_USER, Channel, Message

MENTION = re.compile(r"<@(\w+)(?:\|[^>]*)?>")
# https://docs.slack.dev/messaging/formatting-message-text#special-mentions
EVERYONE = re.compile(r"<!(?:channel|here|everyone)(?:\|[^>]*)?>")
# A channel and the thread in it, if any.
Place = tuple[str, str | None]


@dataclass
class Notification:
    """One buzz. `kind`: "mention", "reply" (in a thread that somebody follows) or "private"."""

    user: str
    kind: str
    channel: str
    thread_ts: str | None
    ts: str


class Notifications:
    """Who was notified of what, who follows which thread, and how far everybody has read."""

    def __init__(self) -> None:
        self.sent: list[Notification] = []
        # Every message of the bot, also those that it takes away later.
        self.posted: list[Message] = []
        self._followers: dict[tuple[str, str], set[str]] = {}
        self._read: dict[tuple[str, Place], str] = {}

    def of_new(self, message: Message, channel: Channel) -> None:
        """Notifications for a new message. Only members hear of a channel."""
        if message.user == BOT_USER:
            self.posted.append(message)
        if message.only_for is not None:
            return
        people = channel.members - {message.user, BOT_USER}
        if channel.im_with is not None:
            self._notify(people & {channel.im_with}, "private", message)
        else:
            mentioned = _mentioned(message, channel) & people
            self._notify(mentioned, "mention", message)
            if message.thread_ts is not None:
                self._in_thread(message, mentioned, people)
            # A guess: a mention in the first message of a thread does not make anybody follow the thread.
            else:
                self._followers[channel.id, message.ts] = {message.user}
        if message.user in channel.members:
            self.read(message.user, channel.id, message.thread_ts, message.ts)

    def _in_thread(self, message: Message, mentioned: set[str], people: set[str]) -> None:
        assert message.thread_ts is not None
        followers = self._followers.setdefault((message.channel, message.thread_ts), set())
        self._notify((followers & people) - mentioned, "reply", message)
        followers |= mentioned | {message.user}

    def _notify(self, users: set[str], kind: str, message: Message) -> None:
        self.sent += [
            Notification(user, kind, message.channel, message.thread_ts, message.ts) for user in sorted(users)
        ]

    def follows(self, user: str, channel: str, thread_ts: str) -> bool:
        return user in self._followers.get((channel, thread_ts), ())

    def read(self, user: str, channel: str, thread_ts: str | None, ts: str) -> bool:
        """Moves forward how far somebody has read a place; False when they were there already."""
        key = (user, (channel, thread_ts))
        if float(ts) <= float(self._read.get(key, "0")):
            return False
        self._read[key] = ts
        return True

    def is_read(self, user: str, place: Place, ts: str) -> bool:
        return float(ts) <= float(self._read.get((user, place), "0"))

    def moved(self, old: str, new: str) -> None:
        """Carries everything along to a channel's new id."""
        for notification in self.sent:
            if notification.channel == old:
                notification.channel = new
        for channel, parent in [key for key in self._followers if key[0] == old]:
            self._followers[new, parent] = self._followers.pop((channel, parent))
        for user, (channel, thread_ts) in [key for key in self._read if key[1][0] == old]:
            self._read[user, (new, thread_ts)] = self._read.pop((user, (channel, thread_ts)))

    def counted(self, user: str) -> dict[str, int]:
        """Every notification that somebody ever got, by sort."""
        own = [one for one in self.sent if one.user == user]
        return {
            "mentions_in_channel": sum(one.kind == "mention" and one.thread_ts is None for one in own),
            "mentions_in_thread": sum(one.kind == "mention" and one.thread_ts is not None for one in own),
            "replies": sum(one.kind == "reply" for one in own),
            "private": sum(one.kind == "private" for one in own),
        }

    def posted_messages(self, channels: dict[str, Channel]) -> list[dict[str, Any]]:
        """Every message of the bot, as it stands now, or stood when the bot took it away."""
        return [
            {
                "ts": one.ts,
                "channel": one.channel,
                "thread_ts": one.thread_ts,
                "private": one.only_for is not None or channels[one.channel].im_with is not None,
                "text": one.text,
                "blocks": one.blocks,
            }
            for one in self.posted
            if one.channel in channels
        ]

    def badges(
        self, user: str, channels: dict[str, Channel], messages: dict[str, list[Message]]
    ) -> list[dict[str, Any]]:
        """Every place with something unread: how many notifications, and whether there is anything new at all.

        A thread that nobody follows never shows anything.
        """
        waiting: dict[Place, int] = {}
        # The badge of a message goes with the message when somebody deletes it.
        standing = {(channel, one.ts) for channel, found in messages.items() for one in found}
        for one in self.sent:
            place = (one.channel, one.thread_ts)
            unread = one.user == user and not self.is_read(user, place, one.ts)
            if unread and (one.channel, one.ts) in standing:
                waiting[place] = waiting.get(place, 0) + 1
        for channel in channels.values():
            if user in channel.members and any(
                one.thread_ts is None
                and one.only_for is None
                and one.user != user
                and not self.is_read(user, (channel.id, None), one.ts)
                for one in reversed(messages.get(channel.id, []))
            ):
                waiting.setdefault((channel.id, None), 0)
        return [
            {"channel": channel, "thread_ts": thread_ts, "notifications": number}
            for (channel, thread_ts), number in waiting.items()
            if channel in channels and user in channels[channel].members
        ]


def _mentioned(message: Message, channel: Channel) -> set[str]:
    """Who a message names. A guess: Slack looks at the text beside the blocks too."""
    words = message.text + json.dumps(message.blocks)
    # In a thread a mention of everybody notifies nobody.
    if message.thread_ts is None and EVERYONE.search(words):
        return set(channel.members)
    return set(MENTION.findall(words))
