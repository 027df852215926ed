"""Sessions: one case, treated by one method, phase by phase, in a thread."""
