"""Views of the console."""

from bot.console.views.after import After, Taken
from bot.console.views.console import Console, console, handed_over, time_is_up, unsafe_line
from bot.console.views.told import parked_lines, silence_begins, silence_over, silence_runs
from bot.console.views.windows import (
    Presence,
    next_time_form,
    own_line_form,
    park_form,
    present_form,
    sentences,
)
