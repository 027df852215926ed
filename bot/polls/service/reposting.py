"""Post the message of a poll again, after Slack refused it or somebody deleted it by hand."""

from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.polls import queries
from bot.polls.records import Poll
from bot.polls.rules import PollState
from bot.polls.service import choosing, voting
from bot.storage import Tx

# A poll in these states is posted again; of the others only an existing message is edited.
REPOSTED_STATES = (PollState.OPEN, PollState.ASKING, PollState.CHOSEN)


def repost_poll(tx: Tx, poll: Poll, group: Group, *, told: bool) -> None:
    """Post a poll as it stands. `told`: the channel has read its result before."""
    is_open = poll.state == PollState.OPEN
    message = (
        voting.open_poll_message(tx, group, poll)
        if is_open
        else choosing.closed_poll_message(tx, poll, group)
    )
    key = queries.poll_key(poll.id)
    if poll.state in REPOSTED_STATES or (
        poll.state == PollState.EMPTY and not told and queries.is_newest(tx, poll)
    ):
        discreet = groups.discreet_in(groups.texts_in(group), group, message)
        outbox.post(tx, group.channel, discreet, key=key)
    outbox.update(tx, key, message)
