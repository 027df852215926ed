"""Messages, modals and Home tabs as Slack checks them.

https://docs.slack.dev/reference/block-kit/blocks
https://docs.slack.dev/surfaces/modals
https://docs.slack.dev/surfaces/app-home
"""

import json
from typing import Any

from sandbox.strict.check import Check, Problems, boolean, by_type, items, may, must, one_of, shape, string
from sandbox.strict.elements import ELEMENTS, IN_ACTIONS, IN_INPUT, IN_SECTION, plain_text, text
from sandbox.workspace.model import Refusal

BLOCKS_PER_MESSAGE = 50
BLOCKS_PER_VIEW = 100
VIEW_BYTES = 250_000


def _elements(names: set[str], what: str) -> Check:
    return by_type({name: ELEMENTS[name] for name in names}, what)


def _context_element(value: Any, where: str, problems: Problems) -> None:
    kind = value.get("type") if isinstance(value, dict) else None
    check = ELEMENTS["image"] if kind == "image" else text(3000)
    check(value, where, problems)


def _section(value: Any, where: str, problems: Problems) -> None:
    shape(
        type=must(string()),
        block_id=may(string(255, 1)),
        text=may(text(3000)),
        fields=may(items(text(2000), 1, 10)),
        accessory=may(_elements(IN_SECTION, "element in a section")),
        expand=may(boolean),
    )(value, where, problems)
    if not value.get("text") and not value.get("fields"):
        problems.append(f"a section needs text or fields [json-pointer:{where}]")


def _actions(value: Any, where: str, problems: Problems) -> None:
    shape(
        type=must(string()),
        block_id=may(string(255, 1)),
        elements=must(items(_elements(IN_ACTIONS, "element in actions"), 1, 25)),
    )(value, where, problems)
    elements = [element for element in value.get("elements", []) if isinstance(element, dict)]
    ids = [element.get("action_id") for element in elements]
    if len(ids) != len(set(ids)):
        problems.append(f"action_id already exists in this block [json-pointer:{where}/elements]")
    if sum(element.get("style") == "primary" for element in elements) > 1:
        problems.append(f"only one primary button per set [json-pointer:{where}/elements]")


_COMMON: dict[str, Check] = {
    "section": _section,
    "actions": _actions,
    "divider": shape(type=must(string()), block_id=may(string(255, 1))),
    "header": shape(type=must(string()), block_id=may(string(255, 1)), text=must(plain_text(150))),
    "context": shape(
        type=must(string()),
        block_id=may(string(255, 1)),
        elements=must(items(_context_element, 1, 10)),
    ),
    "image": shape(
        type=must(string()),
        block_id=may(string(255, 1)),
        image_url=must(string(3000, 1)),
        alt_text=must(string(2000, 1)),
        title=may(plain_text(2000)),
    ),
}
_INPUT = {
    "input": shape(
        type=must(string()),
        block_id=may(string(255, 1)),
        label=must(plain_text(2000)),
        hint=may(plain_text(2000)),
        optional=may(boolean),
        dispatch_action=may(boolean),
        element=must(_elements(IN_INPUT, "element in an input")),
    )
}
_ANY = {**_COMMON, **_INPUT}


def _no_block_id_twice(blocks: Any, problems: Problems) -> None:
    ids = [block["block_id"] for block in blocks or [] if isinstance(block, dict) and "block_id" in block]
    if len(ids) != len(set(ids)):
        problems.append("block_id already exists [json-pointer:/blocks]")


def _focus_once(content: Any, problems: Problems) -> None:
    if json.dumps(content).count('"focus_on_load": true') > 1:
        problems.append("only one element may have focus_on_load [json-pointer:/blocks]")


def check_message(blocks: Any) -> None:
    """Raises Refusal("invalid_blocks") as chat.postMessage does."""
    problems: Problems = []
    items(by_type(_ANY, "block"), 0, BLOCKS_PER_MESSAGE)(blocks, "/blocks", problems)
    if not problems:
        _no_block_id_twice(blocks, problems)
    if problems:
        raise Refusal("invalid_blocks", *(f"[ERROR] {problem}" for problem in problems))


_VIEW_COMMON = {
    "type": must(one_of("modal", "home")),
    "blocks": must(items(by_type(_ANY, "block"), 0, BLOCKS_PER_VIEW)),
    "private_metadata": may(string(3000)),
    "callback_id": may(string(255)),
    "external_id": may(string(255)),
}
_HOME = shape(**_VIEW_COMMON)
_MODAL = shape(
    **_VIEW_COMMON,
    title=must(plain_text(24)),
    submit=may(plain_text(24)),
    close=may(plain_text(24)),
    clear_on_close=may(boolean),
    notify_on_close=may(boolean),
    submit_disabled=may(boolean),
)


def check_view(view: Any, *, home: bool = False) -> None:
    """Raises Refusal("invalid_arguments"), or "view_too_large", as views.open and views.publish do."""
    problems: Problems = []
    (_HOME if home else _MODAL)(view, "/view", problems)
    if not problems:
        _no_block_id_twice(view["blocks"], problems)
        _focus_once(view, problems)
        if view["type"] != ("home" if home else "modal"):
            problems.append("wrong type of view [json-pointer:/view/type]")
        if not home and any(block["type"] == "input" for block in view["blocks"]) and "submit" not in view:
            problems.append("submit is required when an input block is within blocks [json-pointer:/view]")
    if problems:
        raise Refusal("invalid_arguments", *(f"[ERROR] {problem}" for problem in problems))
    if len(json.dumps(view)) > VIEW_BYTES:
        raise Refusal("view_too_large")
