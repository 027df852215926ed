"""What a session looks like."""

from bot.sessions.views.refs import ControlRef, PhaseRef, SessionRef, StartRef

__all__ = ["ControlRef", "PhaseRef", "SessionRef", "StartRef"]
