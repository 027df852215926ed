"""A process of the bot that can die at any step, and a Slack in this process that outlives it."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.storage import Store, Tx
from sandbox.api.methods import METHODS
from sandbox.strict.rates import Rates
from sandbox.workspace.clock import Clock
from sandbox.workspace.model import Message, Refusal
from sandbox.workspace.state import Workspace


class Died(BaseException):
    """The process is gone. No code of ours catches this, as none survives a SIGKILL."""


class Fate:
    """Counts the steps of a process at which it can die, and ends it at those that are named (from 1)."""

    def __init__(self, dies_at: Iterable[int] = ()) -> None:
        self.steps: list[str] = []
        self.dies_at = set(dies_at)
        self.dead = False
        # How many transactions are under way.
        self.busy = 0
        # Told at the moment of a death, while everything that is under way still is.
        self.on_death: Callable[[], None] = lambda: None

    def step(self, name: str) -> None:
        self.check()
        self.steps.append(name)
        if len(self.steps) in self.dies_at:
            self.dead = True
            self.on_death()
            raise Died

    def check(self) -> None:
        """What a dead process has begun goes no further."""
        if self.dead:
            raise Died

    def rises(self) -> None:
        """Another process takes its place; the steps are counted on."""
        self.dead = False


def make_killable(store: Store, fate: Fate) -> None:
    """From now on the process can die in each transaction, just before its commit and just after it."""
    transact: Callable[..., Any] = store.transact

    async def dying(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        name = getattr(fn, "__name__", "a transaction")

        def work(tx: Tx) -> Any:
            result = fn(tx, *args, **kwargs)
            tx.sql.flush()
            fate.step(f"before the commit of {name}")
            return result

        fate.check()
        fate.busy += 1
        try:
            result = await transact(work)
        finally:
            fate.busy -= 1
        fate.step(f"after the commit of {name}")
        return result

    store.transact = dying  # type: ignore[method-assign]  # the seam, as every worker and listener uses it


class SlackHere:
    """Slack's Web API without a network, by the sandbox's strict rules and limits. `refused` is what
    it did not take, `done` what it did."""

    def __init__(self, workspace: Workspace, now: Callable[[], datetime]) -> None:
        self.workspace = workspace
        workspace.clock = _SameTime(now)
        self._rates = Rates()
        self.refused: list[tuple[str, str]] = []
        self.done: list[tuple[str, dict[str, Any]]] = []

    async def call(self, fate: Fate, method: str, arguments: dict[str, Any]) -> AsyncSlackResponse:
        """One call of a process that may die before it takes effect, or before it hears of it."""
        fate.step(f"before {method}")
        fault = self.workspace.faults.take(method)
        if fault is not None and fault.kind == "drop_before":
            raise aiohttp.ServerDisconnectedError
        if fault is not None and fault.kind == "500":
            raise SlackApiError("not to be read", {"status": 500})  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
        if fault is not None and fault.kind == "ratelimited":
            answer = _response(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"})
        else:
            answer = self._answer(method, arguments)
        fate.step(f"after {method}")
        if fault is not None and fault.kind == "drop_after":
            raise aiohttp.ServerDisconnectedError
        answer.validate()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
        return answer

    def _answer(self, method: str, arguments: dict[str, Any]) -> AsyncSlackResponse:
        arguments = json.loads(
            json.dumps({key: value for key, value in arguments.items() if value is not None})
        )
        where = arguments.get("channel") or arguments.get("user_id") or arguments.get("user") or ""
        wait = self._rates.wait(method, str(where), self.workspace.clock.now())
        if wait:
            self.refused.append((method, "ratelimited"))
            return _response(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(wait)})
        try:
            answer = METHODS[method](self.workspace, arguments)
        except Refusal as refusal:
            self.refused.append((method, refusal.code))
            return _response(200, {"ok": False, "error": refusal.code})
        self.done.append((method, arguments))
        return _response(200, {"ok": True, **answer})

    def by_key(self) -> dict[str, list[Message]]:
        """What stands in every channel, by the key that it was posted under."""
        found: dict[str, list[Message]] = {}
        for messages in self.workspace.messages.values():
            for message in messages:
                if message.metadata:
                    found.setdefault(str(message.metadata["event_payload"]["key"]), []).append(message)
        return found


class KillableClient(AsyncWebClient):
    """A process's way to Slack."""

    def __init__(self, slack: SlackHere, fate: Fate) -> None:
        super().__init__(token="xoxb-sandbox", retry_handlers=[])
        self._slack = slack
        self._fate = fate

    async def api_call(self, api_method: str, **how: Any) -> AsyncSlackResponse:
        return await self._slack.call(self._fate, api_method, arguments_of(how))


def arguments_of(how: dict[str, Any]) -> dict[str, Any]:
    """The arguments of an SDK call, whichever way they travel."""
    return {**(how.get("params") or {}), **(how.get("data") or {}), **(how.get("json") or {})}


def _response(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> AsyncSlackResponse:
    return AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url="",
        req_args={},
        data=body,
        headers=headers or {},
        status_code=status,
    )


class _SameTime(Clock):
    """The workspace goes by the clock of the test."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now

    def now(self) -> float:
        return self._now().timestamp()
