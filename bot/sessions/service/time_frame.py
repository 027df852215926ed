"""Time frame: until when the group has, and what is offered when that no longer fits."""

from datetime import datetime, timedelta

from bot.groups.records import Group
from bot.meetings import rules as dates
from bot.meetings import service as meetings
from bot.sessions import balance
from bot.storage import Tx
from bot.texts import Refused

# A proposed end is on a whole five minutes.
ROUND = 5 * 60
# With less than this nobody tells a case and looks back.
MIN_TIME = timedelta(minutes=15)


def usual_end(tx: Tx, group: Group, minutes: int) -> str:
    """Until when the group probably has: the planned end of its meeting, or as long as the method takes from now."""
    ends_at = tx.now + timedelta(minutes=minutes)
    ends_at += timedelta(seconds=-ends_at.timestamp() % ROUND)
    meeting = meetings.next_meeting(tx, group)
    if meeting is not None and meeting.starts_at <= tx.now + MIN_TIME and meeting.ends_at > tx.now + MIN_TIME:
        ends_at = meeting.ends_at
    return dates.local_of(ends_at, group.zone)[1]


def end_of_session(tx: Tx, group: Group, clock: str) -> datetime:
    """The end time that somebody typed. Raises Refused at the field for one that has passed or comes too soon."""
    try:
        found = balance.end_time(clock, group.zone, tx.now)
    except ValueError:
        found = None
    if found is None:
        raise Refused(lambda t: t("That time has passed. Choose one that is still to come."), "until")
    if found < tx.now + MIN_TIME:
        raise Refused(
            lambda t: t("That is too soon for a case. Take at least a quarter of an hour, or begin later."),
            "until",
        )
    return found
