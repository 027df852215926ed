"""What Slack refused while the channel could not be reached, or somebody deleted by hand: the poll as it is now."""

from sqlalchemy import select

from bot.delivery import outbox
from bot.events import GroupResumed, MessageLost
from bot.groups import service as groups
from bot.groups.records import Group
from bot.polls.records import Poll
from bot.polls.rules import PollState
from bot.polls.service import choosing, lookup, voting
from bot.storage import Tx, Workspace

# Of what is over, its session has opened or nobody wanted to, only the message that stands there changes.
OF_USE = (PollState.OPEN, PollState.ASKING, PollState.CHOSEN)


def on_group_resumed(tx: Tx, workspace: Workspace, event: GroupResumed) -> None:
    """The channel is back, or the group goes on: polls that did not arrive, or not as they are now."""
    missed = outbox.refused_keys(tx, workspace, "poll/")
    group = groups.group_by_id(tx, workspace, event.group_id)
    for poll in _polls_of(tx, group):
        if lookup.key(poll.id) in missed:
            repost(tx, poll, group, told=False)


def on_message_lost(tx: Tx, workspace: Workspace, event: MessageLost) -> None:
    """Somebody deleted the message of a poll by hand: while it is of use it comes back."""
    kind, _, poll_id = event.key.partition("/")
    poll = lookup.poll_by_id(tx, workspace, poll_id) if kind == "poll" else None
    if poll is not None:
        group = groups.group_by_id(tx, workspace, poll.group_id)
        repost(tx, poll, group, told=event.told)


def repost(tx: Tx, poll: Poll, group: Group, *, told: bool) -> None:
    """Says how a poll stands. `told`: people have read what came of it."""
    is_open = poll.state == PollState.OPEN
    message = voting.open_post(tx, group, poll) if is_open else choosing.closed_post(tx, poll, group)
    where = lookup.key(poll.id)
    if poll.state in OF_USE or (poll.state == PollState.EMPTY and not told and _is_newest(tx, poll)):
        outbox.post(tx, group.workspace, group.channel, message, key=where)
    outbox.update(tx, group.workspace, where, message)


def _polls_of(tx: Tx, group: Group) -> list[Poll]:
    """Every poll of a group, the oldest first, locked so that a vote at this moment is counted before or after."""
    return list(
        tx.sql.scalars(
            select(Poll)
            .where(Poll.of(group.workspace), Poll.group_id == group.id)
            .order_by(Poll.opened_at, Poll.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _is_newest(tx: Tx, poll: Poll) -> bool:
    newest = select(Poll.id).where(Poll.group_id == poll.group_id).order_by(Poll.opened_at.desc(), Poll.id)
    return tx.sql.scalars(newest).first() == poll.id
