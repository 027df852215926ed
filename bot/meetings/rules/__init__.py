"""Pure rules of dates: what was agreed as a moment, a rhythm as dates, and which of them are free days."""

from bot.meetings.rules.dates import (
    AT_MOST_AHEAD,
    STILL_GOING,
    local_of,
    moment_of,
    problem_with,
)
from bot.meetings.rules.states import MEETING_STATES, SERIES_STATES, MeetingState, SeriesState
