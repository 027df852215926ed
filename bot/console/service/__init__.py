"""Use cases of the console."""

from bot.console.service.drawing import announce_time_up, hand_over, refresh_console, repost_console
from bot.console.service.parking import deliver_parked_lines, park_line
from bot.console.service.presence import present_form_for, record_presence
from bot.console.service.silence import SILENCE_OVER, begin_silence, end_silence
