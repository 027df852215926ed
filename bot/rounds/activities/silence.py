"""Silence: nobody speaks or types, and whoever types all the same is told nothing."""

from bot.sessions.service import Activity


class Silence(Activity):
    name = "silence"
