"""Use cases of meetings: which there are, planning, moving and cancelling one or a series of them."""

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
from bot.meetings.service.planning import AskFirst, cancel, opened, plan
from bot.meetings.service.reminders import REMINDER, remind
from bot.meetings.service.series import (
    EXTEND,
    Wish,
    change_series,
    end_series,
    extend,
    plan_series,
    preview,
    preview_again,
    tomorrow,
    wish,
)
from bot.meetings.service.telling import BEFORE, CANCELLED, MOVED, PLANNED
from bot.timing import due

__all__ = [
    "BEFORE",
    "CANCELLED",
    "DUE",
    "EXTEND",
    "MOVED",
    "PLANNED",
    "REMINDER",
    "AskFirst",
    "Wish",
    "cancel",
    "change_series",
    "changes_so_far",
    "coming",
    "end_series",
    "extend",
    "find",
    "find_series",
    "meeting_by_id",
    "next_meeting",
    "of_series",
    "opened",
    "plan",
    "plan_series",
    "preview",
    "preview_again",
    "remind",
    "series_of",
    "tomorrow",
    "wish",
]


def _told_above(tx: object, item: due.Item) -> None:
    """Rooms above may care; this one has done its part."""


DUE: dict[str, due.Handler] = {
    REMINDER: remind,
    EXTEND: extend,
    # A kind must have a handler, also while no room above listens.
    PLANNED: _told_above,
    MOVED: _told_above,
    CANCELLED: _told_above,
}
