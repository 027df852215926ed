"""A channel that cannot be reached, comes back, gets another id, and who is in it."""

from bot import events
from bot.delivery import outbox
from bot.delivery.errors import Failure
from bot.delivery.message import Answer
from bot.events import ChannelLost, GroupResumed
from bot.groups import rules, views
from bot.groups.records import Group
from bot.groups.service import lookup, membership, people
from bot.storage import Tx, Workspace

# Slack's words for a channel that we cannot post in, and ours.
GONE = {
    "is_archived": "archived",
    "channel_not_found": "not_in_channel",
    "not_in_channel": "not_in_channel",
}
# Somebody deleted the message that was to be edited, or the Home tab has changed meanwhile: there is nothing to mend.
LOST_BY_ITSELF = {"message_not_found", "hash_conflict", "edit_window_closed", "user_not_in_channel"}


def mark_unreachable(tx: Tx, group: Group, reason: str) -> None:
    """The channel cannot be reached ("archived", "deleted", "not_in_channel"); the rooms above are told once."""
    if group.unreachable is None:
        group.unreachable = reason
        events.publish(tx, group.workspace, ChannelLost(group.id, reason))


def mark_reachable(tx: Tx, group: Group) -> None:
    """The channel can be reached again: the bot was invited, or it was unarchived. The rooms above are told."""
    if group.unreachable is not None:
        group.unreachable = None
        if not lookup.is_at_rest(group):
            events.publish(tx, group.workspace, GroupResumed(group.id))
    ask_for_members(tx, group)


def ask_for_members(tx: Tx, group: Group) -> None:
    """Asks Slack who is in the channel; `members_told` gets the answer."""
    outbox.call_api(
        tx,
        group.workspace,
        "conversations.members",
        {"channel": group.channel, "limit": 200},
        answer="groups.members",
        subject=group.id,
    )


def on_members_listed(tx: Tx, workspace: Workspace, answer: Answer) -> None:
    """Who is in the channel. At the first time they are the group, unless they are too many; later they are told apart."""
    group = lookup.group_by_id(tx, workspace, answer.subject)
    if answer.error:
        if answer.error in GONE:
            mark_unreachable(tx, group, GONE[answer.error])
        return
    present = [str(user) for user in answer.data["members"]]
    # Of a channel with more people than one answer holds the rest is not asked for: their comings and goings are told.
    everybody = not (answer.data.get("response_metadata") or {}).get("next_cursor")
    few = everybody and len(present) <= rules.MAX_ENROLLED
    first, group.members_loaded_at = group.members_loaded_at is None, group.members_loaded_at or tx.now
    for user in present:
        if lookup.member(tx, group, user) is not None:
            membership.on_channel_join(tx, group, user)
        elif few and first:
            membership.add_member(tx, group, user)
        elif few:
            membership.on_channel_join(tx, group, user)
    for gone in lookup.in_channel(tx, group):
        if everybody and gone.user not in present:
            membership.on_channel_leave(tx, group, gone.user)
        elif gone.left_at is None and people.person(tx, workspace, gone.user).is_bot:
            membership.is_a_bot(tx, group, gone)


def rename_channel(tx: Tx, workspace: Workspace, before: str, after: str) -> None:
    """Slack has given the channel another id, which it does when sharing begins or ends. Page: Understanding Slack Connect."""
    group = lookup.find_by_channel(tx, workspace, before)
    if group is None or lookup.find_by_channel(tx, workspace, after) is not None:
        return
    group.channel = after
    outbox.channel_renamed(tx, workspace, before, after)
    for found in lookup.members(tx, group):
        people.refresh_home(tx, workspace, found.user)


def on_undeliverable(tx: Tx, failure: Failure) -> None:
    """A message to a channel will not arrive: whoever set the group up, who can mend it or knows who can, hears so once.

    A private message that fails has nobody else to be told to; it is kept as failed, where the doctor and the metrics
    show it.
    """
    if failure.channel is None:
        return
    group = lookup.find_by_channel(tx, failure.workspace, failure.channel)
    if group is None:
        return
    if failure.code in GONE:
        mark_unreachable(tx, group, GONE[failure.code])
    elif failure.code not in LOST_BY_ITSELF:
        theirs = people.texts_of(tx, failure.workspace, group.set_up_by)
        message = views.not_delivered(theirs, group.channel, failure.kind, failure.code)
        key = f"group/{group.id}/not_delivered/{failure.code}"
        outbox.post_dm(tx, failure.workspace, group.set_up_by, message, key=key)


def on_channel_lost(tx: Tx, workspace: Workspace, event: ChannelLost) -> None:
    """Tells whoever set the group up, once, what happened and what to do."""
    group = lookup.group_by_id(tx, workspace, event.group_id)
    t = people.texts_of(tx, workspace, group.set_up_by)
    key = f"group/{group.id}/gone/{int(tx.now.timestamp())}"
    outbox.post_dm(tx, workspace, group.set_up_by, views.gone(t, group.channel, event.reason), key=key)
