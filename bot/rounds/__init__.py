"""Rounds: what people do in the phases of a session."""
