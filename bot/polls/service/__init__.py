"""Use cases of the priority poll: opening, voting, closing, and asking the presenter."""

from bot.polls.service.case_events import session_started, take_only
from bot.polls.service.choosing import answer_presenter, close_now
from bot.polls.service.lookup import chosen, open_in
from bot.polls.service.voting import CaseLeft, ballot_of, candidates_for, open_poll, vote
