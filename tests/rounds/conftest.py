"""The rounds are played on the same stage as the sessions."""

from tests.sessions.conftest import stage, with_case

__all__ = ["stage", "with_case"]
