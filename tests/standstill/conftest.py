"""Played on the same stage as the sessions."""

from tests.sessions.conftest import stage

__all__ = ["stage"]
