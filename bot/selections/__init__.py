"""Selections: a group chooses its case together at the start, from who is there, before the session begins."""
