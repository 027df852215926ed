"""Codec of references: the ids and numbers in a button's value and a view's private_metadata, never content.

A reference is a frozen dataclass of strings and integers. Clients can tamper with it, so `load` refuses values that don't
fit the class. The service still checks that the person may act on these ids.
"""

import json
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, get_type_hints

from bot.slack import limits

T = TypeVar("T")


class Tampered(Exception):
    """A client sent a value that the bot never sent out."""


def dump(reference: Any) -> str:
    """Serialize a reference. Raises ValueError if it is too long for Slack."""
    text = json.dumps(asdict(reference), separators=(",", ":"))
    if len(text) > limits.BUTTON_VALUE:
        raise ValueError(f"{type(reference).__name__} is too long for a button: {len(text)}")
    return text


def load(kind: type[T], text: str | None) -> T:
    """Parse a reference. Raises Tampered if the text does not fit the class."""
    if not is_dataclass(kind):
        raise TypeError(f"{kind} is not a reference")
    try:
        data = json.loads(text or "")
    except (ValueError, RecursionError) as problem:
        raise Tampered from problem
    types = _types_of(kind)
    if not isinstance(data, dict) or data.keys() != types.keys():
        raise Tampered
    if any(type(data[name]) is not expected for name, expected in types.items()):
        raise Tampered
    return kind(**data)


@cache
def _types_of(kind: type[Any]) -> dict[str, type[Any]]:
    """The types of a reference's fields. To look them up evaluates annotations, so it is done once for a class."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
