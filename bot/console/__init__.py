"""The console: one private message to whoever leads a session, edited in place."""
