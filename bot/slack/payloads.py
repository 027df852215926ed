"""Payload parsing: Slack's payloads as plain values."""

from typing import Any

from bot.slack import form_values
from bot.slack.codec import Tampered
from bot.texts import Refused


def chosen_of(body: dict[str, Any], action: dict[str, Any]) -> str:
    """The value of a clicked button or a chosen option. Raises Tampered if the menu does not offer it.

    Clicks in an ephemeral message come without the message; then the value can't be checked here.
    """
    option = action.get("selected_option")
    chosen = option.get("value") if isinstance(option, dict) else None
    value = action.get("value") or chosen or ""
    if not isinstance(value, str):
        raise Tampered
    choices = _choices_in(body.get("view") or body.get("message") or {}, action)
    if choices and value not in choices:
        raise Tampered
    return value


def _choices_in(shown: dict[str, Any], action: dict[str, Any]) -> set[str]:
    """The values of the menu that was used; empty for a button, and if the menu is not in the payload."""
    found: set[str] = set()
    for block in shown.get("blocks") or []:
        if (block.get("block_id") or "") != (action.get("block_id") or ""):
            continue
        for element in (block.get("accessory"), block.get("element"), *block.get("elements", ())):
            if isinstance(element, dict) and element.get("action_id") == action.get("action_id"):
                found |= form_values.offered(element)
    return found


def fields_of(view: dict[str, Any]) -> dict[str, Any]:
    """The values of a form by block id. Raises Refused, with the field, for an invalid value.

    Only fields in the view's blocks are read; the blocks are Slack's own copy of the form.
    """
    values = (view.get("state") or {}).get("values") or {}
    fields: dict[str, Any] = {}
    for block in view.get("blocks") or []:
        name, element = block.get("block_id"), block.get("element")
        if block.get("type") != "input" or element is None or not values.get(name):
            continue
        try:
            fields[name] = form_values.value_in(element, values[name].get(element.get("action_id")))
        except form_values.NotOffered as problem:
            raise _not_offered(name) from problem
        except form_values.TooLong as problem:
            raise _too_long(name, problem.at_most) from problem
    return fields


def _not_offered(field: str) -> Refused:
    return Refused(lambda t: t("This can't be chosen here. Please choose again."), field)


def _too_long(field: str, at_most: int) -> Refused:
    return Refused(lambda t: t("This is too long. There is room for {n} characters.", n=at_most), field)
