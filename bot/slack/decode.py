"""Slack's payloads as plain values."""

from typing import Any

from bot.storage import Workspace


def workspace_of(body: dict[str, Any]) -> Workspace:
    """The workspace that a payload came from. Pages: block_actions payload; The Events API."""
    team = body.get("team")
    team_id = body.get("team_id") or (team or {}).get("id")
    if team_id is None:
        # An org-wide installation sends no team with views; the person's own one stands in for it.
        team_id = (body.get("user") or {}).get("team_id", "")
    enterprise = body.get("enterprise_id") or (body.get("enterprise") or {}).get("id") or ""
    return Workspace(str(team_id), str(enterprise))


def value_of(element: dict[str, Any]) -> Any:
    """What somebody filled in: text, an option's value, a list of values, a date, a time, a user id, or None."""
    if "selected_option" in element:
        chosen = element["selected_option"]
        return chosen["value"] if chosen else None
    for name in ("selected_options", "selected_users"):
        if name in element:
            return [item["value"] if isinstance(item, dict) else item for item in element[name] or []]
    for name in ("selected_date", "selected_time", "selected_user", "selected_date_time", "value"):
        if name in element:
            return element[name]
    return None


def fields_of(view: dict[str, Any]) -> dict[str, Any]:
    """A form's fields by block id."""
    values = view.get("state", {}).get("values", {})
    return {
        block_id: value_of(next(iter(elements.values()))) for block_id, elements in values.items() if elements
    }
