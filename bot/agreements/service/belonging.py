"""What is pointed out when people come and go: the group's size, and what a guest can and cannot do. Each once."""

from datetime import timedelta

from bot.agreements import views
from bot.events import MemberJoined, MemberLeft
from bot.groups import rules
from bot.groups import service as groups
from bot.groups import views as group_views
from bot.groups.records import Group
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.storage import Tx, Workspace
from bot.texts import Texts

SIZE = "group.size"
GUEST = "group.guest"
# A group that has just begun is still filling; whoever leaves by mistake comes back.
BEFORE_SPEAKING = timedelta(days=1)


def on_member_joined(tx: Tx, workspace: Workspace, event: MemberJoined) -> None:
    group, user = groups.group_by_id(tx, workspace, event.group_id), event.user
    _plan_about_size(tx, group)
    found = groups.member(tx, group, user)
    if found is None or found.left_at is not None or found.guest_notice_sent:
        return
    if groups.person(tx, workspace, user).guest is not None:
        nudges.plan_nudge(tx, workspace, user, GUEST, group.id, tx.now, group=group.id)


def on_member_left(tx: Tx, workspace: Workspace, event: MemberLeft) -> None:
    group = groups.group_by_id(tx, workspace, event.group_id)
    _plan_about_size(tx, group)
    nudges.cancel_nudge(tx, workspace, event.user, GUEST, group.id)


def _plan_about_size(tx: Tx, group: Group) -> None:
    size = rules.size_of(len(groups.members(tx, group)))
    user = groups.group_owner(tx, group)
    if rules.is_size_notice_due(size, group.size_notice_sent, group.size_told_at, tx.now):
        nudges.plan_nudge(tx, group.workspace, user, SIZE, group.id, tx.now + BEFORE_SPEAKING, group=group.id)
    else:
        nudges.cancel_nudge(tx, group.workspace, user, SIZE, group.id)


def compose_size_notice(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """To whoever looks after the group: it has become small or large. It is said when it is still so."""
    group = groups.group_by_id(tx, nudge.workspace, nudge.group_id)
    number = len(groups.members(tx, group))
    size = rules.size_of(number)
    if groups.is_at_rest(group) or not rules.is_size_notice_due(
        size, group.size_notice_sent, group.size_told_at, tx.now
    ):
        return None
    group.size_notice_sent, group.size_told_at = size, tx.now
    hint = group_views.advice(t, group, number)[0]
    return DigestItem(views.about_size(t, group.channel, number, hint))


def compose_guest_notice(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """To a guest, or somebody of another organisation: what they can and cannot do here."""
    group = groups.group_by_id(tx, nudge.workspace, nudge.group_id)
    found = groups.member(tx, group, nudge.user)
    guest = groups.person(tx, nudge.workspace, nudge.user).guest
    if found is None or found.left_at is not None or found.guest_notice_sent or guest is None:
        return None
    found.guest_notice_sent = True
    return DigestItem(views.for_guest(t, group.channel, guest))
