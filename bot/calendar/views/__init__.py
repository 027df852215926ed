"""Meetings as calendar files, and the window in which they are offered."""

from bot.calendar.views.files import Entry, calendar_file
from bot.calendar.views.windows import Address, FeedRef, Window, note, window
