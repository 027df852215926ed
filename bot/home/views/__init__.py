"""Views of the Home tab, of the overview in a channel and of personal settings."""

from bot.home.views.home import (
    CASES,
    IN_A_WINDOW,
    Mine,
    all_asks,
    all_cases,
    all_groups,
    home,
)
from bot.home.views.settings import saved, settings_form
from bot.home.views.status import Glance, GroupNow, glance_window, overview
