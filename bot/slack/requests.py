"""What a handler is given: who did what, in which workspace, and the ways to answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import logs
from bot.delivery.message import Message
from bot.slack import blocks, dedup, limits, modals
from bot.slack.client import code_of, respond
from bot.slack.deadline import Deadline
from bot.storage import Store, Tx, Workspace
from bot.texts import Texts, for_language, plain

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class UserLocale:
    """How a person reads: the language and the time zone of everything private."""

    language: str
    zone: str


@dataclass(kw_only=True)
class Request:
    """Someone did something."""

    store: Store
    client: AsyncWebClient
    workspace: Workspace
    user: str
    locale: UserLocale
    body: dict[str, Any]
    ack: Callable[..., Awaitable[Any]]
    deadline: Deadline = field(default_factory=Deadline)
    acked: bool = False
    # Whether something has been stored: then nobody may be told that nothing was.
    stored: bool = False
    # Nothing could be shown: then it is not acknowledged, and Slack shows its own sign.
    unanswered: bool = False
    # Until when a window may open, in seconds from the arrival.
    opening_until: float = field(default_factory=lambda: modals.OPENING_SECONDS)
    # Runs after the ack: an answer that goes through a response_url must not hold it up.
    afterwards: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def t(self) -> Texts:
        """The sentences in this person's language."""
        return for_language(self.locale.language)

    async def transact(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        result = await self.deadline.transact(self.store, logs.carried(fn), *args, **kwargs)
        self.stored = True
        return result

    async def read(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.deadline.read(self.store, logs.carried(fn), *args, **kwargs)

    async def _in_time(self, opening: Callable[[], Awaitable[Any]]) -> None:
        """Opens or changes a window while that is of use. Raises SlackSlow."""
        left = modals.AFTERWARDS_SECONDS if self.acked else self.opening_until - self.deadline.elapsed
        await modals.call_in_time(opening, left)

    async def acknowledge(self) -> None:
        """Says to Slack that it has been dealt with, and nothing else."""
        await self._ack()

    async def _ack(self, *args: Any, **kwargs: Any) -> None:
        self.acked = True
        await self.ack(*args, **kwargs)


@dataclass(kw_only=True)
class Command(Request):
    """`/intervisie <name> <words>` in a channel."""

    channel: str
    name: str
    words: str
    trigger_id: str

    async def answer(self, message: Message) -> None:
        """Answers this person only."""
        payload: dict[str, Any] = {"response_type": "ephemeral", "text": message.text}
        if message.blocks:
            payload["blocks"] = message.blocks
        await self._ack(**payload)

    async def open(self, view: dict[str, Any]) -> None:
        """Opens a form."""
        await self._in_time(lambda: self.client.views_open(trigger_id=self.trigger_id, view=view))


@dataclass(kw_only=True)
class Action(Request):
    """A click on a button, or a choice in a menu outside a form.

    `value` is the reference that the handler was registered with; `chosen` what was picked in a menu.
    """

    action_id: str
    block_id: str
    value: Any
    chosen: str
    trigger_id: str
    channel: str | None
    message_ts: str | None
    thread_ts: str | None
    view: dict[str, Any] | None
    response_url: str | None

    async def answer(self, message: Message) -> None:
        """Answers this person only: beneath the message, or as a notice over the form or the Home tab."""
        if self.response_url is None:
            await self._show(message)
            return
        payload: dict[str, Any] = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": message.text,
        }
        if message.blocks:
            payload["blocks"] = message.blocks
        if self.thread_ts:
            payload["thread_ts"] = self.thread_ts
        self.respond(payload)

    def respond(self, payload: dict[str, Any]) -> None:
        url = self.response_url
        assert url is not None
        session = self.client.session

        async def send() -> None:
            assert session is not None
            await respond(session, url, payload)

        self.afterwards.append(send)

    async def _show(self, message: Message) -> None:
        """A notice on top of the window that the click was in, or above what stands in it where that cannot be."""
        shown = self.view
        if shown is None or not modals.is_modal(shown):
            await self.open(notice(self.t, message))
            return
        if modals.depth(shown) < limits.WINDOWS:
            try:
                await self._push(notice(self.t, message))
            except modals.SlackTooSlow:
                pass
            else:
                return
        # Needs no trigger, so that it also works when that has expired. Page: views.update.
        await self.redraw(modals.with_notice(shown, message))

    async def open(self, view: dict[str, Any], *, room: int = 0) -> None:
        """Opens a form; on top of the one that the click was in, or in its place where that would be too many.

        `room` is how many more will come on top of it.
        """
        if not modals.is_modal(self.view):
            await self._in_time(lambda: self.client.views_open(trigger_id=self.trigger_id, view=view))
        elif modals.depth(self.view or {}) + 1 + room > limits.WINDOWS:
            await self.redraw(view)
        else:
            await self._push(view)

    async def _push(self, view: dict[str, Any]) -> None:
        try:
            await self._in_time(lambda: self.client.views_push(trigger_id=self.trigger_id, view=view))
        except SlackApiError as problem:
            if code_of(problem) != modals.STACK_FULL:
                raise
            await self.redraw(view)

    async def redraw(self, view: dict[str, Any]) -> None:
        """Shows another form in the place of the one that the click was in; elsewhere it opens one."""
        shown = self.view
        if shown is None or not modals.is_modal(shown):
            await self.open(view)
            return
        try:
            await self._in_time(
                lambda: self.client.views_update(view_id=shown["id"], hash=shown.get("hash"), view=view)
            )
        except SlackApiError as problem:
            # Pressed twice, or the window has been closed: there is nothing left to replace. Page: views.update.
            if code_of(problem) not in ("hash_conflict", "not_found"):
                raise


@dataclass(kw_only=True)
class Submission(Request):
    """A form was sent. `meta` is the reference that the handler was registered with.

    `fields` holds, by name: text, an option's value, a list of values, a date, a time, a user id; None when empty.
    """

    callback_id: str
    meta: Any
    fields: dict[str, Any]
    view: dict[str, Any]
    trigger_id: str | None

    @property
    def form(self) -> str:
        """Which window it was: the same when it is sent again, after an answer that got lost for one."""
        return str(self.view["id"])

    def text(self, name: str) -> str:
        """What was typed in a field, trimmed; empty when nothing was."""
        value = self.fields.get(name)
        return plain(value) if isinstance(value, str) else ""

    def choices(self, name: str) -> list[str]:
        """What was ticked in a field."""
        value = self.fields.get(name)
        return value if isinstance(value, list) else []

    async def fail(self, errors: dict[str, str]) -> None:
        """Keeps the form open, with a sentence at each field that is named."""
        await self._ack(response_action="errors", errors=errors)

    async def replace(self, view: dict[str, Any]) -> None:
        """Shows another form in the place of this one."""
        await self._ack(response_action="update", view=view)

    async def push(self, view: dict[str, Any]) -> None:
        """Shows another form on top of this one, or in its place where three are open."""
        full = modals.depth(self.view) >= limits.WINDOWS
        await self._ack(response_action="update" if full else "push", view=view)

    async def close_all(self) -> None:
        """Closes this form and those beneath it."""
        await self._ack(response_action="clear")

    async def answer(self, message: Message) -> None:
        """Shows a notice in the place of the form."""
        await self.replace(notice(self.t, message))


@dataclass(kw_only=True)
class Event(Request):
    """Something happened in the workspace. Page: The Events API.

    `handled_by`: the names of the handler that is being told of it now, today's first.
    """

    event: dict[str, Any]
    event_id: str
    handled_by: tuple[str, ...] = ()

    async def transact(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Once per event and handler, also when Slack brings it again. Raises AlreadySeen."""
        if not self.event_id:
            return await super().transact(fn, *args, **kwargs)
        if self.stored:
            # When Slack brings it again, the first would be known and the second would not be reached.
            raise RuntimeError(f"{self.handled_by[0]} opens a second transaction for one event")
        return await super().transact(
            lambda tx: dedup.once(tx, self.workspace, self.event_id, self.handled_by, fn, *args, **kwargs)
        )

    @property
    def happened_at(self) -> datetime | None:
        """When it happened, by Slack's clock. Events may come late and in another order. Page: The Events API."""
        try:
            return datetime.fromtimestamp(float(self.event["event_ts"]), UTC)
        except (KeyError, TypeError, ValueError):
            return None

    @property
    def bot_user(self) -> str:
        """Our own user id. Page: The Events API (authorizations)."""
        authorizations = self.body.get("authorizations") or [{}]
        return str(authorizations[0].get("user_id", ""))


def notice(t: Texts, message: Message) -> dict[str, Any]:
    """A message as a small window."""
    return blocks.modal(t("Intervisie"), message.blocks or [blocks.section(message.text)], close=t("Close"))
