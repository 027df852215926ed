"""Queries of groups, their members and people. They only read."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from typing import TypeAlias

from sqlalchemy import Row, Select, or_, select, tuple_

from bot import logs
from bot.groups import rules
from bot.groups.records import Group, Member, Person
from bot.storage import BATCH, PAGE, Tx, Workspace, statement
from bot.texts import Refused

# Slack takes some hundred calls of users.info a minute: https://docs.slack.dev/apis/web-api/rate-limits
NAMES_AT_ONCE = 500
# A person, by workspace and user.
PersonKey: TypeAlias = tuple[str, str]
_IN_A_GROUP = (
    select(Member.id)
    .where(
        Member.team_id == Person.team_id,
        Member.user == Person.user,
        Member.left_at.is_(None),
    )
    .exists()
)

# Groups


def channel_group(tx: Tx, channel: str) -> Group | None:
    """The group of a channel; None when it has none. Of two that are to be merged it is the older."""
    found = tx.scalars(_in_channel(tx.workspace, channel)).one_or_none()
    if found is not None:
        logs.know(group=found.id)
    return found


@statement
def _in_channel(workspace: Workspace, channel: str) -> Select[Group]:
    return select(Group).where(Group.of(workspace), Group.channel == channel, Group.merges_into.is_(None))


def group_by_id(tx: Tx, group_id: str) -> Group:
    """A group of this workspace. Raises Refused for an id that is not one.

    Buttons and jobs of a merged group find the group that it was merged into.
    """
    # Every use case comes here, often several times: `get` remembers.
    found = tx.get(Group, group_id)
    if found is not None and found.merged_at is not None and found.merges_into is not None:
        found = tx.get(Group, found.merges_into)
    if found is None or found.workspace != tx.workspace:
        raise Refused(lambda t: t("I can't find this group. Type /intervisie in its channel to go on."))
    logs.know(group=found.id)
    return found


def groups_to_merge(tx: Tx) -> list[Group]:
    """The groups of every workspace that are still to be merged into the older group of their channel."""
    waiting = select(Group).where(Group.merges_into.is_not(None), Group.merged_at.is_(None))
    return list(tx.sql.scalars(waiting.order_by(Group.created_at, Group.id)))


def lock_group(tx: Tx, group: Group) -> None:
    """Locks the group's row until the end of the transaction, and reads it anew. A reading locks nothing."""
    tx.scalars(tx.locked(_group(group.id))).one()


@statement
def _group(group_id: str) -> Select[Group]:
    return select(Group).where(Group.id == group_id)


def is_at_rest(group: Group) -> bool:
    """Whether the group gets no reminders: it chose to rest, or its channel cannot be reached."""
    return group.rests_since is not None or group.unreachable is not None


def is_stalled(group: Group) -> bool:
    """Whether the group is at a standstill: it was asked what it needs, and nobody has answered, planned or begun."""
    return group.stalled_since is not None


def is_quiet(group: Group) -> bool:
    """Whether the group is told nothing about its meetings: it rests, cannot be reached, or is at a standstill."""
    return is_at_rest(group) or is_stalled(group)


def groups_of(tx: Tx, user: str) -> list[Group]:
    """The groups that someone is in, the oldest first."""
    return [group for group, member in _groups_known_to(tx, user) if member.left_at is None]


def joinable_groups(tx: Tx, user: str) -> list[Group]:
    """The groups whose channel someone is in without being in the group, the oldest first."""
    return [
        group
        for group, member in _groups_known_to(tx, user)
        if _stays_out(member) and group.unreachable is None
    ]


def _groups_known_to(tx: Tx, user: str) -> Sequence[Row[Group, Member]]:
    """The groups of this workspace that someone is in, was in or may join, the oldest first."""
    return tx.recall_rows(_memberships(tx.workspace, user))


@statement
def _memberships(workspace: Workspace, user: str) -> Select[Group, Member]:
    return (
        select(Group, Member)
        .join(Member, Member.group_id == Group.id)
        .where(Group.of(workspace), Member.user == user)
        .order_by(Group.created_at, Group.id)
    )


def _stays_out(member: Member) -> bool:
    """Whether somebody in the channel is not in the group: they left it, said no, or have not answered."""
    return member.left_at is not None and member.absence_reason == rules.AbsenceReason.CHOSE


def active_group_ids(workspace: Workspace, user: str) -> Select[str]:
    """A subquery for other statements: the groups that somebody is in and that are not at rest."""
    return _group_ids(workspace, user).where(Member.left_at.is_(None))


def invited_group_ids(workspace: Workspace, user: str) -> Select[str]:
    """A subquery for other statements: the groups that somebody is invited to and that are not at rest.

    Invited people were never in the group. Somebody who left it or said no has a later `left_at`.
    """
    return _group_ids(workspace, user).where(
        Member.left_at == Member.since, Member.absence_reason == rules.AbsenceReason.CHOSE
    )


def _group_ids(workspace: Workspace, user: str) -> Select[str]:
    """The groups that are not at rest and that somebody was ever a member of."""
    return (
        select(Group.id)
        .join(Member, Member.group_id == Group.id)
        .where(
            Group.of(workspace),
            Group.rests_since.is_(None),
            Group.unreachable.is_(None),
            Member.user == user,
        )
    )


def workspaces_with_groups(tx: Tx) -> list[Workspace]:
    """The workspaces that have a group. For work that is done for all of them."""
    found = tx.sql.execute(select(Group.team_id, Group.enterprise_id).distinct())
    return [Workspace(team, enterprise) for team, enterprise in found]


def groups_not_told(tx: Tx, after: str) -> list[Group]:
    """Some groups of every workspace whose channel can be reached and has not heard that messages go with their words."""
    wanted = (
        Group.id > after,
        Group.messages_go_since.is_(None),
        Group.unreachable.is_(None),
        Group.merges_into.is_(None),
    )
    return list(tx.sql.scalars(select(Group).where(*wanted).order_by(Group.id).limit(BATCH)))


def reachable_group_ids(tx: Tx) -> list[str]:
    """The groups of this workspace whose channel can be reached, in a fixed order."""
    reachable = (Group.of(tx.workspace), Group.unreachable.is_(None))
    return list(tx.sql.scalars(select(Group.id).where(*reachable).order_by(Group.id)))


def invited_groups(tx: Tx, user: str) -> list[Group]:
    """The groups that somebody is invited to, the oldest first."""
    return [
        group
        for group, member in _groups_known_to(tx, user)
        # As in `invited_group_ids`.
        if _stays_out(member) and member.left_at == member.since and not is_at_rest(group)
    ]


def is_invited(tx: Tx, group: Group, user: str) -> bool:
    """Whether somebody is invited to a group and has not answered."""
    person = known_person(tx, user)
    if person is not None and person.is_bot:
        return False
    return any(one.id == group.id for one in invited_groups(tx, user))


# Members


def member(tx: Tx, group: Group, user: str) -> Member | None:
    """The membership of someone, also when it has ended (`left_at`)."""
    return tx.scalars(_member(group.id, user)).one_or_none()


@statement
def _member(group_id: str, user: str) -> Select[Member]:
    return select(Member).where(Member.group_id == group_id, Member.user == user)


def members(tx: Tx, group: Group) -> list[Member]:
    """The members of the group now, in a fixed order."""
    return list(tx.recall(_members(group.id)))


@statement
def _members(group_id: str) -> Select[Member]:
    wanted = select(Member).where(Member.group_id == group_id, Member.left_at.is_(None))
    return wanted.order_by(Member.since, Member.user)


def participants_of(tx: Tx, group: Group) -> list[Member]:
    """The participants: the members without a leader from outside. Who counts, or is asked for something, is one of them."""
    return [one for one in members(tx, group) if one.role != rules.Role.LEADER]


def leader_of(tx: Tx, group: Group) -> Member | None:
    """The leader from outside, while they are in the group."""
    if not group.leaders:
        return None
    return next((one for one in members(tx, group) if one.role == rules.Role.LEADER), None)


def groups_that_ask(tx: Tx, user: str) -> list[Group]:
    """The groups that ask somebody to lead from outside, the oldest first."""
    return list(tx.scalars(_groups_that_ask(tx.workspace, user)))


@statement
def _groups_that_ask(workspace: Workspace, user: str) -> Select[Group]:
    wanted = select(Group).where(Group.of(workspace), Group.asked_leader == user, Group.merged_at.is_(None))
    return wanted.order_by(Group.created_at, Group.id)


def channel_members(tx: Tx, group: Group) -> list[Member]:
    """Everyone known to be in the channel: members, and people who left the group or never joined it."""
    return list(tx.scalars(_channel_members(group.id)))


@statement
def _channel_members(group_id: str) -> Select[Member]:
    return (
        select(Member)
        .where(
            Member.group_id == group_id,
            or_(Member.left_at.is_(None), Member.absence_reason == rules.AbsenceReason.CHOSE),
        )
        .order_by(Member.since, Member.user)
    )


def group_owner(tx: Tx, group: Group) -> str:
    """The group's owner: the person who set it up or, once they have left, its longest member.

    They hear of matters of the group itself. Matters of a meeting go to the meeting contact (attendance).
    """
    users = [item.user for item in participants_of(tx, group)]
    return group.set_up_by if group.set_up_by in users or not users else users[0]


# People


def bots_among(tx: Tx, users: Collection[str]) -> set[str]:
    """Those of some users who are known to be bots."""
    theirs = (Person.of(tx.workspace), Person.user.in_(sorted(users)), Person.is_bot)
    return set(tx.sql.scalars(select(Person.user).where(*theirs)))


def known_person(tx: Tx, user: str) -> Person | None:
    """A person whom the bot has met; None for anyone else. Nothing is asked of Slack."""
    return next(iter(tx.recall(_person(tx.workspace, user))), None)


@statement
def _person(workspace: Workspace, user: str) -> Select[Person]:
    return select(Person).where(Person.of(workspace), Person.user == user)


def attendance_choices(tx: Tx, users: Collection[str]) -> dict[str, int]:
    """How many years their attendance is kept, of those people who chose it."""
    chosen = select(Person.user, Person.attendance_years).where(
        Person.of(tx.workspace), Person.user.in_(users), Person.attendance_years.is_not(None)
    )
    return {user: years for user, years in tx.sql.execute(chosen) if years is not None}


def nameless_members(tx: Tx) -> list[Person]:
    """Some members of groups, in every workspace, whose names are not known."""
    return list(tx.scalars(_nameless_members()))


@statement
def _nameless_members() -> Select[Person]:
    return (
        select(Person)
        .where(Person.name.is_(None), Person.is_bot.is_(False), _IN_A_GROUP)
        .limit(NAMES_AT_ONCE)
    )


def people_after(tx: Tx, person: str) -> tuple[list[PersonKey], str | None]:
    """A page of the people of every workspace, and the person after whom to go on; None after the last page.

    People come in the order of their users, as memberships do: so a page of people reads few pages of the database.
    """
    team_id, _, user = person.partition("/")
    page = [(row.team_id, row.user) for row in tx.rows(_people_after(team_id, user, PAGE))]
    return page, "/".join(page[-1]) if len(page) == PAGE else None


@statement
def _people_after(team_id: str, user: str, at_most: int) -> Select[str, str]:
    place = tuple_(Person.team_id, Person.user)
    following = select(Person.team_id, Person.user).where(place > tuple_(team_id, user))
    return following.order_by(Person.team_id, Person.user).limit(at_most)


def without_membership(tx: Tx, page: Sequence[PersonKey], *, ended_too: bool) -> list[PersonKey]:
    """Those of a page of people who are in no group, and with `ended_too` were in none either.

    Asked for the users from the first to the last of the page: otherwise PostgreSQL reads all memberships.
    """
    found = set[PersonKey]()
    for team_id, people in groupby(page, key=lambda person: person[0]):
        users = [user for _, user in people]
        rows = tx.rows(_memberships_between(team_id, users[0], users[-1]))
        found |= {(team_id, row.user) for row in rows if ended_too or row.left_at is None}
    return [person for person in page if person not in found]


@statement
def _memberships_between(team_id: str, first: str, last: str) -> Select[str, datetime | None]:
    # Whether one ended is not asked here: SQLite would read all that have not.
    return select(Member.user, Member.left_at).where(
        Member.team_id == team_id, Member.user >= first, Member.user <= last
    )


def named_people(tx: Tx, found: Sequence[PersonKey]) -> list[Person]:
    """Those of these people whose names are stored."""
    if not found:
        return []
    place = tuple_(Person.team_id, Person.user)
    return list(tx.sql.scalars(select(Person).where(place.in_(found), Person.name.is_not(None))))


def has_opened_home(tx: Tx, user: str) -> bool:
    """Whether somebody has ever opened the Home tab."""
    return bool(tx.scalar(_opened_home(tx.workspace, user)))


@statement
def _opened_home(workspace: Workspace, user: str) -> Select[bool]:
    return select(Person.opened_home).where(Person.of(workspace), Person.user == user)
