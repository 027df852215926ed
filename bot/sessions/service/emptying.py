"""Emptying a thread: where a group wants that, the bot's messages with words go the night after a session."""

from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.groups.views import emptied
from bot.jobs import queue
from bot.sessions.records import Session
from bot.sessions.service.messages import thread_key
from bot.sessions.service.scene import Scene, scene_or_none
from bot.storage import Tx

EMPTY_THREAD = "session.empty_thread"
# What somebody shares in the days after goes as well: a takeaway may settle first.
NIGHTS = 7


def schedule_emptying(tx: Tx, group: Group, session: Session, night: int = 1) -> None:
    """Schedule the emptying of a session's thread for the coming night, if the group wants that."""
    if group.thread_empties:
        queue.schedule(tx, EMPTY_THREAD, session.id, groups.next_night(tx, group), {"night": night})


def on_empty_thread(tx: Tx, job: queue.Job) -> None:
    """Delete the bot's messages with words in a session's thread, and look again the next nights."""
    scene = scene_or_none(tx, job.subject)
    if scene is None or not scene.group.thread_empties:
        return
    empty_thread(tx, scene)
    night = int(job.data["night"])
    if night < NIGHTS:
        schedule_emptying(tx, scene.group, scene.session, night + 1)


def empty_thread(tx: Tx, scene: Scene) -> int:
    """Delete the messages, some at a time; returns how many. Where Slack refused before, it would refuse again."""
    keys = outbox.keys_with_words(tx, channel_prefixes=[thread_key(scene.session)])
    refused = outbox.undeletable(tx, keys)
    going = [key for key in keys if key not in refused][: groups.MESSAGES_A_NIGHT]
    outbox.remove_words(tx, going, emptied(scene.t))
    return len(going)
