"""Jobs and digest items of agreements: the trial, invitations, the group's size, and guests."""

from collections.abc import Mapping

from bot import events
from bot.agreements.service import guests, invitations, size, trial
from bot.events import MemberInvited, MemberJoined, MemberLeft, SessionEnded
from bot.groups import service as groups
from bot.jobs import queue
from bot.nudges.rules import INVITATION
from bot.nudges.service import Compose
from bot.storage import Tx


def on_member_joined(tx: Tx, event: MemberJoined) -> None:
    """Plans what a new member changes: a notice about the size, and one to a guest."""
    group = groups.group_by_id(tx, event.group_id)
    size.plan_size_notice(tx, group)
    guests.plan_guest_notice(tx, group, event.user)
    invitations.on_invitation_accepted(tx, event)


def on_member_left(tx: Tx, event: MemberLeft) -> None:
    """Plans a notice about the size, and cancels the one to a guest."""
    group = groups.group_by_id(tx, event.group_id)
    size.plan_size_notice(tx, group)
    guests.cancel_guest_notice(tx, group, event.user)


JOBS: dict[str, queue.Handler] = {
    **events.on(MemberInvited, invitations.on_member_invited),
    **events.on(MemberJoined, on_member_joined),
    **events.on(MemberLeft, on_member_left),
    **events.on(SessionEnded, trial.on_session_ended),
}
DIGESTS: Mapping[str, Compose] = {
    INVITATION: invitations.compose_invitation,
    size.SIZE: size.compose_size_notice,
    guests.GUEST: guests.compose_guest_notice,
}
