"""For every button and every form of the bot: how one gets to where it can be pressed, and what it then carries.

Each recipe prepares a workspace of its own and returns what somebody does there.
"""

from tests.resilience import (
    around_dates,
    around_it,
    at_the_console,
    before_a_meeting,
    choosing_together,
    in_a_session,
    leading_from_outside,
)
from tests.resilience.acts import RECIPES, Act, as_sent, sweep

__all__ = [
    "RECIPES",
    "Act",
    "around_dates",
    "around_it",
    "as_sent",
    "at_the_console",
    "before_a_meeting",
    "choosing_together",
    "in_a_session",
    "leading_from_outside",
    "sweep",
]
