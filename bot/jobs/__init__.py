"""Time: the one clock, work that falls due, and what wakes it."""
