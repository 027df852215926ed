"""Arrival: one sentence each. In a room there is only the clock, and in the thread it is left out."""

from bot.sessions.service import Activity


class Arrival(Activity):
    name = "arrival"
