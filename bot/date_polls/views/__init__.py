"""Views of date polls: forms, the message in the channel, and private questions."""

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
from bot.date_polls.views.messages import (
    Standing,
    ask_part,
    choose_part,
    date_poll_message,
    gone,
    has_answered,
    thanks,
)
from bot.date_polls.views.refs import MarkRef, SearchRef, SlotsRef
