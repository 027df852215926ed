"""Payloads on their way to the bot: over a socket or as signed requests, and what they look like."""
