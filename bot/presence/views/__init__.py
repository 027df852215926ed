"""Invitations, notices, cards and questions."""

from bot.presence.views import fits, private
from bot.presence.views.card import Card, card, list_window, who_in_full
from bot.presence.views.forms import (
    prompts_window,
    reason_form,
    reminders_form,
    share_form,
    stop_form,
)
from bot.presence.views.invitation import (
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
from bot.presence.views.refs import AnswerRef, DateRef, DecideRef, FitRef

__all__ = [
    "Agenda",
    "AnswerRef",
    "Card",
    "DateRef",
    "DecideRef",
    "FitRef",
    "Shown",
    "answer_buttons",
    "card",
    "date_found",
    "fits",
    "invitation",
    "list_window",
    "no_date",
    "nothing_planned",
    "notice",
    "passed",
    "private",
    "prompts_window",
    "reason_form",
    "reminders_form",
    "share_form",
    "stop_form",
    "who_in_full",
]
