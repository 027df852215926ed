"""Under which names this room plans what is to come."""

from bot.meetings.records import Meeting

# Private messages.
PREPARE = "presence.prepare"
ASK = "presence.ask"
PRESENT = "presence.present"
LEADS = "presence.leads"
CARD = "presence.card"
FEW = "presence.few"
OFF = "presence.off"
FITS = "presence.fits"
SHARED = "presence.shared"
# Moments.
MOMENT = "presence.moment"
OVER = "presence.over"
NOTHING_PLANNED = "presence.nothing_planned"
OLD_LETTERS = "presence.old_letters"


def of(meeting: Meeting) -> str:
    """The subject of every private message about a meeting, so that all of them can be dropped at once."""
    return f"presence/{meeting.id}"


def start_of(meeting: Meeting) -> int:
    """The start in seconds, by which buttons and moments know whether the date has changed since."""
    return int(meeting.starts_at.timestamp())
