"""Views of privacy: what is stored of somebody, how long, and what deleting does."""

from bot.privacy.views.attendance import attendance_chosen, attendance_form
from bot.privacy.views.page import (
    Attended,
    Known,
    Receipt,
    case_deleted,
    file_failed,
    file_note,
    file_sent,
    forget_form,
    forgotten_window,
    messages_stay,
    page,
    receipt,
    receipt_with_failures,
)
from bot.privacy.views.waiting import does_it_stay, gone, stays, went_unanswered
