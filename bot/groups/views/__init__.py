"""Views of a group: its card, its forms and its private messages."""

from bot.groups.views.card import (
    card,
    emptied,
    group_paused,
    group_resumed,
    has_joined,
    leader_has_joined,
    leader_takes_part,
    messages_stay_changed,
    messages_will_go,
    rest_button,
    retention_changed,
)
from bot.groups.views.forms import (
    OUTSIDE,
    THEMES,
    confirm_shorter_retention,
    set_up_form,
    settings_form,
    stamp,
)
from bot.groups.views.gathering import has_begun, who_joins
from bot.groups.views.next_steps import (
    begin_button,
    case_button,
    choose_button,
    plan_button,
    vote_button,
)
from bot.groups.views.overview import farewell_button, group_overview, outsider_view
from bot.groups.views.private import (
    channel_lost,
    greeted,
    greeting,
    invite_me,
    joined,
    left,
    not_delivered,
    not_here,
    offer,
    ready,
    with_language_hint,
)
from bot.groups.views.refs import ChannelRef, GroupRef, KeepingRef, SettingsRef
from bot.groups.views.words import (
    advice,
    days_in_words,
    group_name,
    keeping,
    meets,
    settings,
    ways_of_meeting,
)
