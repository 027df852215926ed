"""What a session looks like."""

from bot.sessions.views.refs import ControlRef, PhaseRef, SessionRef, StartRef, TakeOverRef
from bot.sessions.views.shown import Shown, plan_of

__all__ = ["ControlRef", "PhaseRef", "SessionRef", "Shown", "StartRef", "TakeOverRef", "plan_of"]
