"""Views of cases: the form, and cases as lists and pages."""

from bot.cases.views.case import (
    MINE_SHOWN,
    WAITING_SHOWN,
    CaseChoice,
    CaseRef,
    ask_to_go_on,
    case_blocks,
    case_text,
    closing_all,
    deleting,
    deleting_treated,
    kind_and_state,
    lists,
    reading,
    saved,
    state_name,
    subject_line,
    title_and_subject,
    title_of,
    withdrawing,
)
from bot.cases.views.form import AgreeRef, CaseForm, Offer, form, more_form, says_agreed
from bot.slack.blocks import Block
