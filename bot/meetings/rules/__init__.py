"""Pure rules of meetings: local dates as moments, a rhythm as dates, and the states."""

from bot.meetings.rules.dates import (
    AT_MOST_AHEAD,
    LENGTHS,
    STILL_GOING,
    USUAL_MINUTES,
    local_of,
    minutes_of,
    moment_of,
    problem_with,
)
from bot.meetings.rules.states import MEETING_STATES, SERIES_STATES, MeetingOutcome, MeetingState, SeriesState
