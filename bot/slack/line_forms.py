"""Forms of one field: how they look, and the button and the form that read and write a line of a session."""

from collections.abc import Callable
from typing import Any

from bot.slack import blocks
from bot.slack.blocks import Block
from bot.slack.requests import Action, Submission
from bot.slack.router import Router
from bot.storage import Tx
from bot.texts import Texts

LINE = "line"


def one_field_form(
    t: Texts, title: str, field: Block, *, callback_id: str, meta: object, submit: str, above: str = ""
) -> Block:
    """A form with one field. `above`: what is read first."""
    parts = [blocks.section(above), field] if above else [field]
    return blocks.modal(title, parts, submit=submit, close=t("Cancel"), callback_id=callback_id, meta=meta)


def register_line_form(
    router: Router,
    opens: str,
    sends: str,
    reference: type[Any],
    *,
    read: Callable[[Tx, str, str], str],
    form: Callable[[Texts, Any, str], Block],
    write: Callable[[Tx, str, str, str], None],
) -> None:
    """Register the button that opens a form with one line of a session, and the form. `reference` names the session."""

    @router.action(opens, reference)
    async def open_line(call: Action) -> None:
        known = await call.read(read, call.value.session, call.user)
        await call.open(form(call.t, call.value, known))

    @router.submit(sends, reference)
    async def send_line(call: Submission) -> None:
        await call.transact(write, call.meta.session, call.user, call.text(LINE))
        await call.close_all()
