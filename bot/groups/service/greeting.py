"""The greeting: what the bot says when somebody invites it into a channel that has no group."""

from bot.delivery import outbox
from bot.groups import views
from bot.groups.service import language, people
from bot.storage import Tx


def greet_channel(tx: Tx, channel: str, inviter: str) -> None:
    """Say in the channel who the bot is, with a button to set up a group; in the inviter's language."""
    t = language.private_texts(people.person_or_default(tx, inviter))
    outbox.post(tx, channel, views.greeting(t, channel), key=_key(channel))


def close_greeting(tx: Tx, channel: str, user: str) -> None:
    """A group was set up: the greeting loses its button."""
    t = language.private_texts(people.person_or_default(tx, user))
    outbox.update(tx, _key(channel), views.greeted(t))


def _key(channel: str) -> str:
    return f"group/greeting/{channel}"
