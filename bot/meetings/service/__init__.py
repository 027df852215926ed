"""Use cases of meetings: planning, moving and cancelling one meeting or a series."""

from bot.meetings.queries import (
    change_count,
    last_held_meeting,
    meeting_by_id,
    meeting_for,
    meeting_of_session,
    meetings_between,
    meetings_over,
    meetings_since,
    next_meeting,
    running_series,
    series_for,
    upcoming_in_series,
    upcoming_meetings,
)
from bot.meetings.service.announcements import (
    announcement_key,
    correct_announcements,
    is_announcement_current,
    record_announcement,
)
from bot.meetings.service.planning import (
    cancel_meeting,
    close_for_session,
    open_for_session,
    plan_meeting,
)
from bot.meetings.service.recurrence import first_preview, preview_of_rule, tomorrow
from bot.meetings.service.series import (
    SeriesRequest,
    change_series,
    end_series,
    plan_series,
    series_request,
)
from bot.meetings.service.warnings import NeedsConfirmation, about_the_day
from bot.meetings.service.windows import other_rhythm_window, plan_window, rhythm_window
