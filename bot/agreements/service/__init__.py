"""Agreements of a group, its trial, invitations, somebody new, and advice about its size and its guests."""

from bot.agreements.service.invitations import decline_invitation
from bot.agreements.service.newcomers import talk_first
from bot.agreements.service.suggestion import decline_suggestion, suggested_text
from bot.agreements.service.text import (
    agree,
    agreements_page,
    change_agreements,
    contact_of,
    current_text,
    current_version,
    has_agreed,
    is_free_to_hand_in,
)
from bot.agreements.service.trial import answer_trial, continue_group, is_asked, stop_group
