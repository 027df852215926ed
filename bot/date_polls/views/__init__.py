"""The search for a date as forms and as a message in the channel."""

from bot.date_polls.views.forms import (
    DATE,
    Proposed,
    check_form,
    choose_form,
    day_field,
    hour_field,
    mark_form,
    slots_form,
)
from bot.date_polls.views.messages import Standing, ask_part, asked, choose_part, gone, thanks
from bot.date_polls.views.refs import MarkRef, SearchRef, SlotsRef
