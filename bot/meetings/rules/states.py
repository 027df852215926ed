"""States of a meeting, and of the rhythm that it may come from."""

from enum import StrEnum

from bot.states import StateMachine


class MeetingState(StrEnum):
    """The state of a meeting."""

    PLANNED = "planned"
    # A session began. When nothing comes of that, the meeting is still to be.
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


class SeriesState(StrEnum):
    """The state of a rhythm."""

    RUNNING = "running"
    ENDED = "ended"


SERIES_STATES = StateMachine(
    SeriesState,
    {
        SeriesState.RUNNING: (SeriesState.ENDED,),
        SeriesState.ENDED: (),
    },
)
