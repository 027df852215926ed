"""Scenes: the three ways into the demo, the story that plays in the page, and the guide beside a session.

A way begins with everything as it was at ten in the morning: when something has been done since, the workspace forgets
it and the bot's process starts again on an empty database.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from sandbox.client import NO_ANSWER, Client
from sandbox.guide.facts import Facts
from sandbox.guide.others import play_others
from sandbox.guide.seen import Seen
from sandbox.guide.steps import next_step
from sandbox.people import Team
from sandbox.player import before
from sandbox.player.play import Controls, Play
from sandbox.player.stage import Stage
from sandbox.workspace.model import EMPTY_CHANNEL, GROUP_CHANNEL, Refusal
from sandbox.workspace.state import Workspace

Answer = dict[str, Any]
Handler = Callable[[dict[str, Any]], Awaitable[Answer]]
# So long before the page opens the group begins and hands in its cases.
PREPARING_SECONDS = 600
STORY, LEAD, BEGIN, LOOK = "story", "lead", "begin", "look"
CHANNELS = {LEAD: GROUP_CHANNEL, BEGIN: EMPTY_CHANNEL}
# What a visitor does that another way must not begin with.
USES = {"post", "delete", "command", "action", "submit", "clock", "membership", "person", "channel"}
WAKING_SECONDS = 60


class Bot(Protocol):
    """The process of the bot, for whoever may end and begin it."""

    async def stop(self) -> None: ...

    async def start(self) -> None: ...


class BotProcess:
    """The bot's process, through whoever started it (bot/cli/demo_control.py)."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def stop(self) -> None:
        await self._call("stop")

    async def start(self) -> None:
        await self._call("start")

    async def _call(self, what: str) -> None:
        try:
            async with Client(self._url, timeout=WAKING_SECONDS) as http:
                answer = await http.post(f"/{what}")
        except NO_ANSWER as error:
            raise Refusal("bot_does_not_wake") from error
        if answer.status_code >= 400:
            raise Refusal("bot_does_not_wake")


class Scenes:
    def __init__(
        self, ws: Workspace, url: str, *, opens_at: float | None, begin_anew: Callable[[float], None]
    ) -> None:
        self.ws = ws
        self.url = url
        self.opens_at = opens_at
        self.bot: Bot | None = None
        self.facts = Facts()
        self.way = ""
        # Whether the scene stands: before that the page offers no ways.
        self.is_set = False
        self.is_preparing = False
        self.is_used = False
        self.play: Play | None = None
        # How a story waits between its steps.
        self.new_controls: Callable[[], Controls] = Controls
        self.caption: dict[str, Any] = {}
        self._begin_anew = begin_anew
        self._others = asyncio.Lock()

    def posts(self) -> dict[str, Handler]:
        return {
            "scene": self._choose,
            "scene/prepare": self._prepare,
            "play": self._control,
            "guide/others": self._let_others,
        }

    def shown(self) -> Answer:
        """What a page must know, also after it was loaded again."""
        return {
            "is_set": self.is_set,
            "way": self.way,
            "is_preparing": self.is_preparing,
            "is_used": self.is_used,
            "channel": CHANNELS.get(self.way, ""),
            "play": self.play.shown() if self.play else None,
            "caption": self.caption,
        }

    async def scene(self, asked: dict[str, Any]) -> Answer:
        return {"scene": self.shown(), "step": self._step()}

    def note_use(self, call: str) -> None:
        """A visitor, or the story, did something."""
        if call in USES and not self.is_preparing:
            self.is_used = True

    async def say(self, asked: dict[str, Any]) -> Answer:
        """A caption, to every page; one that opens later finds the last one."""
        self.caption = {key: value for key, value in asked.items() if key != "type"}
        self.ws.tell({"type": "caption", **self.caption})
        return {}

    # The ways

    async def _prepare(self, asked: dict[str, Any]) -> Answer:
        """The scene as it stands when the page opens."""
        with self._preparing():
            await self._set()
        return {}

    async def _choose(self, asked: dict[str, Any]) -> Answer:
        way = str(asked["way"])
        with self._preparing():
            await self._end_play()
            if self.is_used and way != LOOK:
                await self._renew()
            self.way = way
            if way == STORY:
                self.is_used = True
                controls = self.new_controls()
                self.play = Play(self.url, controls, is_long=bool(asked.get("long")), tell=self._tell)
        if self.play is not None:
            self.play.begin(self.ws.page_opened)
        return {"scene": self.shown()}

    @contextlib.contextmanager
    def _preparing(self) -> Any:
        """One way at a time, whoever asks for it in whichever tab."""
        if self.is_preparing:
            raise Refusal("scene_is_busy")
        self.is_preparing = True
        self._tell()
        try:
            yield
        finally:
            self.is_preparing = False
            self._tell()

    async def _renew(self) -> None:
        if self.bot is None:
            raise Refusal("scene_needs_the_demo")
        self.way = ""
        await self.bot.stop()
        self._begin_anew((self.opens_at or self.ws.clock.now()) - PREPARING_SECONDS)
        await self.bot.start()
        await self._set()
        self.ws.tell({"type": "anew"})

    async def _set(self) -> None:
        async with Team(self.url) as team:
            await before.seed(Stage(team, pace=0.0, transcript=None))
            if self.opens_at is not None:
                await team.until(self.opens_at)
        self.facts = Facts()
        self.is_set, self.is_used = True, False

    # The story

    async def _control(self, asked: dict[str, Any]) -> Answer:
        """The buttons beside a caption."""
        what = str(asked["do"])
        if what == "stop":
            await self._end_play()
            self.way = LOOK
        elif self.play is not None:
            self.play.control(what)
        self._tell()
        return {"scene": self.shown()}

    async def _end_play(self) -> None:
        if self.play is not None:
            play, self.play = self.play, None
            await play.end()
        self.caption = {}
        self.ws.tell({"type": "caption", "text": ""})

    # The guide

    def _step(self) -> Answer | None:
        if self.way not in CHANNELS or self.is_preparing:
            return None
        return next_step(self._seen()).shown()

    def _seen(self) -> Seen:
        return Seen(self.ws, self.facts, CHANNELS[self.way])

    async def _let_others(self, asked: dict[str, Any]) -> Answer:
        """The others do their part of a step; a step that has passed meanwhile does nothing."""
        async with self._others:
            step = next_step(self._seen()) if self.way in CHANNELS and not self.is_preparing else None
            if step is None or not step.others or step.name != asked["step"]:
                return {"done": False}
            await play_others(step, self._seen(), self.url)
            self.facts.note_form(step.who, f"others.{step.name}", {})
        self._tell()
        return {"done": True}

    def _tell(self) -> None:
        self.ws.tell({"type": "scene", "scene": self.shown()})
