"""What the Home tab, the overview in a channel and one's own settings look like."""

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
