"""Block elements and composition objects with their limits. https://docs.slack.dev/reference/block-kit"""

import re
from typing import Any

from sandbox.strict.check import Check, Problems, boolean, items, may, must, one_of, shape, string, whole

ACTION_ID = must(string(255, 1))


def plain_text(at_most: int, at_least: int = 1) -> Check:
    return shape(type=must(one_of("plain_text")), text=must(string(at_most, at_least)), emoji=may(boolean))


def mrkdwn(at_most: int) -> Check:
    return shape(type=must(one_of("mrkdwn")), text=must(string(at_most, 1)), verbatim=may(boolean))


def text(at_most: int) -> Check:
    def check(value: Any, where: str, problems: Problems) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        chosen = plain_text(at_most) if kind == "plain_text" else mrkdwn(at_most)
        chosen(value, where, problems)

    return check


CONFIRM = shape(
    title=must(plain_text(100)),
    text=must(text(300)),
    confirm=must(plain_text(30)),
    deny=must(plain_text(30)),
    style=may(one_of("primary", "danger")),
)


def option(description: int = 75) -> Check:
    return shape(
        text=must(text(75)),
        value=must(string(150, 1)),
        description=may(text(description)),
        url=may(string(3000)),
    )


def _matches(pattern: str, example: str) -> Check:
    def check(value: Any, where: str, problems: Problems) -> None:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            problems.append(f"must look like {example} [json-pointer:{where}]")

    return check


def _initial_is_an_option(check: Check) -> Check:
    def checked(value: Any, where: str, problems: Problems) -> None:
        check(value, where, problems)
        if not isinstance(value, dict):
            return
        options = list(value.get("options", []))
        for group in value.get("option_groups", []):
            options += group.get("options", [])
        values = [choice.get("value") for choice in options if isinstance(choice, dict)]
        if len(values) != len(set(values)):
            problems.append(f"duplicate option values [json-pointer:{where}/options]")
        chosen = value.get("initial_options") or (
            [value["initial_option"]] if "initial_option" in value else []
        )
        for choice in chosen:
            if choice not in options:
                problems.append(f"initial option must exactly match an option [json-pointer:{where}]")

    return checked


_OPTIONS = {
    "options": may(items(option(), 1, 100)),
    "option_groups": may(
        items(shape(label=must(plain_text(75)), options=must(items(option(), 1, 100))), 1, 100)
    ),
}

ELEMENTS: dict[str, Check] = {
    "button": shape(
        type=must(string()),
        text=must(plain_text(75)),
        action_id=ACTION_ID,
        value=may(string(2000)),
        url=may(string(3000)),
        style=may(one_of("primary", "danger")),
        confirm=may(CONFIRM),
        accessibility_label=may(string(75)),
    ),
    "static_select": _initial_is_an_option(
        shape(
            type=must(string()),
            action_id=ACTION_ID,
            placeholder=may(plain_text(150)),
            initial_option=may(option()),
            confirm=may(CONFIRM),
            focus_on_load=may(boolean),
            **_OPTIONS,
        )
    ),
    "multi_static_select": _initial_is_an_option(
        shape(
            type=must(string()),
            action_id=ACTION_ID,
            placeholder=may(plain_text(150)),
            initial_options=may(items(option(), 1, 100)),
            max_selected_items=may(whole(1, 100)),
            confirm=may(CONFIRM),
            focus_on_load=may(boolean),
            **_OPTIONS,
        )
    ),
    "users_select": shape(
        type=must(string()),
        action_id=ACTION_ID,
        placeholder=may(plain_text(150)),
        initial_user=may(string(20, 1)),
        confirm=may(CONFIRM),
        focus_on_load=may(boolean),
    ),
    "radio_buttons": _initial_is_an_option(
        shape(
            type=must(string()),
            action_id=ACTION_ID,
            options=must(items(option(), 1, 10)),
            initial_option=may(option()),
            confirm=may(CONFIRM),
            focus_on_load=may(boolean),
        )
    ),
    "checkboxes": _initial_is_an_option(
        shape(
            type=must(string()),
            action_id=ACTION_ID,
            options=must(items(option(), 1, 10)),
            initial_options=may(items(option(), 1, 10)),
            confirm=may(CONFIRM),
            focus_on_load=may(boolean),
        )
    ),
    "overflow": shape(
        type=must(string()), action_id=ACTION_ID, options=must(items(option(), 1, 5)), confirm=may(CONFIRM)
    ),
    "datepicker": shape(
        type=must(string()),
        action_id=ACTION_ID,
        placeholder=may(plain_text(150)),
        initial_date=may(_matches(r"\d{4}-\d\d-\d\d", "YYYY-MM-DD")),
        confirm=may(CONFIRM),
        focus_on_load=may(boolean),
    ),
    "timepicker": shape(
        type=must(string()),
        action_id=ACTION_ID,
        placeholder=may(plain_text(150)),
        initial_time=may(_matches(r"([01]\d|2[0-3]):[0-5]\d", "HH:mm")),
        timezone=may(string(60, 1)),
        confirm=may(CONFIRM),
        focus_on_load=may(boolean),
    ),
    "plain_text_input": shape(
        type=must(string()),
        action_id=ACTION_ID,
        placeholder=may(plain_text(150)),
        initial_value=may(string(3000)),
        multiline=may(boolean),
        min_length=may(whole(0, 3000)),
        max_length=may(whole(1, 3000)),
        dispatch_action_config=may(shape(trigger_actions_on=must(items(string(), 1, 2)))),
        focus_on_load=may(boolean),
    ),
    "image": shape(type=must(string()), image_url=must(string(3000, 1)), alt_text=must(string(2000, 1))),
}

IN_SECTION = {name for name in ELEMENTS if name != "plain_text_input"}
IN_ACTIONS = IN_SECTION - {"image"}
IN_INPUT = set(ELEMENTS) - {"button", "overflow", "image"}
