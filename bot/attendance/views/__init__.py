"""Views of attendance: the invitation, reminders, the facilitator card and private questions."""

from bot.attendance.views import private
from bot.attendance.views.card import Card, card, list_window, who_in_full
from bot.attendance.views.forms import (
    prompts_window,
    reason_form,
    reminders_form,
)
from bot.attendance.views.invitation import (
    Agenda,
    Shown,
    answer_buttons,
    invitation,
    met,
    notice,
    notice_settled,
    passed,
)
from bot.attendance.views.private import Words
from bot.attendance.views.refs import AnswerRef, DateRef, DecideRef
