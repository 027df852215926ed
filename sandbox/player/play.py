"""A story that plays in the page: at a pace that can be read, with pause, faster, and an end at any moment."""

import asyncio
import contextlib
import sys
from collections.abc import Callable
from typing import Any

from sandbox.people import CannotDo, Team
from sandbox.player.stage import Stage

# Seconds between the steps of the long story; of a caption, a moment and so much for each letter.
STEP_SECONDS = 1.6
CAPTION_SECONDS, LETTER_SECONDS = 1.2, 0.042
SPEEDS = (1.0, 2.0, 4.0)
PLAYING, PAUSED, ENDED, BROKEN = "playing", "paused", "ended", "broken"
BROKE_OFF = "Het verhaal is hier gestopt: er gebeurde iets anders dan het verwachtte. Speel het opnieuw, of ga zelf verder."


class Controls:
    """Pause and speed. A wait that has begun follows them too."""

    def __init__(self) -> None:
        self.speed = SPEEDS[0]
        self.is_paused = False
        self._changed = asyncio.Event()

    def change(self, what: str) -> None:
        """ "pause", "resume" or "faster"; after the fastest comes the ordinary pace again."""
        if what == "faster":
            self.speed = SPEEDS[(SPEEDS.index(self.speed) + 1) % len(SPEEDS)]
        else:
            self.is_paused = what == "pause"
        self._changed.set()

    async def wait(self, seconds: float) -> None:
        """So many seconds of the story; none pass in a pause."""
        loop = asyncio.get_running_loop()
        while self.is_paused or seconds > 0:
            self._changed.clear()
            began, speed, stands = loop.time(), self.speed, self.is_paused
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if stands else seconds / speed):
                    await self._changed.wait()
            if not stands:
                seconds -= (loop.time() - began) * speed


class WatchedStage(Stage):
    """A stage before an audience."""

    def __init__(self, team: Team, controls: Controls) -> None:
        super().__init__(team, pace=STEP_SECONDS, transcript=None)
        self.controls = controls

    def reading_time(self, caption: str) -> float:
        return CAPTION_SECONDS + LETTER_SECONDS * len(caption)

    async def wait(self, seconds: float) -> None:
        await self.controls.wait(seconds)

    async def rest(self, seconds: float | None = None) -> None:
        # A pause holds the story before its next step, also where it goes without waiting.
        await self.controls.wait(0)
        await super().rest(seconds)


class Play:
    """One story, from its first caption to its end. `tell` says that something about it changed."""

    def __init__(self, url: str, controls: Controls, *, is_long: bool, tell: Callable[[], None]) -> None:
        self.is_long = is_long
        self.state = PLAYING
        self.controls = controls
        self._url = url
        self._tell = tell
        self._task: asyncio.Task[None] | None = None

    def shown(self) -> dict[str, Any]:
        return {"state": self.state, "speed": self.controls.speed, "is_long": self.is_long}

    def begin(self, audience: asyncio.Event) -> None:
        """Begins as soon as somebody looks."""
        self._task = asyncio.create_task(self._run(audience))

    def control(self, what: str) -> None:
        if self.state in (PLAYING, PAUSED):
            self.controls.change(what)
            self.state = PAUSED if self.controls.is_paused else PLAYING

    async def over(self) -> None:
        """Waits until it has ended by itself, or was broken off."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def end(self) -> None:
        """Breaks off, wherever it is, and leaves nobody with an open form."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        async with Team(self._url) as team:
            await close_forms(Stage(team, pace=0.0, transcript=None))

    async def _run(self, audience: asyncio.Event) -> None:
        # Here, because the long story needs the calendar of holidays, which takes a while to load.
        from sandbox.player.__main__ import whole_story
        from sandbox.player.short import two_minutes

        await audience.wait()
        async with Team(self._url) as team:
            stage = WatchedStage(team, self.controls)
            try:
                await (whole_story if self.is_long else two_minutes)(stage)
                self.state = ENDED
            except Exception as problem:  # whoever watches must hear that it ended
                print(f"The story broke off: {problem!r}", file=sys.stderr)
                self.state = BROKEN
                await close_forms(stage)
                await team.post("caption", text=BROKE_OFF)
            self._tell()


async def close_forms(stage: Stage) -> None:
    for who in stage.everyone:
        with contextlib.suppress(CannotDo):
            await who.close_all()
