"""States of a meeting and of a series, with the allowed transitions."""

from enum import StrEnum

from bot.states import StateMachine


class MeetingState(StrEnum):
    """The state of a meeting."""

    PLANNED = "planned"
    # A session was begun. When it is not held, the meeting is planned again.
    OPENED = "opened"
    CANCELLED = "cancelled"


MEETING_STATES = StateMachine(
    MeetingState,
    {
        MeetingState.PLANNED: (MeetingState.OPENED, MeetingState.CANCELLED),
        MeetingState.OPENED: (MeetingState.PLANNED,),
        MeetingState.CANCELLED: (),
    },
)


class MeetingOutcome(StrEnum):
    """Outcome of a meeting without a session, as a member reported it."""

    # Called off by itself. A meeting that a change of rhythm dropped has no outcome.
    CALLED_OFF = "called_off"
    # The group met without the bot.
    MET = "met"


class SeriesState(StrEnum):
    """The state of a series."""

    RUNNING = "running"
    ENDED = "ended"


SERIES_STATES = StateMachine(
    SeriesState,
    {
        SeriesState.RUNNING: (SeriesState.ENDED,),
        SeriesState.ENDED: (),
    },
)
