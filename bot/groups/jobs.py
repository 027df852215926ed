"""Jobs of groups, and the answers to the calls that they ask of Slack."""

from collections.abc import Callable

from bot import events
from bot.delivery.message import Answer
from bot.events import ChannelLost
from bot.groups.service import channels, membership, retention, roster
from bot.jobs import queue
from bot.storage import Tx

JOBS: dict[str, queue.Handler] = {
    **events.on(ChannelLost, channels.on_channel_lost),
    membership.INVITATION: roster.on_invitation,
    roster.RECONCILE: roster.on_reconcile,
    roster.RECONCILE_ALL: roster.on_reconcile_all,
    retention.PURGE: retention.on_purge,
    retention.MESSAGES_GO: retention.on_messages_go,
}
ANSWERS: dict[str, Callable[[Tx, Answer], None]] = {
    "groups.members": channels.on_members_listed,
    "groups.profile": membership.on_profile,
    roster.BOT: roster.on_bot_named,
    roster.PAGE: roster.on_members_page,
}
