"""Views of agreements, of the trial, and of what concerns members."""

from bot.agreements.views.members import (
    NewcomerRef,
    about_size,
    ask_about_newcomer,
    ask_to_join,
    declined,
    for_guest,
    for_leader_elsewhere,
    how_many_talk_first,
    invitation,
    joined,
    newcomer_has_met,
    talk_first_noted,
)
from bot.agreements.views.text import (
    MAX_TEXT_LENGTH,
    AgreementsRef,
    Shown,
    agreements_changed,
    agreements_window,
    ask_to_agree,
    before_a_case,
    change_form,
    first_text,
    kept_as_draft,
    new_lines,
)
from bot.agreements.views.trial import (
    TrialRef,
    ask_member,
    ask_member_at_home,
    asks_to_go_on,
    goes_on,
    member_answered,
    members_are_asked,
    stops,
)
