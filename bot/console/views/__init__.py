"""Views of the console."""

from bot.console.views.after import After, Taken
from bot.console.views.console import console, handed_over, time_is_up, unsafe_line
from bot.console.views.controls import (
    AT_ONCE,
    act_id,
    clock_window,
    closing_window,
    more_window,
    offer_window,
)
from bot.console.views.told import done, parked, parked_lines, silence_begins, silence_over, silence_runs
from bot.console.views.values import Console
from bot.console.views.windows import (
    Presence,
    next_time_form,
    own_line_form,
    park_form,
    present_form,
    sentences,
)
