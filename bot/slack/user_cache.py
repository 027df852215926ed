"""How people read, remembered for a short while.

Each click asks for the language and the zone of whoever clicked, and both hardly ever change; without this every
click would begin with a transaction that only looks that up.
"""

import asyncio
from collections import OrderedDict

from bot.slack.requests import UserLocale
from bot.storage import Workspace

# Whoever changes how a person reads wakes this topic.
TOPIC = "readers"
MAX_USERS = 2000
# In this process a change shows at once. Another process's change shows after this long at the latest: until then
# somebody gets private answers in the language that they had a moment ago, and nothing is decided by that.
KEPT_SECONDS = 30.0


class LocaleCache:
    """A small memory of readers; used from the event loop only."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Workspace, str], tuple[float, UserLocale]] = OrderedDict()
        # Counts the changes: what was read before one must not be remembered after it.
        self.changes = 0

    def get(self, workspace: Workspace, user: str) -> UserLocale | None:
        """The locale, if we have looked it up a moment ago."""
        until, locale = self._known.get((workspace, user), (0.0, None))
        return locale if until > asyncio.get_running_loop().time() else None

    def last_known(self, workspace: Workspace, user: str) -> UserLocale | None:
        """The locale as it was, however long ago: better than nothing while the database is away."""
        return self._known.get((workspace, user), (0.0, None))[1]

    def put(self, workspace: Workspace, user: str, locale: UserLocale, changes: int) -> None:
        """Remembers a locale that was looked up when there had been so many changes."""
        if changes != self.changes:
            return
        self._known[(workspace, user)] = (asyncio.get_running_loop().time() + KEPT_SECONDS, locale)
        self._known.move_to_end((workspace, user))
        if len(self._known) > MAX_USERS:
            self._known.popitem(last=False)

    def forget(self) -> None:
        """Somebody reads differently from now on."""
        self.changes += 1
        self._known.clear()
