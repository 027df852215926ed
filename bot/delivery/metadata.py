"""Metadata of the bot's messages: the key by which Slack's pages of messages tell which is which."""

from typing import Any

# Messages per page. https://docs.slack.dev/reference/methods/conversations.replies
PAGE_SIZE = 200


def metadata_of(key: str) -> dict[str, Any]:
    """Every app in the workspace can read metadata, so it holds the key and no content."""
    return {"event_type": "intervisie", "event_payload": {"key": key}}


def key_in(message: dict[str, Any]) -> str | None:
    """The key of a message as Slack shows it; None in a message that is not the bot's."""
    key = message.get("metadata", {}).get("event_payload", {}).get("key")
    return str(key) if key else None
