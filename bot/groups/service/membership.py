"""Membership: people join and leave by the channel, by a button, and when their account is closed."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from bot import events
from bot.delivery import outbox
from bot.delivery.message import Answer
from bot.events import MemberJoined, MemberLeft, NewcomerAnnounced
from bot.groups import queries, views
from bot.groups.records import Group, Member
from bot.groups.rules import AbsenceReason, Role
from bot.groups.service import access, gathering, language, people, settings
from bot.jobs import queue
from bot.storage import Tx, belonging_to
from bot.texts import Refused

INVITATION = "member.invite"
# Long enough for users.info to arrive. It tells bots from people, and bots are not invited.
BEFORE_INVITING = timedelta(minutes=1)


def observe_event(known: Group | Member, told_at: datetime | None) -> bool:
    """Records the time of a Slack event; True when the event is late, because a newer one was recorded before.

    Slack does not promise the order of events (https://docs.slack.dev/apis/events-api/). Only its own times are compared.
    """
    if told_at is None:
        return False
    if known.last_event_at is not None and told_at < known.last_event_at:
        return True
    known.last_event_at = told_at
    return False


def add_member(tx: Tx, group: Group, user: str) -> None:
    """Makes somebody an active member who takes part, also when they had left."""
    found = ensure_row(tx, group, user)
    if found.left_at is not None:
        found.role = Role.MEMBER
        enter_as(tx, group, found)


def move_member(tx: Tx, group: Group, user: str) -> None:
    """Makes somebody of a merged group an active member, in the role that they had. A group has one leader from outside."""
    found = ensure_row(tx, group, user)
    if found.role == Role.LEADER and queries.leader_of(tx, group) is not None:
        found.role = Role.MEMBER
    if found.left_at is not None:
        enter_as(tx, group, found)


def ensure_row(tx: Tx, group: Group, user: str) -> Member:
    """Somebody's membership; one that has not begun, when there is none."""
    found = queries.member(tx, group, user)
    if found is None:
        found = _row(group, user, tx.now, None, AbsenceReason.CHOSE)
        tx.sql.add(found)
    return found


def on_channel_join(
    tx: Tx, group: Group, user: str, told_at: datetime | None = None, *, listed: bool = False
) -> None:
    """Someone came into the channel: a former member is a member again, anyone else is invited.

    `told_at`: the time of the event, if there was one. `listed`: they stand in the list of a group that begins.
    """
    found = queries.member(tx, group, user)
    if found is not None and observe_event(found, told_at):
        return
    if found is None:
        tx.sql.add(_row(group, user, tx.now, told_at, AbsenceReason.CHOSE))
        _schedule_invitation(tx, group, user, listed=listed)
    elif found.left_at is None:
        return
    elif found.absence_reason == AbsenceReason.BOTH:
        found.absence_reason = AbsenceReason.CHOSE
        # Invited anew, also after a no.
        found.since = found.left_at = tx.now
        _schedule_invitation(tx, group, user)
    elif found.role == Role.LEADER and queries.leader_of(tx, group) is not None:
        # The group has another leader by now. They may still join as anybody else.
        found.absence_reason = AbsenceReason.CHOSE
    elif found.absence_reason in (None, AbsenceReason.CHANNEL, AbsenceReason.GONE):
        enter_as(tx, group, found)


def on_channel_leave(tx: Tx, group: Group, user: str, told_at: datetime | None = None) -> None:
    """Someone has left the channel. `told_at`: the time of the event, if there was one."""
    found = queries.member(tx, group, user)
    if found is None:
        if told_at is not None:
            # The event of their coming may arrive after this one: it must find that they have left.
            tx.sql.add(_row(group, user, tx.now, told_at, AbsenceReason.BOTH))
        return
    if observe_event(found, told_at):
        return
    if found.left_at is None:
        _end_membership(tx, group, found, AbsenceReason.CHANNEL)
    elif found.absence_reason == AbsenceReason.CHOSE:
        found.absence_reason = AbsenceReason.BOTH


def join_group(tx: Tx, group_id: str, user: str, present: Collection[str]) -> Group:
    """Someone in the channel joins the group, and the channel is told. Twice is as good as once.

    Until the group has met, the message that asks who takes part tells it; after that, a line of its own.

    `present`: the people in the channel, as Slack lists them now.
    """
    group = queries.group_by_id(tx, group_id)
    require_presence(group.channel, user, present)
    found = queries.member(tx, group, user)
    if found is None or found.left_at is not None:
        add_member(tx, group, user)
        if not group.gathering:
            key = f"group/{group.id}/joined/{user}/{int(tx.now.timestamp())}"
            message = views.has_joined(language.texts_in(group), user)
            outbox.post(tx, group.channel, message, key=key)
        joined = access.require_member(tx, group, user)
        if joined.announced_at is None:
            joined.announced_at = tx.now
            events.publish(tx, NewcomerAnnounced(group.id, user))
    return group


def require_presence(channel: str, user: str, present: Collection[str]) -> None:
    """Raises Refused for somebody who is not in the channel."""
    if user not in present:
        raise Refused(
            lambda t: t(
                "You are not in {channel}. Join the channel first, then the group is open to you.",
                channel=f"<#{channel}>",
            )
        )


def leave_group(tx: Tx, group_id: str, user: str) -> Group:
    """A member leaves the group and stays in the channel. Twice is as good as once."""
    group = queries.group_by_id(tx, group_id)
    found = queries.member(tx, group, user)
    if found is not None and found.left_at is None:
        _end_membership(tx, group, found, AbsenceReason.CHOSE)
    return group


def on_profile(tx: Tx, answer: Answer) -> None:
    """The answer of users.info: stores the profile."""
    if not answer.error:
        _apply_profile(tx, answer.subject, answer.data["user"])


def on_profile_changed(tx: Tx, user: str, profile: dict[str, Any]) -> None:
    """The event user_change, which Slack sends for everyone in the workspace: only known people are kept."""
    if queries.known_person(tx, user) is not None:
        _apply_profile(tx, user, profile)


def _apply_profile(tx: Tx, user: str, profile: dict[str, Any]) -> None:
    known = queries.known_person(tx, user)
    name = known.name if known is not None else None
    found = people.store_profile(tx, user, profile)
    mine = queries.groups_of(tx, user)
    if found.is_bot or profile.get("deleted"):
        why = AbsenceReason.BOT if found.is_bot else AbsenceReason.GONE
        for group in mine:
            _end_membership(tx, group, access.require_member(tx, group, user), why)
        return
    for group in mine:
        if found.guest is not None:
            events.publish(tx, MemberJoined(group.id, user))
        if found.name != name:
            gathering.update_who_joins(tx, group)


def remove_bot(tx: Tx, group: Group, found: Member) -> None:
    """Ends the membership of a bot: bots in the channel are no members."""
    _end_membership(tx, group, found, AbsenceReason.BOT)


def decline_invitation(tx: Tx, group_id: str, user: str) -> Group:
    """Somebody says no to an invitation. The button Join stays where they find the group."""
    group = queries.group_by_id(tx, group_id)
    found = queries.member(tx, group, user)
    if found is not None and queries.is_invited(tx, group, user):
        found.left_at = _left_at(tx, found)
        tx.sql.flush()
        people.refresh_home(tx, user)
    return group


def _schedule_invitation(tx: Tx, group: Group, user: str, *, listed: bool = False) -> None:
    people.ensure_person(tx, user)
    about = {"group": group.id, "user": user, "listed": listed}
    queue.schedule(tx, INVITATION, f"{group.id}/{user}", tx.now + BEFORE_INVITING, about)
    people.refresh_home(tx, user)


def _row(
    group: Group, user: str, since: datetime, told_at: datetime | None, outside: AbsenceReason | None = None
) -> Member:
    # Both moments are the same for somebody who was never in the group (queries.invited_group_ids).
    left_at = since if outside else None
    found = Member(
        group_id=group.id, user=user, since=since, last_event_at=told_at, **belonging_to(group.workspace)
    )
    found.left_at, found.absence_reason = left_at, outside
    return found


def _left_at(tx: Tx, found: Member) -> datetime:
    """The moment of somebody's leaving: always after their coming, which tells them from invited people."""
    return max(tx.now, found.since + timedelta(microseconds=1))


def enter_as(tx: Tx, group: Group, found: Member) -> None:
    """Begins a membership, in the role of its row."""
    found.left_at, found.absence_reason, found.since = None, None, tx.now
    if found.role == Role.LEADER:
        group.facilitation, group.facilitator = "fixed", found.user
    if group.gathering:
        # The message that asks who takes part announces them.
        found.announced_at = tx.now
    tx.sql.flush()
    if found.role == Role.LEADER or found.user in group.leaders:
        tx.sql.expire(group, ["leader_users"])
    known = queries.known_person(tx, found.user)
    people.ensure_person(tx, found.user)
    if known is not None and known.name is None:
        # Somebody who was in no group: their name was forgotten.
        people.ask_profile(tx, found.user)
    people.drop_cached_locales(tx)
    queue.cancel(tx, INVITATION, f"{group.id}/{found.user}")
    events.publish(tx, MemberJoined(group.id, found.user))
    people.refresh_home(tx, found.user)
    gathering.update_who_joins(tx, group)


def _end_membership(tx: Tx, group: Group, found: Member, why: AbsenceReason) -> None:
    found.left_at, found.absence_reason = _left_at(tx, found), why
    # Somebody who left, perhaps by mistake, is not new when they come back.
    found.announced_at = found.announced_at or tx.now
    people.drop_cached_locales(tx)
    if group.facilitation == "fixed" and group.facilitator == found.user:
        # The person who starts a session leads it, until the group chooses somebody else. A group that was led from outside
        # goes on as it does while its leader reads along: in turn.
        end_fixed_lead(group, found.user, "rotating" if found.role == Role.LEADER else "claim")
        settings.update_card(tx, group)
    events.publish(tx, MemberLeft(group.id, found.user))
    people.refresh_home(tx, found.user)
    gathering.update_who_joins(tx, group)


def end_fixed_lead(group: Group, user: str, instead: str) -> None:
    """Somebody no longer leads always; `instead`: the way of leading that takes its place."""
    if group.facilitation == "fixed" and group.facilitator == user:
        group.facilitation, group.facilitator = instead, None
