"""The stage of the sessions: the whole bot, with a group that has a case."""

from tests.sessions.conftest import stage, with_case

__all__ = ["stage", "with_case"]
