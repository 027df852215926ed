"""Locale cache: people's language and time zone, kept for a short while.

Each click needs the person's locale, which hardly ever changes. Without the cache every click would start with a
transaction to read it.
"""

import asyncio
from collections import OrderedDict

from bot.slack.requests import UserLocale
from bot.storage import Workspace

# A transaction that changes a person's locale wakes this topic.
TOPIC = "readers"
MAX_USERS = 2000
# This process sees its own changes at once, and another process's after this long at the latest. Until then private
# answers may use the old language; nothing is decided by it.
KEPT_SECONDS = 30.0


class LocaleCache:
    """Locale cache; used from the event loop only."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Workspace, str], tuple[float, UserLocale]] = OrderedDict()
        # Number of changes: a locale that was read before a change must not be cached after it.
        self.changes = 0

    def get(self, workspace: Workspace, user: str) -> UserLocale | None:
        """The cached locale; None if it is unknown or too old."""
        until, locale = self._known.get((workspace, user), (0.0, None))
        return locale if until > asyncio.get_running_loop().time() else None

    def last_known(self, workspace: Workspace, user: str) -> UserLocale | None:
        """The last known locale, however old: a fallback while the database is unavailable."""
        return self._known.get((workspace, user), (0.0, None))[1]

    def put(self, workspace: Workspace, user: str, locale: UserLocale, changes: int) -> None:
        """Cache a locale that was read when `changes` had this value."""
        if changes != self.changes:
            return
        self._known[(workspace, user)] = (asyncio.get_running_loop().time() + KEPT_SECONDS, locale)
        self._known.move_to_end((workspace, user))
        if len(self._known) > MAX_USERS:
            self._known.popitem(last=False)

    def forget(self) -> None:
        """Clear the cache after somebody's locale changed."""
        self.changes += 1
        self._known.clear()
