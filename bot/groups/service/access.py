"""Access to a group: the guards that let only its members through."""

from bot.groups import queries
from bot.groups.records import Group, Member
from bot.groups.rules import Role
from bot.storage import Tx
from bot.texts import Refused


class NoGroup(Refused):
    """There is no group in this channel yet."""

    def __init__(self) -> None:
        super().__init__(
            lambda t: t("There is no intervisie group in this channel yet. Type /intervisie to start one.")
        )


class NotMember(Refused):
    """Refused to people outside the group; in its channel they can join it."""

    def __init__(self, group: Group) -> None:
        super().__init__(not_a_member().say)
        self.group = group.id


def not_a_member() -> Refused:
    """The same refusal without the offer to join."""
    return Refused(
        lambda t: t(
            "This is for the members of the group. With /intervisie group in its channel you can join it."
        )
    )


def group_of_channel(tx: Tx, channel: str) -> Group:
    """The group of a channel. Raises NoGroup."""
    found = queries.channel_group(tx, channel)
    if found is None:
        raise NoGroup
    return found


def group_for(tx: Tx, group_id: str, user: str) -> Group:
    """A group as one of its members sees it. Raises NotMember for anyone else."""
    found = queries.group_by_id(tx, group_id)
    require_member(tx, found, user)
    return found


def group_for_participant(tx: Tx, group_id: str, user: str) -> Group:
    """A group, for somebody who takes part in it. Raises Refused for a leader from outside, NotMember for anyone else."""
    found = queries.group_by_id(tx, group_id)
    require_participant(tx, found, user)
    return found


def require_participant(tx: Tx, group: Group, user: str) -> Member:
    """The membership of somebody who takes part. Raises Refused for a leader from outside."""
    found = require_member(tx, group, user)
    if found.role == Role.LEADER:
        raise brings_nothing_in()
    return found


def brings_nothing_in() -> Refused:
    """The refusal for a leader from outside (`Group.leaders`), with the way to take part all the same."""
    return Refused(
        lambda t: t(
            "You lead this group and bring in nothing yourself, so this one is for the others. If you would rather take part: "
            "press *I take part too* under *The group*."
        )
    )


def require_member(tx: Tx, group: Group, user: str) -> Member:
    """The active membership of someone. Raises NotMember when there is none."""
    found = queries.member(tx, group, user)
    if found is None or found.left_at is not None:
        raise NotMember(group)
    return found
