"""Incoming Slack payloads: dispatch, the router, the requests that handlers get, and Block Kit."""
