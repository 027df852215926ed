"""Use cases of date polls: find a date together."""

from bot.date_polls.queries import running_date_poll, users_who_said_yes
from bot.date_polls.service.answering import date_vote_form, vote_on_dates
from bot.date_polls.service.choosing import cancel_date_poll, choose_date, date_choice_form
from bot.date_polls.service.proposing import (
    date_check_form,
    keep_typed,
    more_dates_form,
    new_date_poll_form,
    open_date_poll,
    propose_dates,
)
