"""Invitations, notices, cards and questions."""

from bot.attendance.views import fit_checks, private
from bot.attendance.views.card import Card, card, list_window, who_in_full
from bot.attendance.views.forms import (
    prompts_window,
    reason_form,
    reminders_form,
    share_form,
    stop_form,
)
from bot.attendance.views.invitation import (
    Agenda,
    Shown,
    answer_buttons,
    date_found,
    invitation,
    no_date,
    nothing_planned,
    notice,
    passed,
)
from bot.attendance.views.refs import AnswerRef, DateRef, DecideRef, FitRef
