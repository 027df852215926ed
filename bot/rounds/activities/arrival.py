"""Arrival: one sentence each. In a room there is only the clock, and in the thread it is left out."""

from bot.sessions.service import Activity, Opening
from bot.storage import Tx


class Arrival(Activity):
    name = "arrival"

    def is_needed(self, tx: Tx, opening: Opening) -> bool:
        return not opening.has_arrived
