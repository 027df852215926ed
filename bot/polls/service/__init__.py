"""Use cases of the priority poll: open it, vote, close it, and ask the presenter."""

from bot.polls.queries import chosen_case, open_poll_around, open_poll_of
from bot.polls.service.case_events import finish_poll_of_case, take_only_case
from bot.polls.service.choosing import answer_presenter, close_poll_by_hand
from bot.polls.service.voting import (
    CaseLeft,
    ballot_of,
    candidates_for,
    give_votes,
    open_poll,
    remove_votes,
)
