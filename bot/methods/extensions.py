"""Extensions: how many minutes more a phase gets, each time no more than before."""

from datetime import timedelta

# Each extension of one phase. After the last one the facilitator asks the group aloud.
EXTENSIONS = (timedelta(minutes=2), timedelta(minutes=2), timedelta(minutes=1))


def extension(already: int) -> timedelta | None:
    """The next extension of a phase that was extended some times; None after the last."""
    return EXTENSIONS[already] if already < len(EXTENSIONS) else None
