"""A small checker for JSON shapes: which keys an object may have, which it must, and how long each may be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Problems = list[str]
Check = Callable[[Any, str, Problems], None]


@dataclass(frozen=True)
class Key:
    """One key of an object."""

    check: Check
    required: bool = False


def string(at_most: int | None = None, at_least: int = 0) -> Check:
    def check(value: Any, where: str, problems: Problems) -> None:
        if not isinstance(value, str):
            problems.append(f"must be a string [json-pointer:{where}]")
        elif at_most is not None and len(value) > at_most:
            problems.append(f"must be less than {at_most + 1} characters [json-pointer:{where}]")
        elif len(value) < at_least:
            problems.append(f"must be more than {at_least - 1} characters [json-pointer:{where}]")

    return check


def boolean(value: Any, where: str, problems: Problems) -> None:
    if not isinstance(value, bool):
        problems.append(f"must be a boolean [json-pointer:{where}]")


def whole(at_least: int, at_most: int) -> Check:
    def check(value: Any, where: str, problems: Problems) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not at_least <= value <= at_most:
            problems.append(f"must be between {at_least} and {at_most} [json-pointer:{where}]")

    return check


def one_of(*allowed: str) -> Check:
    def check(value: Any, where: str, problems: Problems) -> None:
        if value not in allowed:
            problems.append(f"must be one of {', '.join(allowed)} [json-pointer:{where}]")

    return check


def items(check_item: Check, at_least: int = 0, at_most: int = 10_000) -> Check:
    def check(value: Any, where: str, problems: Problems) -> None:
        if not isinstance(value, list):
            problems.append(f"must be an array [json-pointer:{where}]")
            return
        if len(value) < at_least:
            problems.append(f"must have at least {at_least} items [json-pointer:{where}]")
        if len(value) > at_most:
            problems.append(f"no more than {at_most} items allowed [json-pointer:{where}]")
        for number, item in enumerate(value):
            check_item(item, f"{where}/{number}", problems)

    return check


def shape(**keys: Key) -> Check:
    """An object with these keys and no others."""

    def check(value: Any, where: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.append(f"must be an object [json-pointer:{where}]")
            return
        for name in value:
            if name not in keys:
                problems.append(f"unknown property: {name} [json-pointer:{where}]")
        for name, key in keys.items():
            if name in value:
                key.check(value[name], f"{where}/{name}", problems)
            elif key.required:
                problems.append(f"missing required field: {name} [json-pointer:{where}]")

    return check


def by_type(kinds: dict[str, Check], what: str) -> Check:
    """An object whose `type` says which shape it has."""

    def check(value: Any, where: str, problems: Problems) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind not in kinds:
            problems.append(f"unsupported {what}: {kind} [json-pointer:{where}]")
            return
        kinds[str(kind)](value, where, problems)

    return check


def must(check: Check) -> Key:
    return Key(check, required=True)


def may(check: Check) -> Key:
    return Key(check)
