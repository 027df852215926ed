"""Use cases of finding a date together."""

from bot.date_polls.service.answering import vote, vote_form
from bot.date_polls.service.choosing import cancel, choose, choose_form
from bot.date_polls.service.lookup import going_on
from bot.date_polls.service.moments import DUE, NUDGES
from bot.date_polls.service.proposing import ask, begin, check_form, keep_typed, more_form, new_form
