"""Use cases of meetings: which there are, planning, moving and cancelling one or a series of them."""

from bot import events
from bot.events import GroupPurged, GroupResumed
from bot.jobs import queue
from bot.meetings.service.announcements import (
    announced_with,
    correct,
    key_of,
    record_announcement,
)
from bot.meetings.service.lookup import (
    changes_so_far,
    coming,
    find_meeting,
    find_series,
    meeting_by_id,
    next_meeting,
    of_series,
    series_of,
)
from bot.meetings.service.planning import (
    NeedsConfirmation,
    cancel_meeting,
    close_for_session,
    open_for_session,
    plan_meeting,
)
from bot.meetings.service.retention import on_group_purged
from bot.meetings.service.series import (
    EXTEND,
    SeriesRequest,
    change_series,
    end_series,
    on_extend_due,
    on_group_resumed,
    plan_series,
    preview,
    preview_again,
    series_request,
    tomorrow,
)
from bot.meetings.service.warnings import about_the_day

DUE: dict[str, queue.Handler] = {
    EXTEND: on_extend_due,
    **events.on(GroupResumed, on_group_resumed),
    **events.on(GroupPurged, on_group_purged),
}
