"""Use cases of who comes, who leads, and what is said before a meeting and after one was missed."""

from bot.attendance.service.digests import NUDGES
from bot.attendance.service.facilitator import facilitator_of, leader_for, method_for, methods_for
from bot.attendance.service.facilitator_offers import offer_to_lead, pass_on_lead
from bot.attendance.service.fit_checks import (
    Numbers,
    answer_fit_check,
    attendance_numbers,
    own_fit_check,
    share_fit_check,
    stop_fit_checks,
)
from bot.attendance.service.lookup import OtherDate, attendance_of_user, group_contact, meeting_of
from bot.attendance.service.meeting_events import DUE, on_session_opened
from bot.attendance.service.old_cards import on_old_digests
from bot.attendance.service.rsvp import (
    answer_invitation,
    brings_nothing,
    decide_meeting,
    give_reason,
    list_for,
    may_give_reason,
    nothing_to_bring,
    own_reason,
    record_attendance,
)
from bot.attendance.service.settings import change_reminders
