"""Views of sessions."""

from bot.sessions.views.refs import ControlRef, PhaseRef, SessionRef, StartRef, TakeOverRef
from bot.sessions.views.session_view import SessionView, plan_of
