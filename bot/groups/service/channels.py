"""Channels: lost, reachable again, renamed by Slack, and the list of their members."""

from bot import events
from bot.delivery import outbox
from bot.delivery.errors import Failure
from bot.delivery.message import Answer
from bot.events import ChannelLost, GroupResumed
from bot.groups import queries, rules, views
from bot.groups.records import Group
from bot.groups.service import language, membership, people, private
from bot.storage import Tx

# Slack's error codes for a channel where the bot cannot post, and our reason of each
# (https://docs.slack.dev/reference/methods/chat.postMessage).
UNREACHABLE_ERRORS = {
    "is_archived": "archived",
    "channel_not_found": "not_in_channel",
    "not_in_channel": "not_in_channel",
}
# The message was deleted before its edit, or the Home tab has changed meanwhile: nobody can repair anything.
HARMLESS_ERRORS = {"message_not_found", "hash_conflict", "edit_window_closed", "user_not_in_channel"}


def mark_unreachable(tx: Tx, group: Group, reason: str) -> None:
    """Marks the channel as lost ("archived", "deleted", "not_in_channel") and publishes that once."""
    if group.unreachable is None:
        group.unreachable = reason
        events.publish(tx, ChannelLost(group.id, reason))


def mark_reachable(tx: Tx, group: Group) -> None:
    """Ends the loss of a channel: the bot was invited again, or the channel was unarchived. Publishes that."""
    if group.unreachable is not None:
        group.unreachable = None
        if not queries.is_at_rest(group):
            events.publish(tx, GroupResumed(group.id))
    ask_for_members(tx, group)


def ask_for_members(tx: Tx, group: Group) -> None:
    """Calls conversations.members; `on_members_listed` gets the answer."""
    outbox.call_api(
        tx,
        "conversations.members",
        {"channel": group.channel, "limit": 200},
        answer="groups.members",
        subject=group.id,
    )


def on_members_listed(tx: Tx, answer: Answer) -> None:
    """The answer of conversations.members: in a small channel everybody who is new in the list is invited.

    Nobody becomes a member by it. People who came back or left meanwhile are handled.
    """
    group = queries.group_by_id(tx, answer.subject)
    if answer.error:
        if answer.error in UNREACHABLE_ERRORS:
            mark_unreachable(tx, group, UNREACHABLE_ERRORS[answer.error])
        return
    present = [str(user) for user in answer.data["members"]]
    # Further pages are not fetched: events tell of the comings and goings of the other people.
    everybody = not (answer.data.get("response_metadata") or {}).get("next_cursor")
    # One of them is the bot itself, whose id is not known here. They are counted exactly before a letter goes.
    few = everybody and len(present) - len(queries.bots_among(tx, present)) <= rules.MAX_INVITED + 1
    first, group.members_loaded_at = group.members_loaded_at is None, group.members_loaded_at or tx.now
    for user in present:
        if few or queries.member(tx, group, user) is not None:
            membership.on_channel_join(tx, group, user, listed=first)
    for one in queries.channel_members(tx, group):
        if everybody and one.user not in present:
            membership.on_channel_leave(tx, group, one.user)
        elif one.left_at is None and people.ensure_person(tx, one.user).is_bot:
            membership.remove_bot(tx, group, one)


def rename_channel(tx: Tx, before: str, after: str) -> None:
    """Follows a new channel id. Slack gives one when sharing with another organisation begins or ends.

    https://docs.slack.dev/reference/events/channel_id_changed
    """
    group = queries.channel_group(tx, before)
    if group is None or queries.channel_group(tx, after) is not None:
        return
    group.channel = after
    for waiting in queries.groups_to_merge(tx):
        if waiting.merges_into == group.id:
            waiting.channel = after
    outbox.channel_renamed(tx, before, after)
    for found in queries.members(tx, group):
        people.refresh_home(tx, found.user)


def on_undeliverable(tx: Tx, failure: Failure) -> None:
    """A message to a channel will not arrive: the group's owner hears so once.

    Nobody is told of a failed private message. It stays in the outbox as failed, where doctor and metrics show it.
    """
    if failure.channel is None:
        return
    group = queries.channel_group(tx, failure.channel)
    if group is None:
        return
    if failure.code in UNREACHABLE_ERRORS:
        mark_unreachable(tx, group, UNREACHABLE_ERRORS[failure.code])
    elif failure.code not in HARMLESS_ERRORS:
        owner = queries.group_owner(tx, group)
        theirs = language.texts_of(tx, owner)
        message = views.not_delivered(theirs, group.channel, failure.kind, failure.code)
        key = f"group/{group.id}/not_delivered/{failure.code}"
        private.post_dm(tx, owner, message, key=key)


def on_channel_lost(tx: Tx, event: ChannelLost) -> None:
    """Tells the group's owner, once, that the channel is lost and what to do."""
    group = queries.group_by_id(tx, event.group_id)
    owner = queries.group_owner(tx, group)
    t = language.texts_of(tx, owner)
    key = f"group/{group.id}/gone/{int(tx.now.timestamp())}"
    private.post_dm(tx, owner, views.channel_lost(t, group.channel, event.reason), key=key)
