"""Groups: channels, members and people. Every room above looks them up here.

A group's contact is one idea at two heights. `group_owner` hears of matters of the group itself. Above this room,
`attendance.meeting_contact` hears of a meeting, and `attendance.group_contact` of the group's coming meeting.
"""

from bot.groups.queries import (
    active_group_ids,
    attendance_choices,
    channel_group,
    group_by_id,
    group_owner,
    groups_of,
    groups_that_ask,
    groups_to_merge,
    invited_group_ids,
    invited_groups,
    is_at_rest,
    is_invited,
    is_quiet,
    is_stalled,
    joinable_groups,
    known_person,
    leader_of,
    lock_group,
    member,
    members,
    participants_of,
    people_after,
    without_membership,
)
from bot.groups.service.access import (
    NoGroup,
    NotMember,
    brings_nothing_in,
    group_for,
    group_for_participant,
    group_of_channel,
    not_a_member,
    require_member,
    require_participant,
)
from bot.groups.service.channels import (
    ask_for_members,
    mark_reachable,
    mark_unreachable,
    on_undeliverable,
    rename_channel,
)
from bot.groups.service.discretion import discreet_in, discreet_to
from bot.groups.service.facilitation import (
    fixed_facilitator,
    is_led_in_turn,
    next_facilitator,
    record_facilitation,
)
from bot.groups.service.gathering import end_gathering, update_who_joins
from bot.groups.service.greeting import greet_channel
from bot.groups.service.language import choose_language, private_texts, texts_in, texts_of
from bot.groups.service.leader import (
    count_read_along,
    join_as_leader,
    take_part,
)
from bot.groups.service.leader_request import forget_request, require_request
from bot.groups.service.membership import (
    add_member,
    decline_invitation,
    join_group,
    leave_group,
    move_member,
    observe_event,
    on_channel_join,
    on_channel_leave,
    on_profile_changed,
)
from bot.groups.service.names import refresh_names
from bot.groups.service.overview import overview
from bot.groups.service.people import (
    People,
    choose_attendance_years,
    ensure_person,
    language_of,
    person_or_default,
    refresh_home,
    store_profile,
    today_of,
)
from bot.groups.service.private import post_dm, update_dm
from bot.groups.service.retention import (
    MESSAGES_A_NIGHT,
    announce_messages_go,
    messages_go_until,
    next_night,
)
from bot.groups.service.roster import NIGHT, reconcile_members, schedule_reconciliation
from bot.groups.service.settings import (
    change_basics,
    change_hours,
    change_leading,
    change_retention,
    check_hours,
    choose_way_of_meeting,
    pause_group,
    resume_group,
    update_card,
)
from bot.groups.service.setup import set_up
