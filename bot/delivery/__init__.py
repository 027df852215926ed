"""Delivery to Slack: the outbox stores each call, and the sender sends it after the commit, within rate limits."""
