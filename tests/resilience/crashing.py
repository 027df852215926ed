"""The sandbox without a network, and in it the processes of the bot: each may die at a step, and another one follows."""

import asyncio
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.fernet import Fernet
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from sqlalchemy import event

from bot.app import App, build
from bot.settings import Settings
from bot.storage import Keyring, Tx, use_keyring
from sandbox.here import Here
from sandbox.people import Someone, Team, elements
from sandbox.server import Config, Sandbox
from tests import empty
from tests.clock import StillClock
from tests.conftest import open_for_us
from tests.crash_injection import Died, Fate, SlackHere, arguments_of, make_killable

# After this long nothing that the dead process had begun can still be under way (queue.LEASE and queue.SETTLING),
# and nobody has been away for so long that the group must be asked what to do about it (pulse.AWAY).
UNTIL_THE_NEXT = timedelta(seconds=55)
# As far as the clock is moved at once during a session, for the same reason.
HOP = timedelta(seconds=45)
# The bot keeps to Slack's pace; what it still has to say within this time belongs to the same step.
STILL_TO_SAY = timedelta(seconds=8)
MOMENTS_AT_MOST = 600


def _nobody_asks_the_dead(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What a task of a process that died has ended with is reported by nobody."""
    if not isinstance(context.get("exception"), Died):
        loop.default_exception_handler(context)


class Place:
    """A workspace, and whichever process of the bot is there. It is also the way by which Slack reaches the bot.

    What is there before the first process begins, `before` writes.
    """

    connected = True

    def __init__(self, folder: Path, before: Callable[[Tx], None], dies_at: Iterable[int]) -> None:
        self.fate = Fate(dies_at)
        self.clock = StillClock()
        self.sandbox = Sandbox(Config(), 0)
        self.sandbox.doings.transport = self
        self.slack = SlackHere(self.sandbox.workspace, lambda: self.clock.now())
        self.team = Team(self.sandbox.url)
        folder.mkdir()
        self._before = before
        self.path = folder / "bot.db"
        self.settings = Settings(
            bot_token=self.sandbox.config.bot_token,
            app_token=None,
            signing_secret=self.sandbox.config.signing_secret,
            secret_keys=(Fernet.generate_key().decode(),),
            database_url=f"sqlite:///{self.path}",
            slack_api_url=self.sandbox.api_url,
        )
        # Whispers that a process had in its hands when it died, by whom they are for.
        self.in_hand: Counter[str] = Counter()
        # Who pressed again because the process died before Slack heard that it had taken the press.
        self.pressed_again: set[str] = set()
        # Whose press was acknowledged since the dispatcher was quiet. It answers them in private after that, once.
        self._acknowledged: set[str] = set()
        self.fate.on_death = self._note_answers_in_hand
        self.app: App

    async def __aenter__(self) -> "Place":
        asyncio.get_running_loop().set_exception_handler(_nobody_asks_the_dead)
        empty.sqlite_file(self.path)
        use_keyring(Keyring(self.settings.secret_keys))
        store = open_for_us(self.settings.database_url, self.clock.now)
        await store.transact(self._before)
        store.close()
        await self.team.http.aclose()
        self.team.http = Here(self.sandbox.asgi, self.sandbox.url)
        await self._begin_or_die()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._bury()
        await self.team.http.aclose()

    def instead_of_the_network(self, patch: pytest.MonkeyPatch) -> None:
        """Every call to Slack comes here, whichever client it is made with."""

        async def api_call(client: AsyncWebClient, method: str, **how: Any) -> AsyncSlackResponse:
            return await self.slack.call(self.fate, method, arguments_of(how))

        def post(session: aiohttp.ClientSession, url: str, json: dict[str, Any], **_how: Any) -> _Answered:
            return _Answered(self, url, json)

        patch.setattr(AsyncWebClient, "api_call", api_call)
        patch.setattr(aiohttp.ClientSession, "post", post)

    # Processes

    async def _begin(self) -> None:
        self.app = build(self.settings, self.clock)
        make_killable(self.app.store, self.fate)

        # The test's process does not lose its power, so the disk need not be waited for.
        @event.listens_for(self.app.store.engine, "connect")
        def hurry(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA synchronous=OFF")

        await self.app.start()
        await self.app.catch_up()

    async def _bury(self) -> None:
        """A process that is gone does nothing more; what the test's own process still holds of it is let go."""
        self.fate.dead = True
        while self.fate.busy:  # noqa: ASYNC110  # what is being committed is committed, or is not
            await asyncio.sleep(0.001)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        self.app.scheduler.shutdown(wait=False)
        if self.app.client.session:
            await self.app.client.session.close()
        await asyncio.to_thread(self.app.store.close)

    def _note_answers_in_hand(self) -> None:
        if not self.app.dispatcher.is_quiet:
            self.in_hand.update(self._acknowledged)
        self._acknowledged.clear()

    async def _next_process(self) -> None:
        await self._bury()
        with sqlite3.connect(self.path) as plain:
            held = plain.execute("SELECT \"user\" FROM outbox WHERE state = 'sending' AND kind = 'whisper'")
            self.in_hand += Counter(user for (user,) in held)
        plain.close()
        # The clock of its own, so that nothing of the old one is woken by it.
        self.clock = StillClock(self.clock.now() + UNTIL_THE_NEXT)
        self.fate.rises()
        await self._begin_or_die()

    async def _begin_or_die(self) -> None:
        try:
            await self._begin()
        except Died:
            await self._next_process()

    # Slack's side

    async def send(self, kind: str, payload: dict[str, Any], retry: int = 0) -> dict[str, Any]:
        """Brings a payload to the bot. When the process dies meanwhile, also after it has committed but before Slack has
        heard so, the person sees an error and presses again, and an event comes again."""
        user = ""
        while True:
            if self.fate.dead:
                await self._next_process()
            if self.app.dispatcher.is_quiet:
                self._acknowledged.clear()
            if "trigger_id" in payload:
                user = str(payload.get("user_id") or payload["user"]["id"])
                payload["trigger_id"] = self.sandbox.workspace.new_trigger(user)
            try:
                request = AsyncBoltRequest(mode="socket_mode", body=dict(payload))
                response = await self.app.bolt.async_dispatch(request)
                self.fate.step("before the acknowledgement")
            except Died:
                self.pressed_again.add(user)
                continue
            self._acknowledged.add(user)
            assert response.status == 200
            body = response.body
            if isinstance(body, str):
                # A command is answered with a text, or with a message as JSON.
                if body.startswith("{"):
                    return dict(json.loads(body))
                return {"text": body} if body else {}
            return dict(body or {})

    async def close(self) -> None:
        """Nothing is held."""

    # People and time

    def person(self, user: str) -> Someone:
        return self.team.person(user)

    async def rest(self, span: timedelta = timedelta(0)) -> None:
        """Time passes, by way of every moment in between, and the bot says what it has to say."""
        until = self.clock.now() + span
        for _ in range(MOMENTS_AT_MOST):
            await self._settled()
            now, at = self.clock.now(), self.app.next_at()
            if now >= until and (at is None or at > now + STILL_TO_SAY):
                return
            following = min(at or until, until) if now < until else at
            assert following is not None
            self.clock.move_to(min(max(following, now + timedelta(milliseconds=1)), now + HOP))
        pytest.fail("the bot never came to rest")

    async def later(self, days: float) -> None:
        """After the session: nobody's clock runs, so time may pass at once."""
        until = self.clock.now() + timedelta(days=days)
        for _ in range(MOMENTS_AT_MOST):
            await self._settled()
            at = self.app.next_at()
            if at is None or at > until:
                return
            self.clock.move_to(max(at, self.clock.now() + timedelta(milliseconds=1)))
        pytest.fail("the bot never came to rest")

    async def _settled(self) -> None:
        while True:
            if self.fate.dead:
                await self._next_process()
            settling = asyncio.create_task(self.app.settled())
            while not settling.done() and not self.fate.dead:
                await asyncio.wait({settling}, timeout=0.02)
            if not self.fate.dead:
                return

    # What came of it

    def whispers(self) -> Counter[tuple[str, str]]:
        """What was shown to one person: to whom, and what, without times."""
        return Counter(
            (str(arguments["user"]), re.sub(r"\d+", "#", str(arguments["text"])))
            for method, arguments in self.slack.done
            if method == "chat.postEphemeral"
        )

    def posts(self) -> dict[str, tuple[str, bool, list[str]]]:
        """Everything that was posted, by its key without ids and times: where, and what can be pressed there."""
        found: dict[str, tuple[str, bool, list[str]]] = {}
        for key, messages in self.slack.by_key().items():
            assert len(messages) == 1, f"{key} stands there {len(messages)} times"
            [message] = messages
            name = re.sub(r"\b[0-9a-f]{16}\b|\b\d{9,}\b", "*", key)
            assert name not in found, f"{name} stands there twice, under two keys"
            pressed = [str(element["action_id"]) for _, element in elements(message.blocks)]
            found[name] = (message.channel, message.thread_ts is not None, pressed)
        return found

    def rows(self, table: str, columns: str) -> list[tuple[Any, ...]]:
        """What the database holds, in a fixed order."""
        with sqlite3.connect(self.path) as plain:
            found = sorted(plain.execute(f'SELECT {columns} FROM "{table}"').fetchall(), key=repr)
        plain.close()
        return found


class _Answered:
    """A private answer on its way, as aiohttp's answer to a post."""

    ok, status = True, 200

    def __init__(self, place: Place, url: str, answer: dict[str, Any]) -> None:
        self._place, self._url, self._answer = place, url, answer

    async def __aenter__(self) -> "_Answered":
        self._place.fate.step("before a private answer")
        await self._place.team.http.post(self._url, json=self._answer)
        self._place.fate.step("after a private answer")
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def read(self) -> bytes:
        return b"ok"
