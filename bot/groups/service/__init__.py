"""Use cases about groups and people; every room above looks them up here."""

from collections.abc import Callable

from bot import events
from bot.delivery.message import Answer
from bot.events import ChannelLost
from bot.groups.service import membership, retention
from bot.groups.service.channels import (
    ask_for_members,
    mark_reachable,
    mark_unreachable,
    on_channel_lost,
    on_members_listed,
    on_undeliverable,
    rename_channel,
)
from bot.groups.service.lookup import (
    NoGroup,
    NotMember,
    find_by_channel,
    group_by_id,
    group_for,
    group_of_channel,
    group_owner,
    groups_of,
    is_at_rest,
    joinable_by,
    listening_members,
    lock_group,
    member,
    members,
    next_facilitator,
    not_a_member,
    record_facilitation,
    require_member,
    texts_in,
)
from bot.groups.service.membership import (
    add_member,
    join_group,
    leave_group,
    observe_event,
    on_channel_join,
    on_channel_leave,
    profile_changed,
    profile_told,
)
from bot.groups.service.people import (
    People,
    known_person,
    person,
    reads_differently,
    refresh_home,
    remember,
    texts_of,
    today_of,
)
from bot.groups.service.settings import (
    change_basics,
    change_hours,
    change_keeping,
    change_leading,
    check_hours,
    pause_group,
    resume_group,
    show_card,
)
from bot.groups.service.setup import set_up
from bot.jobs import queue
from bot.storage import Tx, Workspace

DUE: dict[str, queue.Handler] = {
    **events.on(ChannelLost, on_channel_lost),
    membership.INVITATION: membership.send_invitation,
    retention.PURGE: retention.on_purge,
}
ANSWERS: dict[str, Callable[[Tx, Workspace, Answer], None]] = {
    "groups.members": on_members_listed,
    "groups.profile": profile_told,
}
