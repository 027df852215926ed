"""Jobs and digest items of agreements: the trial, invitations, newcomers, the group's size, and guests."""

from collections.abc import Mapping

from bot import events
from bot.agreements.service import guests, invitations, newcomers, size, trial
from bot.events import MemberInvited, MemberJoined, MemberLeft, NewcomerAnnounced, SessionEnded
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
    """Plans a notice about the size, and cancels the one to a guest; the others may all have answered by now."""
    group = groups.group_by_id(tx, event.group_id)
    size.plan_size_notice(tx, group)
    guests.cancel_guest_notice(tx, group, event.user)
    found = groups.member(tx, group, event.user)
    if found is None or found.left_at is not None:
        newcomers.forget_newcomer(tx, group, event.user)
    if group.trial == "asking":
        groups.lock_group(tx, group)
        trial.count_when_complete(tx, group)


def on_session_ended(tx: Tx, event: SessionEnded) -> None:
    """The first meeting is over, and perhaps the trial. A session that was broken off early does not count."""
    if event.held:
        group = groups.group_by_id(tx, event.group_id)
        groups.end_gathering(tx, group)
        newcomers.close_questions(tx, group)
        trial.ask_members(tx, group)


JOBS: dict[str, queue.Handler] = {
    **events.on(MemberInvited, invitations.on_member_invited),
    **events.on(MemberJoined, on_member_joined),
    **events.on(MemberLeft, on_member_left),
    **events.on(NewcomerAnnounced, newcomers.on_newcomer_announced),
    **events.on(SessionEnded, on_session_ended),
    trial.COUNT: trial.on_week_over,
}
DIGESTS: Mapping[str, Compose] = {
    INVITATION: invitations.compose_invitation,
    size.SIZE: size.compose_size_notice,
    guests.GUEST: guests.compose_guest_notice,
    trial.ASK_MEMBER: trial.compose_question,
    newcomers.NEWCOMER: newcomers.compose_newcomer,
    newcomers.TALK_FIRST: newcomers.compose_talk_first,
}
