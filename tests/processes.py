"""Processes that a test starts."""

import signal


def hear_signals() -> None:
    """Ctrl+C reaches the new process, also where a shell has started the tests in the background.

    Such a shell lets its jobs ignore SIGINT, and whatever they start ignores it too.
    https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_11
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
