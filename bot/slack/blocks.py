"""Block Kit as plain dicts. Every function keeps Slack's limits, so views need not. https://docs.slack.dev/reference/block-kit"""

from collections.abc import Sequence
from typing import Any

from bot.slack import codec, limits

Block = dict[str, Any]

# Action id of the element in every input block; the block id names the field.
FIELD = "value"


def _plain(text: str, at_most: int) -> Block:
    return {"type": "plain_text", "text": _cut(text, at_most), "emoji": True}


def _mrkdwn(text: str, at_most: int = limits.TEXT) -> Block:
    """Formatted text. Slack makes no links of people's own words; `<@U…>` and `<https://…|…>` work all the same.

    https://docs.slack.dev/reference/block-kit/composition-objects/text-object
    """
    return {"type": "mrkdwn", "text": _cut(text, at_most), "verbatim": True}


def _cut(text: str, at_most: int) -> str:
    return text if len(text) <= at_most else text[: at_most - 1] + "…"


def section(
    text: str, *, accessory: Block | None = None, block_id: str | None = None, expand: bool = False
) -> Block:
    """A paragraph of mrkdwn. The caller escapes people's own words in it.

    `expand`: never behind "See more", for all that everybody must read.
    https://docs.slack.dev/reference/block-kit/blocks/section-block
    """
    block: Block = {"type": "section", "text": _mrkdwn(text)}
    if expand:
        block["expand"] = True
    if accessory:
        block["accessory"] = accessory
    return _named(block, block_id)


def fields(*texts: str) -> Block:
    """Short mrkdwn texts side by side; on a phone, below each other."""
    kept = texts[: limits.SECTION_FIELDS]
    return {"type": "section", "fields": [_mrkdwn(text, limits.SECTION_FIELD) for text in kept]}


def context(*texts: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [_mrkdwn(text) for text in texts[: limits.CONTEXT_ELEMENTS]]}


def header(text: str) -> Block:
    return {"type": "header", "text": _plain(text, limits.HEADER)}


def divider() -> Block:
    return {"type": "divider"}


def actions(*elements: Block, block_id: str | None = None) -> Block:
    return _named({"type": "actions", "elements": list(elements[: limits.ACTION_ELEMENTS])}, block_id)


def button(
    text: str,
    action_id: str,
    value: object | None = None,
    *,
    style: str | None = None,
    confirm: Block | None = None,
    label: str | None = None,
) -> Block:
    """A button. `value` is a reference (codec); `label` is what a screen reader says instead of the text."""
    element: Block = {"type": "button", "text": _plain(text, limits.BUTTON_TEXT), "action_id": action_id}
    if value is not None:
        element["value"] = codec.dump(value)
    if style:
        element["style"] = style
    if confirm:
        element["confirm"] = confirm
    if label:
        element["accessibility_label"] = _cut(label, limits.BUTTON_TEXT)
    return element


def confirm(title: str, text: str, yes: str, no: str, *, danger: bool = False) -> Block:
    """Confirmation dialog that Slack shows before it sends the click."""
    dialog: Block = {
        "title": _plain(title, limits.CONFIRM_TITLE),
        "text": _plain(text, limits.CONFIRM_TEXT),
        "confirm": _plain(yes, limits.CONFIRM_BUTTON),
        "deny": _plain(no, limits.CONFIRM_BUTTON),
    }
    if danger:
        dialog["style"] = "danger"
    return dialog


def option(text: str, value: str, description: str | None = None) -> Block:
    """An option of a menu. `value` is a short word, or a reference dumped by the codec."""
    if len(value) > limits.OPTION_VALUE:
        raise ValueError(f"an option's value is too long: {len(value)}")
    choice: Block = {"text": _plain(text, limits.OPTION_TEXT), "value": value}
    if description:
        choice["description"] = _plain(description, limits.OPTION_TEXT)
    return choice


def text_element(
    *,
    multiline: bool = False,
    initial: str | None = None,
    placeholder: str | None = None,
    at_most: int = limits.INPUT_TEXT,
    focus: bool = False,
) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": FIELD,
        "multiline": multiline,
        "max_length": min(at_most, limits.INPUT_TEXT),
    }
    if initial:
        element["initial_value"] = _cut(initial, element["max_length"])
    if placeholder:
        element["placeholder"] = _plain(placeholder, limits.PLACEHOLDER)
    if focus:
        element["focus_on_load"] = True
    return element


def select_element(
    options: Sequence[Block],
    *,
    initial: str | None = None,
    placeholder: str | None = None,
    action_id: str = FIELD,
) -> Block:
    """A menu with one choice. `initial` is the value of the option that is chosen at first."""
    element: Block = {"type": "static_select", "action_id": action_id, "options": list(options)}
    return _with_initial(element, options, initial, placeholder)


def radio_element(options: Sequence[Block], *, initial: str | None = None, action_id: str = FIELD) -> Block:
    element: Block = {"type": "radio_buttons", "action_id": action_id, "options": list(options)}
    return _with_initial(element, options, initial, None)


def checkboxes_element(
    options: Sequence[Block], *, initial: Sequence[str] = (), action_id: str = FIELD
) -> Block:
    element: Block = {"type": "checkboxes", "action_id": action_id, "options": list(options)}
    chosen = [choice for choice in options if choice["value"] in initial]
    if chosen:
        element["initial_options"] = chosen
    return element


def overflow(options: Sequence[Block], action_id: str) -> Block:
    """The "…" menu; its options carry references as values."""
    return {"type": "overflow", "action_id": action_id, "options": list(options)}


def date_element(*, initial: str | None = None, placeholder: str | None = None) -> Block:
    """A date as YYYY-MM-DD."""
    element: Block = {"type": "datepicker", "action_id": FIELD}
    if initial:
        element["initial_date"] = initial
    if placeholder:
        element["placeholder"] = _plain(placeholder, limits.PLACEHOLDER)
    return element


def time_element(*, initial: str | None = None, zone: str | None = None) -> Block:
    """A time of day as HH:mm; `zone` is shown as a hint."""
    element: Block = {"type": "timepicker", "action_id": FIELD}
    if initial:
        element["initial_time"] = initial
    if zone:
        element["timezone"] = zone
    return element


def user_element(*, initial: str | None = None, placeholder: str | None = None) -> Block:
    element: Block = {"type": "users_select", "action_id": FIELD}
    if initial:
        element["initial_user"] = initial
    if placeholder:
        element["placeholder"] = _plain(placeholder, limits.PLACEHOLDER)
    return element


def field(name: str, label: str, element: Block, *, hint: str | None = None, optional: bool = False) -> Block:
    """A labelled field of a form; `name` is its key in `Submission.fields`."""
    block: Block = {
        "type": "input",
        "block_id": name,
        "label": _plain(label, limits.LABEL),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = _plain(hint, limits.HINT)
    return block


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    close: str,
    submit: str | None = None,
    callback_id: str | None = None,
    meta: object | None = None,
) -> Block:
    """A form or a notice. `meta` is a reference that comes back with the submission."""
    view: Block = {
        "type": "modal",
        "title": _plain(title, limits.VIEW_TITLE),
        "close": _plain(close, limits.VIEW_TITLE),
        "blocks": list(blocks[: limits.BLOCKS_PER_VIEW]),
    }
    if submit:
        view["submit"] = _plain(submit, limits.VIEW_TITLE)
    if callback_id:
        view["callback_id"] = callback_id
    if meta is not None:
        view["private_metadata"] = codec.dump(meta)
    return view


def home(blocks: Sequence[Block]) -> Block:
    return {"type": "home", "blocks": list(blocks[: limits.BLOCKS_PER_VIEW])}


def _named(block: Block, block_id: str | None) -> Block:
    if block_id:
        block["block_id"] = block_id
    return block


def _with_initial(
    element: Block, options: Sequence[Block], initial: str | None, placeholder: str | None
) -> Block:
    for choice in options:
        if choice["value"] == initial:
            element["initial_option"] = choice
    if placeholder:
        element["placeholder"] = _plain(placeholder, limits.PLACEHOLDER)
    return element
