"""Use cases of attendance: RSVP, facilitator, invitation, reminders, and who came."""

from bot.attendance.queries import (
    OtherDate,
    attendance_list,
    attendance_numbers,
    facilitator_of,
    group_contact,
    group_of_reader,
    has_just_missed_enough,
    has_missed,
    has_missed_held_meetings,
    has_nothing_to_bring,
    head_count,
    is_reason_wanted,
    own_reason,
    people_coming,
    rsvp_of,
)
from bot.attendance.service.additions import extend_card, extend_presenter_message
from bot.attendance.service.attendance import mark_met, record_attendance, withdraw_attendance
from bot.attendance.service.facilitator import (
    default_method,
    facilitator_for_session,
    is_card_due,
    methods_for_session,
)
from bot.attendance.service.facilitator_offers import offer_to_lead, pass_on_lead
from bot.attendance.service.meeting_events import on_session_begun, on_session_opened
from bot.attendance.service.old_cards import schedule_card_rewrites
from bot.attendance.service.reminders import change_reminders
from bot.attendance.service.rsvp import (
    answer_invitation,
    bring_nothing,
    decide_meeting,
    give_reason,
    shorten_next_meeting,
)
from bot.attendance.service.subjects import OVER, PRESENT, READ_ALONG, of_meeting, plan_meeting_nudge
