"""Use cases of selections."""

from bot.selections.queries import running_selection, selection_before
from bot.selections.service.access import OfferToLead, choosing_for
from bot.selections.service.choice import (
    accept_case,
    cases_to_pick,
    count_now,
    decline_chosen,
    give_vote,
    open_vote,
    pick_case,
    take_question_back,
)
from bot.selections.service.lines import (
    bring_line,
    confirm_line,
    echo,
    line_form_for,
    own_line_form,
    reject_line,
    type_line,
)
from bot.selections.service.people import attendance_form, check_in_to_choose, tick_people
from bot.selections.service.showing import clock_of, offer_of_running
from bot.selections.service.steps import (
    begin_next_step,
    go_round_again,
    open_selection,
    stop_selection,
    take_over_selection,
)
from bot.selections.service.time import extend_step, pause_selection, resume_selection
