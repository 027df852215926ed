"""The search for a date as forms and as a message in the channel."""

from bot.dates.views.forms import (
    DATE,
    Proposed,
    check_form,
    choose_form,
    day_field,
    hour_field,
    mark_form,
    slots_form,
)
from bot.dates.views.messages import Standing, ask_part, asked, choose_part, gone, thanks
from bot.dates.views.refs import MarkRef, SearchRef, SlotsRef

__all__ = [
    "DATE",
    "MarkRef",
    "Proposed",
    "SearchRef",
    "SlotsRef",
    "Standing",
    "ask_part",
    "asked",
    "check_form",
    "choose_form",
    "choose_part",
    "day_field",
    "gone",
    "hour_field",
    "mark_form",
    "slots_form",
    "thanks",
]
