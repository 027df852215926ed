"""Slack on the way in: the Bolt app, the table of handlers, what a handler is given, and Block Kit."""
