"""Pure decisions about a session: its clock, and whether the group can begin."""

from bot.sessions.rules.absence import TOO_LONG, Afterwards, afterwards, hold, keep_to
from bot.sessions.rules.gathering import FEW, Readiness, readiness
from bot.sessions.rules.timer import (
    SESSION_STATES,
    NotNow,
    PhasePlan,
    State,
    Timer,
    begin,
    carry_on,
    extend,
    go_back,
    go_on,
    pause,
    phase_over,
    stop,
    warning_at,
)
