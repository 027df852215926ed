"""Invitations: who is in the channel is asked to join, in a letter and on their Home tab.

Neither is ephemeral: somebody who was added by a colleague is seldom looking at the channel at that moment.
https://docs.slack.dev/reference/methods/chat.postEphemeral
"""

from bot.agreements import views
from bot.events import MemberInvited, MemberJoined
from bot.groups import service as groups
from bot.groups.records import Group
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.rules import INVITATION
from bot.nudges.service import DigestItem
from bot.storage import Tx
from bot.texts import Texts


def on_member_invited(tx: Tx, event: MemberInvited) -> None:
    """Plans the letter to somebody in a small channel."""
    if groups.is_invited(tx, groups.group_by_id(tx, event.group_id), event.user):
        nudges.plan_nudge(tx, event.user, INVITATION, event.group_id, tx.now, group=event.group_id)


def compose_invitation(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    group = groups.group_by_id(tx, nudge.group_id)
    if not groups.is_invited(tx, group, nudge.user):
        return None
    invited = views.invitation(t, group.id, group.channel, begins=group.gathering)
    return DigestItem(invited.text, invited.blocks)


def on_invitation_accepted(tx: Tx, event: MemberJoined) -> None:
    """Marks the invitation as answered: the person is in the group, by its button or by another way."""
    group = groups.group_by_id(tx, event.group_id)
    text = views.joined(groups.texts_of(tx, event.user), group.channel)
    nudges.mark_answered(tx, event.user, INVITATION, group.id, DigestItem(text))


def decline_invitation(tx: Tx, group_id: str, user: str) -> Group:
    """Somebody says no, and is not asked again unless they come into the channel anew."""
    group = groups.decline_invitation(tx, group_id, user)
    text = views.declined(groups.texts_of(tx, user), group.channel)
    nudges.mark_answered(tx, user, INVITATION, group.id, DigestItem(text))
    return group
