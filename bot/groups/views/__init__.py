"""What people see of a group: its card, its forms, and what is said in private."""

from bot.groups.views.card import card, goes_on, has_joined, keeps_otherwise, rest_button, rests
from bot.groups.views.forms import THEMES, keeping_sure, set_up_form, settings_form, stamp
from bot.groups.views.overview import outside, overview
from bot.groups.views.private import (
    gone,
    invitation,
    invite_me,
    joined,
    left,
    not_delivered,
    offer,
    ready,
)
from bot.groups.views.refs import ChannelRef, GroupRef, KeepingRef, SettingsRef
from bot.groups.views.words import advice, called, days_in_words, keeping, meets, settings
