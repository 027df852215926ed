"""Use cases about groups and people; every room above looks them up here."""

from collections.abc import Callable

from bot import events
from bot.delivery.message import Answer
from bot.events import ChannelGone
from bot.groups.service import membership, tidying
from bot.groups.service.channels import (
    ask_for_members,
    channel_back,
    channel_gone,
    channel_moved,
    members_told,
    on_channel_gone,
    undeliverable,
)
from bot.groups.service.lookup import (
    NoGroup,
    NotMember,
    find_by_channel,
    group_by_id,
    group_for,
    group_of_channel,
    groups_of,
    has_facilitated,
    heard_by,
    is_at_rest,
    keeper,
    member,
    members,
    next_facilitator,
    not_a_member,
    open_to,
    require_member,
    texts_in,
)
from bot.groups.service.membership import (
    come_in,
    is_late,
    join,
    leave,
    profile_changed,
    profile_told,
    step_in,
    step_out,
)
from bot.groups.service.people import (
    People,
    known,
    person,
    reads_differently,
    refresh_home,
    remember,
    texts_of,
)
from bot.groups.service.settings import (
    change_basics,
    change_hours,
    change_keeping,
    change_leading,
    check_hours,
    rest,
    show_card,
    wake,
)
from bot.groups.service.setup import set_up
from bot.storage import Tx, Workspace
from bot.timing import due

DUE: dict[str, due.Handler] = {
    **events.on(ChannelGone, on_channel_gone),
    membership.INVITE: membership.invite,
    tidying.TIDY: tidying.tidy,
}
ANSWERS: dict[str, Callable[[Tx, Workspace, Answer], None]] = {
    "groups.members": members_told,
    "groups.profile": profile_told,
}

__all__ = [
    "ANSWERS",
    "DUE",
    "NoGroup",
    "NotMember",
    "People",
    "ask_for_members",
    "change_basics",
    "change_hours",
    "change_keeping",
    "change_leading",
    "channel_back",
    "channel_gone",
    "channel_moved",
    "check_hours",
    "come_in",
    "find_by_channel",
    "group_by_id",
    "group_for",
    "group_of_channel",
    "groups_of",
    "has_facilitated",
    "heard_by",
    "is_at_rest",
    "is_late",
    "join",
    "keeper",
    "known",
    "leave",
    "member",
    "members",
    "members_told",
    "next_facilitator",
    "not_a_member",
    "open_to",
    "person",
    "profile_changed",
    "profile_told",
    "reads_differently",
    "refresh_home",
    "remember",
    "require_member",
    "rest",
    "set_up",
    "show_card",
    "step_in",
    "step_out",
    "texts_in",
    "texts_of",
    "undeliverable",
    "wake",
]
