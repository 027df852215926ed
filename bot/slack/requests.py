"""Requests: what handlers get, with the person, the action, the workspace and the ways to answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import logs
from bot.delivery.message import Message
from bot.slack import blocks, dedup, limits, modals
from bot.slack.client import NO_ANSWER, code_of, respond, result_of
from bot.slack.deadline import Deadline
from bot.storage import Store, Tx, Workspace, in_workspace
from bot.texts import InPrivate, Texts, for_language, plain

log = structlog.get_logger()

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class UserLocale:
    """A person's locale: the language and the time zone of private messages."""

    language: str
    zone: str
    # Slack has named the zone; otherwise it is the default.
    zone_known: bool = True


@dataclass(kw_only=True)
class Request:
    """A request: a payload of Slack with everything needed to handle it."""

    store: Store
    client: AsyncWebClient
    workspace: Workspace
    user: str
    locale: UserLocale
    body: dict[str, Any]
    ack: Callable[..., Awaitable[Any]]
    deadline: Deadline = field(default_factory=Deadline)
    # The person has a locale of their own. Otherwise Slack is asked after the answer.
    is_met: bool = True
    acked: bool = False
    # Whether a transaction committed: then no error message may say that nothing was stored.
    stored: bool = False
    # Whether a transaction wrote a message or a job: then something follows that the person can see.
    has_effect: bool = False
    # No answer could be shown: then there is no ack, and Slack shows its own error.
    unanswered: bool = False
    # Until when a modal may open, in seconds from the arrival.
    opening_until: float = field(default_factory=lambda: modals.OPENING_SECONDS)
    # Runs after the ack: an answer through a response_url must not delay it.
    afterwards: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def t(self) -> Texts:
        """Texts in this person's language, with their own time beside a group's."""
        zone = self.locale.zone if self.locale.zone_known else None
        return for_language(self.locale.language).read_by(InPrivate(zone))

    async def transact(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        def observed(tx: Tx, /, *args: P.args, **kwargs: P.kwargs) -> R:
            result = fn(tx, *args, **kwargs)
            self.has_effect = self.has_effect or bool(tx.follows)
            return result

        result = await self.deadline.transact(
            self.store, logs.carried(in_workspace(self.workspace, observed)), *args, **kwargs
        )
        self.stored = True
        return result

    async def read(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.deadline.read(
            self.store, logs.carried(in_workspace(self.workspace, fn)), *args, **kwargs
        )

    async def _in_time(self, opening: Callable[[], Awaitable[Any]]) -> None:
        """Open or change a modal within the time limit. Raises SlackTooSlow."""
        left = modals.AFTERWARDS_SECONDS if self.acked else self.opening_until - self.deadline.elapsed
        await modals.call_in_time(opening, left)

    async def acknowledge(self) -> None:
        """Acknowledge the request without an answer."""
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
    channel_name: str = ""

    async def answer(self, message: Message) -> None:
        """Answer this person only."""
        payload: dict[str, Any] = {"response_type": "ephemeral", "text": message.text}
        if message.blocks:
            payload["blocks"] = message.blocks
        await self._ack(**payload)

    async def open(self, view: dict[str, Any]) -> None:
        """Open a modal."""
        await self._in_time(lambda: self.client.views_open(trigger_id=self.trigger_id, view=view))


@dataclass(kw_only=True)
class Action(Request):
    """An action: a click on a button, or a choice in a menu outside a form.

    `value` is the reference of the registered class; `chosen` is the raw value of the button or option.
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
    # Whether a window was opened or changed.
    is_shown: bool = False

    @property
    def is_silent(self) -> bool:
        """Whether the person sees nothing of this click: no window, no answer, and nothing that follows."""
        return not (self.acked or self.is_shown or self.afterwards or self.has_effect)

    @property
    def is_home(self) -> bool:
        """Whether it was on the Home tab."""
        return self.view is not None and not modals.is_modal(self.view)

    async def answer(self, message: Message) -> None:
        """Answer this person only: under the message, or as a notice over the modal or the Home tab."""
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
        self.afterwards.append(lambda: self._answer_privately(payload))

    async def answer_unchanged(self) -> None:
        """Answer a second click: it changed nothing. Without an answer people press again, and wonder."""
        await self.answer(Message(self.t("That is how it stands already; nothing changed.")))

    async def take_away(self) -> None:
        """Delete the private message that was pressed on, if it was one: its question has been answered.

        Nothing else deletes it: https://docs.slack.dev/interactivity/handling-user-interaction
        """
        if self.response_url is not None and self.body.get("container", {}).get("is_ephemeral"):
            self.afterwards.append(self._delete_pressed)

    async def _delete_pressed(self) -> None:
        assert self.response_url is not None
        assert self.client.session is not None
        await respond(self.client.session, self.response_url, {"delete_original": True})

    async def _answer_privately(self, payload: dict[str, Any]) -> None:
        """Answer in the thread of the click, if there was one; otherwise, and if Slack refuses that, in the channel.

        A response_url answers a thread only for everybody: https://docs.slack.dev/interactivity/handling-user-interaction
        """
        assert self.response_url is not None
        assert self.client.session is not None
        is_in_thread = self.channel is not None and self.thread_ts is not None
        if is_in_thread and await self._answered_in_thread(payload):
            return
        await respond(self.client.session, self.response_url, payload)

    async def _answered_in_thread(self, payload: dict[str, Any]) -> bool:
        """Whether Slack took the answer in the thread. https://docs.slack.dev/reference/methods/chat.postEphemeral

        The first message of a thread stands in the channel too, and Slack does not say where it was pressed. An answer
        to it goes to both places.
        """
        content = {name: payload[name] for name in ("text", "blocks") if name in payload}
        try:
            await self.client.chat_postEphemeral(
                channel=str(self.channel), user=self.user, thread_ts=self.thread_ts, **content
            )
        except (SlackApiError, aiohttp.ClientError) as problem:
            # Also for somebody in a public channel that they have not joined. Twice is better than never.
            outcome = result_of(problem) if isinstance(problem, SlackApiError) else NO_ANSWER
            log.info("not_in_thread", outcome=outcome)
            return False
        return self.thread_ts != self.message_ts

    async def _in_time(self, opening: Callable[[], Awaitable[Any]]) -> None:
        self.is_shown = True
        await super()._in_time(opening)

    async def _show(self, message: Message) -> None:
        """Show a notice on top of the modal of the click; if the stack is full, at the top of that modal."""
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
        # views.update needs no trigger_id, so it works after that has expired.
        # https://docs.slack.dev/reference/methods/views.update
        await self.redraw(modals.with_notice(shown, message))

    async def open(self, view: dict[str, Any], *, room: int = 0) -> None:
        """Open a modal: on top of the one with the click, or in its place if the stack would be too high.

        `room` is the number of modals that will open on top of it later.
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
        """Replace the modal of the click; outside a modal, open one."""
        shown = self.view
        if shown is None or not modals.is_modal(shown):
            await self.open(view)
            return
        try:
            await self._in_time(
                lambda: self.client.views_update(view_id=shown["id"], hash=shown.get("hash"), view=view)
            )
        except SlackApiError as problem:
            # A second click, or the modal was closed: nothing is left to replace.
            # https://docs.slack.dev/reference/methods/views.update
            if code_of(problem) not in ("hash_conflict", "not_found"):
                raise


@dataclass(kw_only=True)
class Submission(Request):
    """A submitted form. `meta` is the reference of the registered class.

    `fields` holds values by name: text, an option's value, a list of values, a date, a time, a user id; None if empty.
    """

    callback_id: str
    meta: Any
    fields: dict[str, Any]
    view: dict[str, Any]
    trigger_id: str | None

    @property
    def form(self) -> str:
        """The id of the form; the same if it is submitted again, for example after a lost answer."""
        return str(self.view["id"])

    def text(self, name: str) -> str:
        """The text of a field, trimmed; empty if nothing was typed."""
        value = self.fields.get(name)
        return plain(value) if isinstance(value, str) else ""

    def choices(self, name: str) -> list[str]:
        """The ticked options of a field."""
        value = self.fields.get(name)
        return value if isinstance(value, list) else []

    async def fail(self, errors: dict[str, str]) -> None:
        """Keep the form open, with an error message at each of these fields."""
        await self._ack(response_action="errors", errors=errors)

    async def replace(self, view: dict[str, Any]) -> None:
        """Replace this form."""
        await self._ack(response_action="update", view=view)

    async def push(self, view: dict[str, Any]) -> None:
        """Open a modal on top of this form, or in its place if three are open."""
        full = modals.depth(self.view) >= limits.WINDOWS
        await self._ack(response_action="update" if full else "push", view=view)

    async def close_all(self) -> None:
        """Close this form and all modals below it."""
        await self._ack(response_action="clear")

    async def answer(self, message: Message) -> None:
        """Replace the form with a notice."""
        await self.replace(notice(self.t, message))

    async def answer_in_modal(self, message: Message) -> None:
        """Answer only when the form covers another modal, which still shows what was there before.

        Over a message or the Home tab the form just closes: they show the result themselves.
        """
        if self.view.get("previous_view_id"):
            await self.answer(message)


@dataclass(kw_only=True)
class Event(Request):
    """An event of the Events API. https://docs.slack.dev/apis/events-api/

    `handled_by`: the names of the running handler, the current one first.
    """

    event: dict[str, Any]
    event_id: str
    handled_by: tuple[str, ...] = ()

    async def transact(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `fn` once per event and handler. Raises AlreadyProcessed if Slack delivers the event again."""
        if not self.event_id:
            return await super().transact(fn, *args, **kwargs)
        if self.stored:
            # One transaction per event handler: after a crash between two, dedup would skip the second on redelivery.
            raise RuntimeError(f"{self.handled_by[0]} opens a second transaction for one event")
        return await super().transact(
            lambda tx: dedup.once(tx, self.event_id, self.handled_by, fn, *args, **kwargs)
        )

    @property
    def happened_at(self) -> datetime | None:
        """The event's time by Slack's clock. Events may arrive late and out of order. https://docs.slack.dev/apis/events-api/"""
        try:
            return datetime.fromtimestamp(float(self.event["event_ts"]), UTC)
        except (KeyError, TypeError, ValueError):
            return None

    @property
    def bot_user(self) -> str:
        """The bot's user id, from `authorizations`. https://docs.slack.dev/apis/events-api/"""
        authorizations = self.body.get("authorizations") or [{}]
        return str(authorizations[0].get("user_id", ""))


def notice(t: Texts, message: Message) -> dict[str, Any]:
    """A message as a small modal."""
    return blocks.modal(t("Intervisie"), message.blocks or [blocks.section(message.text)], close=t("Close"))
