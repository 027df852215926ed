"""The leader from outside: asked by the group, there by their own press, and not a participant."""

from collections.abc import Collection

from bot import events
from bot.delivery import outbox
from bot.events import MemberJoined, NewcomerAnnounced
from bot.groups import queries, rules, views
from bot.groups.records import Group, Member
from bot.groups.rules import Role
from bot.groups.service import access, language, leader_request, membership, people, settings
from bot.storage import Tx


def join_as_leader(tx: Tx, group_id: str, user: str, present: Collection[str]) -> Group:
    """Somebody says yes: they lead from outside from now on, and the channel is told."""
    group = leader_request.require_request(tx, group_id, user)
    membership.require_presence(group.channel, user, present)
    found = membership.ensure_row(tx, group, user)
    found.role, found.facilitated, found.read_along, found.alone_asked_at = Role.LEADER, 0, 0, None
    leader_request.forget_request(tx, group)
    membership.enter_as(tx, group, found)
    settings.update_card(tx, group)
    message = views.leader_has_joined(language.texts_in(group), user, group.leader_sessions)
    outbox.post(tx, group.channel, message, key=f"leader/{group.id}/joined/{user}/{int(tx.now.timestamp())}")
    if found.announced_at is None:
        found.announced_at = tx.now
        events.publish(tx, NewcomerAnnounced(group.id, user))
    return group


def take_part(tx: Tx, group_id: str, user: str) -> Group:
    """A leader from outside becomes a participant, by their own press. Twice is as good as once."""
    group = queries.group_by_id(tx, group_id)
    queries.lock_group(tx, group)
    found = access.require_member(tx, group, user)
    if found.role != Role.LEADER:
        return group
    found.role, found.since = Role.MEMBER, tx.now
    membership.end_fixed_lead(group, found.user, "rotating")
    _reread(tx, group)
    settings.update_card(tx, group)
    message = views.leader_takes_part(language.texts_in(group), user)
    outbox.post(
        tx, group.channel, message, key=f"leader/{group.id}/takes_part/{user}/{int(tx.now.timestamp())}"
    )
    events.publish(tx, MemberJoined(group.id, user))
    people.refresh_home(tx, user)
    return group


def count_read_along(tx: Tx, leader: Member) -> bool:
    """Counts a session in which a leader read along; True once that was often enough, and nobody was asked yet."""
    leader.read_along += 1
    return leader.read_along >= rules.READ_ALONG and leader.alone_asked_at is None


def _reread(tx: Tx, group: Group) -> None:
    tx.sql.flush()
    tx.sql.expire(group, ["leader_users", "member_names"])
