"""Which group it is, and who is in it; every room above asks here."""

from sqlalchemy import Select, or_, select

from bot import logs
from bot.groups import rules
from bot.groups.records import Group, Member
from bot.storage import Tx, Workspace, statement
from bot.texts import Refused, Texts, for_language


class NoGroup(Refused):
    """There is no group in this channel yet."""

    def __init__(self) -> None:
        super().__init__(
            lambda t: t("There is no intervisie group in this channel yet. Type /intervisie to start one.")
        )


class NotMember(Refused):
    """This is for members; whoever is in the channel can become one."""

    def __init__(self, group: Group) -> None:
        super().__init__(not_a_member().say)
        self.group = group.id


def not_a_member() -> Refused:
    return Refused(
        lambda t: t(
            "This is for the members of the group. With /intervisie group in its channel you can join it."
        )
    )


def texts_in(group: Group) -> Texts:
    """The sentences in which a group is spoken to in its channel."""
    return for_language(group.language)


def group_of_channel(tx: Tx, workspace: Workspace, channel: str) -> Group:
    """The group of a channel. Raises NoGroup."""
    found = find_by_channel(tx, workspace, channel)
    if found is None:
        raise NoGroup
    return found


def find_by_channel(tx: Tx, workspace: Workspace, channel: str) -> Group | None:
    found = tx.scalars(_in_channel(workspace, channel)).one_or_none()
    if found is not None:
        logs.know(group=found.id)
    return found


@statement
def _in_channel(workspace: Workspace, channel: str) -> Select[Group]:
    return select(Group).where(Group.of(workspace), Group.channel == channel)


def group_by_id(tx: Tx, workspace: Workspace, group_id: str) -> Group:
    """A group of this workspace. Raises Refused for an id that is not one."""
    # Every use case comes here, often several times: `get` remembers.
    found = tx.get(Group, group_id)
    if found is None or found.workspace != workspace:
        raise Refused(lambda t: t("I can't find this group. Type /intervisie in its channel to go on."))
    logs.know(group=found.id)
    return found


def group_for(tx: Tx, workspace: Workspace, group_id: str, user: str) -> Group:
    """A group as one of its members sees it. Raises Refused for anyone else."""
    found = group_by_id(tx, workspace, group_id)
    require_member(tx, found, user)
    return found


def require_member(tx: Tx, group: Group, user: str) -> Member:
    """The active membership of someone. Raises Refused when there is none."""
    found = member(tx, group, user)
    if found is None or found.left_at is not None:
        raise NotMember(group)
    return found


def member(tx: Tx, group: Group, user: str) -> Member | None:
    return tx.scalars(_member(group.id, user)).one_or_none()


@statement
def _member(group_id: str, user: str) -> Select[Member]:
    return select(Member).where(Member.group_id == group_id, Member.user == user)


def lock_group(tx: Tx, group: Group) -> None:
    """Lock a group's row: use cases that must not run at once for one group take turns."""
    tx.scalar(tx.locked(_row(group.id)))


@statement
def _row(group_id: str) -> Select[str]:
    return select(Group.id).where(Group.id == group_id)


def members(tx: Tx, group: Group) -> list[Member]:
    """Who is in the group now, in a fixed order."""
    return list(tx.scalars(_members(group.id)))


@statement
def _members(group_id: str) -> Select[Member]:
    wanted = select(Member).where(Member.group_id == group_id, Member.left_at.is_(None))
    return wanted.order_by(Member.since, Member.user)


def groups_of(tx: Tx, workspace: Workspace, user: str) -> list[Group]:
    """The groups that someone is in, the oldest first."""
    return list(tx.scalars(_groups_of(workspace, user)))


@statement
def _groups_of(workspace: Workspace, user: str) -> Select[Group]:
    return (
        select(Group)
        .join(Member, Member.group_id == Group.id)
        .where(Group.of(workspace), Member.user == user, Member.left_at.is_(None))
        .order_by(Group.created_at, Group.id)
    )


def in_channel(tx: Tx, group: Group) -> list[Member]:
    """Everyone who is in the channel as far as we know: the members, and who stepped out or never joined."""
    return list(
        tx.sql.scalars(
            select(Member)
            .where(
                Member.group_id == group.id,
                or_(Member.left_at.is_(None), Member.absence_reason == rules.AbsenceReason.CHOSE),
            )
            .order_by(Member.since, Member.user)
        )
    )


def joinable_by(tx: Tx, workspace: Workspace, user: str) -> list[Group]:
    """The groups whose channel someone is in without being in the group, the oldest first."""
    return list(
        tx.sql.scalars(
            select(Group)
            .join(Member, Member.group_id == Group.id)
            .where(
                Group.of(workspace),
                Member.user == user,
                Member.left_at.is_not(None),
                Member.absence_reason == rules.AbsenceReason.CHOSE,
                Group.unreachable.is_(None),
            )
            .order_by(Group.created_at, Group.id)
        )
    )


def group_owner(tx: Tx, group: Group) -> str:
    """Who hears what concerns the group itself: whoever set it up, or who has been in it longest when they have left."""
    users = [item.user for item in members(tx, group)]
    return group.set_up_by if group.set_up_by in users or not users else users[0]


def is_at_rest(group: Group) -> bool:
    """Whether nobody is to be reminded of anything: the group chose to rest, or its channel cannot be reached."""
    return group.rests_since is not None or group.unreachable is not None


def listening_members(workspace: Workspace, user: str) -> Select[str]:
    """For a statement: the groups of which somebody hears in private. They are in it, and it is not at rest."""
    return (
        select(Group.id)
        .join(Member, Member.group_id == Group.id)
        .where(
            Group.of(workspace),
            Group.rests_since.is_(None),
            Group.unreachable.is_(None),
            Member.user == user,
            Member.left_at.is_(None),
        )
    )


def next_facilitator(tx: Tx, group: Group, starter: str) -> str:
    """Who leads the next session: the fixed one, the one whose turn it is, or whoever starts it."""
    present = members(tx, group)
    if group.facilitation == "fixed" and any(one.user == group.facilitator for one in present):
        return str(group.facilitator)
    if group.facilitation == "rotating":
        turns = [rules.Turn(one.user, one.led_at, one.facilitated) for one in present if one.leads]
        return rules.whose_turn(turns) or starter
    return starter


def record_facilitation(tx: Tx, group: Group, user: str) -> None:
    """Counts a session that someone has led, so that turns go round."""
    found = member(tx, group, user)
    if found is not None:
        found.facilitated += 1
        found.led_at = tx.now
