"""Form values, validated against their elements: the offered options, the length, a real date.

Slack's own clients send only valid values; any other value was made by hand.
https://docs.slack.dev/reference/block-kit/block-elements
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

import re
from collections.abc import Callable
from datetime import date, time
from typing import Any

from bot.slack import limits

_USER = re.compile(r"[UW][A-Z0-9]{1,20}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_HOUR = re.compile(r"\d{2}:\d{2}", re.ASCII)

_NEW_LINES = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")
# Days of which a few years before and after still exist, in every time zone: the calendar ends with 9999.
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)

Element = dict[str, Any]


class NotOffered(Exception):
    """A value that the element does not offer."""


class TooLong(Exception):
    """A text that is longer than its field."""

    def __init__(self, at_most: int) -> None:
        super().__init__()
        self.at_most = at_most


def value_in(element: Element, held: Any) -> Any:
    """A field's value: text, an option's value, a list of values, a date, a time, or a user id; None if empty.

    Raises NotOffered or TooLong.
    """
    read = _READ.get(str(element.get("type")))
    if read is None or not isinstance(held, dict):
        raise NotOffered
    return read(element, held)


def offered(element: Element) -> set[str]:
    """The values that a menu offers."""
    groups = [{"options": element.get("options", [])}, *element.get("option_groups", [])]
    return {option["value"] for group in groups for option in group["options"]}


def _text(element: Element, held: Element) -> str | None:
    value = _string(held.get("value"))
    at_most = int(element.get("max_length", limits.INPUT_TEXT))
    if value is not None and len(value) > at_most:
        raise TooLong(at_most)
    # Slack's clients type no new line there, and a group's name goes into calendar files.
    return value if value is None or element.get("multiline") else _NEW_LINES.sub(" ", value)


def _choice(element: Element, held: Element) -> str | None:
    option = held.get("selected_option")
    return _offered(element, option) if option else None


def _choices(element: Element, held: Element) -> list[str]:
    options = held.get("selected_options") or []
    if not isinstance(options, list):
        raise NotOffered
    chosen = [_offered(element, option) for option in options]
    if len(set(chosen)) < len(chosen):
        raise NotOffered
    return chosen


def _offered(element: Element, option: Any) -> str:
    value = option.get("value") if isinstance(option, dict) else None
    if not isinstance(value, str) or value not in offered(element):
        raise NotOffered
    return value


def _day(_: Element, held: Element) -> str | None:
    day = _fits(held.get("selected_date"), _DAY, date.fromisoformat)
    if day and not _FIRST_DAY <= date.fromisoformat(day) <= _LAST_DAY:
        raise NotOffered
    return day


def _hour(_: Element, held: Element) -> str | None:
    return _fits(held.get("selected_time"), _HOUR, time.fromisoformat)


def _user(_: Element, held: Element) -> str | None:
    return _fits(held.get("selected_user"), _USER, str)


def _fits(value: Any, shape: re.Pattern[str], read: Callable[[str], Any]) -> str | None:
    text = _string(value)
    if not text:
        return None
    try:
        read(text)
    except ValueError as problem:
        raise NotOffered from problem
    if not shape.fullmatch(text):
        raise NotOffered
    return text


def _string(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise NotOffered
    return value


_READ: dict[str, Callable[[Element, Element], Any]] = {
    "plain_text_input": _text,
    "static_select": _choice,
    "radio_buttons": _choice,
    "checkboxes": _choices,
    "multi_static_select": _choices,
    "datepicker": _day,
    "timepicker": _hour,
    "users_select": _user,
}
