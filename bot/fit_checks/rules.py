"""Pure rules of fit checks and of inactive groups."""

from datetime import timedelta

# The answers to a fit check, the question whether the group still fits.
FITS = ("fits", "time", "rhythm", "stop")
# The answers that may be shared, with a line of one's own.
SHAREABLE = ("time", "rhythm")
# A group that has no date this long after its last meeting is asked once whether it goes on.
NOTHING_PLANNED_AFTER = timedelta(days=21)
