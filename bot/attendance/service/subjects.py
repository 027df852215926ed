"""Stored names: the kinds of nudges and jobs of this room, and the nudges that are about a meeting."""

from datetime import datetime
from typing import Any

from bot.groups.records import Group
from bot.meetings.records import Meeting
from bot.nudges import service as nudges
from bot.storage import Tx

# Nudges.
PREPARE = "presence.prepare"
ASK = "presence.ask"
PRESENT = "presence.present"
LEADS = "presence.leads"
CARD = "presence.card"
FEW = "presence.few"
OFF = "presence.off"
# The presenter lets whoever leads read the case (bot/console).
READ_ALONG = "presence.read_along"
# The nudges that are of no use once the meeting is over.
ABOUT_A_MEETING = (PREPARE, ASK, PRESENT, LEADS, CARD, FEW, READ_ALONG)
# Jobs.
REMINDER = "presence.moment"
OVER = "presence.over"
OLD_DIGESTS = "presence.old_letters"


def of_meeting(meeting: Meeting) -> str:
    """The subject of every nudge about a meeting: with it they are cancelled together."""
    return f"presence/{meeting.id}"


def start_of(meeting: Meeting) -> int:
    """The start in Unix seconds. Buttons and jobs carry it, to see whether the date has changed."""
    return int(meeting.starts_at.timestamp())


def about(meeting: Meeting) -> dict[str, Any]:
    """The data of a job or nudge about a meeting."""
    return {"meeting": meeting.id, "at": start_of(meeting)}


def plan_meeting_nudge(
    tx: Tx, group: Group, meeting: Meeting, user: str, kind: str, at: datetime, **more: Any
) -> None:
    """Plan a nudge about a meeting; it is dropped when the meeting begins. `more` goes into its data."""
    nudges.plan_nudge(
        tx,
        user,
        kind,
        of_meeting(meeting),
        at,
        group=group.id,
        until=meeting.starts_at,
        data={**about(meeting), **more},
    )
