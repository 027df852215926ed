"""Dispatcher: routes a Bolt payload to its handler, and turns every outcome into an answer.

No exception may escape. One that comes within about 10 ms after an ack makes Bolt discard the ack; the person then sees a
time-out although the work was done.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot import logs, metrics
from bot.metrics import Outcome
from bot.slack import codec, error_responses, ids, installation, user_cache
from bot.slack.client import is_response_url
from bot.slack.deadline import Deadline
from bot.slack.dedup import AlreadyProcessed
from bot.slack.modals import AFTERWARDS_SECONDS
from bot.slack.payloads import chosen_of, fields_of
from bot.slack.requests import Action, Command, Event, Request, Submission, UserLocale
from bot.slack.router import Router, TypedHandler
from bot.slack.user_cache import LocaleCache
from bot.storage import Store, Tx, Workspace, in_workspace
from bot.texts import Refused, default_language

log = structlog.get_logger()


Ack = Callable[..., Awaitable[Any]]
Handle = Callable[[Ack, dict[str, Any], Workspace], Awaitable[BoltResponse | None]]
C = TypeVar("C", bound=Request)
_ANY = re.compile(".*")


class People(Protocol):
    """People interface of the dispatcher; the room `groups` implements it."""

    def known(self, tx: Tx, user: str) -> UserLocale | None:
        """A person's stored locale; None while only Slack can tell the language."""

    def ask(self, tx: Tx, user: str) -> None:
        """Ask Slack who a person is. The call waits its turn: many may come at once for the first time."""


class Dispatcher:
    """Dispatcher: answers every payload, and counts the running handlers."""

    def __init__(
        self, router: Router, store: Store, client_for: Callable[[Workspace], AsyncWebClient], people: People
    ) -> None:
        self._router = router
        self._store = store
        self._client_for = client_for
        self._people = people
        self._locales = LocaleCache()
        # The installation as this process has stored it.
        self._installation: Workspace | None = None
        store.listen(user_cache.TOPIC, self._locales.forget)
        self._running = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._tasks: set[asyncio.Task[None]] = set()

    def attach(self, bolt: AsyncApp) -> None:
        """Register one Bolt listener per kind of payload.

        Bolt asks them in this order whether a payload is theirs. What people wait for comes first.
        """
        bolt.view(_ANY)(self._observed("view", self._on_view))
        bolt.action(_ANY)(self._observed("action", self._on_action))
        bolt.command(ids.COMMAND)(self._observed("command", self._on_command))
        bolt.view_closed(_ANY)(self._on_nothing)
        for kind in self._router.events:
            bolt.event(kind)(self._observed("event", self._on_event))

    async def settled(self) -> None:
        """Wait until no handler runs and no answer is being sent."""
        await self._quiet.wait()

    @property
    def is_quiet(self) -> bool:
        return self._quiet.is_set()

    def _observed(self, kind: str, handle: Handle) -> Callable[..., Any]:
        """Wrap a listener: find the workspace, count it, time it from the arrival on, and give its log lines a context."""

        async def listener(ack: Ack, body: dict[str, Any], context: AsyncBoltContext) -> Any:
            workspace = self._workspace_of(body, context)
            if workspace is None:
                log.warning("not_our_workspace", kind=kind, workspace=context.team_id)
                # Slack delivers an unanswered event again, and shows an unanswered person its own error.
                return await ack() if kind == "event" else BoltResponse(status=403)
            with logs.about(workspace=workspace.team_id, kind=kind), metrics.interaction(kind):
                return await handle(ack, body, workspace)

        return listener

    def _workspace_of(self, body: dict[str, Any], context: AsyncBoltContext) -> Workspace | None:
        assert context.authorize_result is not None
        found = installation.workspace_of(body, context.authorize_result)
        if found is None:
            return None
        if context.authorize_result.bot_id is None:
            # An event of the end of an installation, which Bolt takes without auth.test: it tells no organisation.
            return found
        known, named = self._installation, installation.organisation_named(body)
        if named is None:
            named = known.enterprise_id if known else found.enterprise_id
        found = Workspace(found.team_id, named)
        if known is None or known.enterprise_id != named:
            self._installation = found
            self._running += 1
            self._quiet.clear()
            # The person does not wait for this.
            task = asyncio.create_task(self._store_installation(found))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return found

    async def _store_installation(self, found: Workspace) -> None:
        try:
            await self._store.transact(in_workspace(found, installation.store_installation))
        except Exception as problem:
            # The next payload tries again.
            self._installation = None
            log.warning("installation_not_stored", error=type(problem).__name__)
        finally:
            self._done()

    async def _on_command(self, ack: Ack, body: dict[str, Any], workspace: Workspace) -> BoltResponse | None:
        words = str(body.get("text") or "").split(maxsplit=1)
        call = Command(
            **await self._who(body, workspace, str(body["user_id"]), ack),
            channel=str(body["channel_id"]),
            name=words[0] if words else "",
            words=words[1] if len(words) > 1 else "",
            trigger_id=str(body["trigger_id"]),
            channel_name=str(body.get("channel_name") or ""),
        )
        await self._run(call, self._command)
        return _response(call)

    async def _command(self, call: Command) -> None:
        subcommand = self._router.subcommand(call.name)
        if subcommand is None:
            subcommand = self._router.subcommand("help")
            assert subcommand is not None
        if subcommand.name:
            logs.know(kind=f"command.{subcommand.name}")
        try:
            await subcommand.handler(call)
        except Refused as refusal:
            handler = self._router.refusals.get(type(refusal))
            if handler is None:
                raise
            await handler(call, refusal)

    async def _on_action(self, ack: Ack, body: dict[str, Any], workspace: Workspace) -> BoltResponse | None:
        action = body["actions"][0]
        container = body.get("container", {})
        message = body.get("message", {})
        call = Action(
            **await self._who(body, workspace, str(body["user"]["id"]), ack),
            action_id=str(action["action_id"]),
            block_id=str(action.get("block_id", "")),
            value=None,
            chosen="",
            trigger_id=str(body.get("trigger_id", "")),
            channel=container.get("channel_id") or (body.get("channel") or {}).get("id"),
            message_ts=container.get("message_ts"),
            thread_ts=container.get("thread_ts") or message.get("thread_ts"),
            view=body.get("view"),
            response_url=self._response_url(body, workspace),
        )
        await self._run(call, lambda it: self._action(it, action))
        return _response(call)

    def _response_url(self, body: dict[str, Any], workspace: Workspace) -> str | None:
        """The address for an answer; None if there is none, or if it is not Slack's."""
        url = body.get("response_url")
        if not url:
            return None
        if not is_response_url(url, self._client_for(workspace).base_url):
            log.warning("response_url_not_slacks")
            return None
        return str(url)

    async def _action(self, call: Action, action: dict[str, Any]) -> None:
        expecting = self._router.actions.get(call.action_id)
        if expecting is None:
            raise codec.Tampered
        logs.know(kind=f"action.{expecting.logged_as or call.action_id}")
        value = chosen_of(call.body, action)
        call.chosen = value
        if expecting.reference is not None:
            call.value = codec.load(expecting.reference, value)
        await expecting.handler(call)
        if call.is_silent:
            await call.answer_unchanged()

    async def _on_view(self, ack: Ack, body: dict[str, Any], workspace: Workspace) -> BoltResponse | None:
        view = body["view"]
        call = Submission(
            **await self._who(body, workspace, str(body["user"]["id"]), ack),
            callback_id=str(view["callback_id"]),
            meta=None,
            fields={},
            view=view,
            trigger_id=body.get("trigger_id"),
        )
        await self._run(call, self._submission)
        return _response(call)

    async def _submission(self, call: Submission) -> None:
        expecting: TypedHandler | None = self._router.submissions.get(call.callback_id)
        if expecting is None:
            raise codec.Tampered
        logs.know(kind=f"view.{call.callback_id}")
        if expecting.reference is not None:
            call.meta = codec.load(expecting.reference, call.view.get("private_metadata"))
        call.fields = fields_of(call.view)
        await expecting.handler(call)

    async def _on_event(self, ack: Ack, body: dict[str, Any], workspace: Workspace) -> BoltResponse | None:
        event: dict[str, Any] = body["event"]
        user = event.get("user")
        call = Event(
            store=self._store,
            client=self._client_for(workspace),
            workspace=workspace,
            user=str(user.get("id") if isinstance(user, dict) else user or ""),
            locale=_unknown(),
            body=body,
            ack=ack,
            event=event,
            event_id=str(body.get("event_id", "")),
        )
        kind = str(event["type"])
        logs.know(kind=f"event.{kind}")
        outcomes: list[Outcome] = []
        for listening in self._router.events[kind]:
            call.handled_by, call.stored = listening.names, False
            outcomes.append(await self._run(call, listening.handler))
        # Without an ack Slack delivers the event again. https://docs.slack.dev/apis/events-api/
        return BoltResponse(status=503) if Outcome.UNAVAILABLE in outcomes else None

    async def _on_nothing(self, ack: Ack) -> None:
        await ack()

    async def _who(self, body: dict[str, Any], workspace: Workspace, user: str, ack: Ack) -> dict[str, Any]:
        client = self._client_for(workspace)
        deadline = Deadline()
        locale = await self._locale(workspace, user, deadline)
        return {
            "deadline": deadline,
            "store": self._store,
            "client": client,
            "workspace": workspace,
            "user": user,
            "locale": locale or _unknown(),
            "is_met": locale is not None,
            "body": body,
            "ack": ack,
        }

    async def _locale(self, workspace: Workspace, user: str, deadline: Deadline) -> UserLocale | None:
        """A person's locale; None for somebody whom the bot has not met."""
        remembered = self._locales.get(workspace, user)
        if remembered is not None:
            return remembered
        changes = self._locales.changes
        try:
            known = await deadline.read(self._store, in_workspace(workspace, self._people.known), user)
            if known is not None:
                self._locales.put(workspace, user, known, changes)
            return known
        except Exception as problem:
            # The person still gets an answer, at worst in the default language.
            log.warning("reader_unknown", error=type(problem).__name__)
            return self._locales.last_known(workspace, user) or _unknown()

    async def _ask_about(self, call: Request) -> None:
        """Ask Slack about a person, after their first answer: no form waits for that."""
        try:
            ask = in_workspace(call.workspace, self._people.ask)
            await call.deadline.transact(self._store, ask, call.user)
        except Exception as problem:
            log.warning("reader_unknown", error=type(problem).__name__)

    async def _run(self, call: C, handler: Callable[[C], Awaitable[None]]) -> Outcome:
        self._running += 1
        self._quiet.clear()
        outcome = Outcome.OK
        try:
            try:
                await handler(call)
            except AlreadyProcessed:
                pass
            except Exception as problem:
                outcome = error_responses.outcome_of(problem)
                metrics.count_outcome(outcome)
                await self._answer_error(call, problem)
            if not call.acked and not call.unanswered:
                await call.acknowledge()
            return outcome
        finally:
            if not call.is_met:
                call.afterwards.append(lambda: self._ask_about(call))
            if call.afterwards:
                task = asyncio.create_task(self._afterwards(call))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            else:
                self._done()

    async def _answer_error(self, call: Request, problem: Exception) -> None:
        try:
            await error_responses.tell(call, problem)
        except Exception as another:
            call.unanswered = True
            log.warning("not_told", error=type(another).__name__)

    async def _afterwards(self, call: Request) -> None:
        try:
            for step in call.afterwards:
                # The ack is sent, so nobody waits any more.
                call.deadline = Deadline(AFTERWARDS_SECONDS)
                async with asyncio.timeout(AFTERWARDS_SECONDS):
                    await step()
        except Exception as problem:
            log.warning("not_told", error=type(problem).__name__)
        finally:
            self._done()

    def _done(self) -> None:
        self._running -= 1
        if not self._running:
            self._quiet.set()


def _unknown() -> UserLocale:
    return UserLocale(default_language(), "Europe/Amsterdam", zone_known=False)


def _response(call: Request) -> BoltResponse | None:
    """503 for an unanswered request, so that Slack shows its own error to the person.

    https://docs.slack.dev/interactivity/handling-user-interaction
    """
    return BoltResponse(status=503) if call.unanswered else None
