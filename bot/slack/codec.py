"""What a button's value and a view's private_metadata carry: ids and numbers, never content.

A reference is a frozen dataclass of strings and integers. Anyone can tamper with what a client sends back, so a
value that does not fit its class is refused here, and the service still checks that the ids belong to the clicker.
"""

import json
from dataclasses import asdict, fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

from bot.slack import limits

T = TypeVar("T")


class Tampered(Exception):
    """A value came back that we did not send out."""


def dump(reference: Any) -> str:
    """Writes a reference as text. Raises ValueError when Slack would not carry it."""
    text = json.dumps(asdict(reference), separators=(",", ":"))
    if len(text) > limits.BUTTON_VALUE:
        raise ValueError(f"{type(reference).__name__} is too long for a button: {len(text)}")
    return text


def load(kind: type[T], text: str | None) -> T:
    """Reads a reference back. Raises Tampered when the text does not fit its class."""
    if not is_dataclass(kind):
        raise TypeError(f"{kind} is not a reference")
    try:
        data = json.loads(text or "")
    except (ValueError, RecursionError) as problem:
        raise Tampered from problem
    hints = get_type_hints(kind)
    names = {field.name for field in fields(kind)}
    if not isinstance(data, dict) or set(data) != names:
        raise Tampered
    if any(type(data[name]) is not hints[name] for name in names):
        raise Tampered
    return kind(**data)
