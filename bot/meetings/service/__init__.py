"""Use cases of meetings: which there are, planning, moving and cancelling one or a series of them."""

from bot import events
from bot.events import GroupForgets, GroupWakes
from bot.meetings.service.doubts import about_the_day
from bot.meetings.service.forgetting import on_group_forgets
from bot.meetings.service.lookup import (
    changes_so_far,
    coming,
    find,
    find_series,
    meeting_by_id,
    next_meeting,
    of_series,
    series_of,
)
from bot.meetings.service.planning import AskFirst, cancel, ended, opened, plan
from bot.meetings.service.series import (
    EXTEND,
    Wish,
    change_series,
    end_series,
    extend,
    on_group_wakes,
    plan_series,
    preview,
    preview_again,
    tomorrow,
    wish,
)
from bot.meetings.service.telling import (
    is_told_by,
    key_of,
    take_back,
    tells,
)
from bot.timing import due

__all__ = [
    "DUE",
    "EXTEND",
    "AskFirst",
    "Wish",
    "about_the_day",
    "cancel",
    "change_series",
    "changes_so_far",
    "coming",
    "end_series",
    "ended",
    "extend",
    "find",
    "find_series",
    "is_told_by",
    "key_of",
    "meeting_by_id",
    "next_meeting",
    "of_series",
    "opened",
    "plan",
    "plan_series",
    "preview",
    "preview_again",
    "series_of",
    "take_back",
    "tells",
    "tomorrow",
    "wish",
]


DUE: dict[str, due.Handler] = {
    EXTEND: extend,
    **events.on(GroupWakes, on_group_wakes),
    **events.on(GroupForgets, on_group_forgets),
}
