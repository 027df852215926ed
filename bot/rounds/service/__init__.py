"""Use cases of the rounds."""

from bot.rounds.service.advice import are_turns_over, turn_now
from bot.rounds.service.evaluation import (
    ask_newcomers,
    averages_shown,
    question_in_console,
    show_averages_when_complete,
)
from bot.rounds.service.participation import (
    is_asked_of_all,
    is_everyone_done,
    not_heard,
    people_aloud,
    record_aloud,
    respondents,
)
from bot.rounds.service.rewording import question_now
from bot.rounds.service.safety import last_session_was_unsafe
