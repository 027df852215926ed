"""The process of benchmarks/thousand.py: `URL KEY BEGAN SECONDS`; prints what it measured as JSON.

The clock is moved from second to second of the simulated time, by way of whatever falls due, and each step waits
until the bot has nothing left to do. How late a moment is: the real time from the step that reached it to the commit
of the transaction that handled it.
"""

import asyncio
import bisect
import itertools
import json
import resource
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

import bot.app
from benchmarks.generator import percentile
from benchmarks.stand_in import answer
from bot.jobs import queue
from bot.jobs.clock import ShiftedClock
from bot.settings import Settings
from bot.storage import Store, Tx

# How far the clock moves at once when something falls due: as coarse as people look at a clock.
STEP_SECONDS = 1.0


class Slack(AsyncWebClient):
    """Slack at the client's edge: every call is answered at once."""

    calls = 0

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:
        self.calls += 1
        await asyncio.sleep(0)
        return AsyncSlackResponse(
            client=self,
            http_verb="POST",
            api_url=api_method,
            req_args={},
            data=answer(api_method),
            headers={},
            status_code=200,
        )


class Lateness:
    """Which moments were handled, and when that was committed."""

    def __init__(self, clock: ShiftedClock) -> None:
        self._clock = clock
        self._handled = threading.local()
        # Each step of the clock: the simulated moment before and after it, and the real one.
        self._before: list[float] = [clock.now().timestamp()]
        self._steps: list[tuple[float, float]] = [(clock.now().timestamp(), time.monotonic())]
        self.late: list[float] = []

    def watch(self, store: Store) -> None:
        """Notices each commit of the store's connections, once it is done."""
        dialect = store.engine.dialect
        commit = dialect.do_commit

        def do_commit(connection: Any) -> None:
            commit(connection)
            at = time.monotonic()
            for moment in self._handled.__dict__.pop("moments", ()):
                self.late.append(at - self._reached(moment))

        dialect.do_commit = do_commit  # type: ignore[method-assign, assignment]  # to hear of each commit

    def telling(self, handlers: Mapping[str, queue.Handler]) -> dict[str, queue.Handler]:
        """The handlers, each of which says that it was here."""
        return {kind: self._telling(handler) for kind, handler in handlers.items()}

    def _telling(self, handler: queue.Handler) -> queue.Handler:
        def handle(tx: Tx, item: queue.Job) -> None:
            handler(tx, item)
            self._handled.__dict__.setdefault("moments", []).append(item.at.timestamp())

        return handle

    def step_to(self, moment: float) -> None:
        """Moves the clock."""
        before = self._clock.now().timestamp()
        self._before.append(before)
        self._steps.append((max(moment, before), time.monotonic()))
        if moment > before:
            self._clock.shift_to(self._clock.offset + moment - before)

    def _reached(self, moment: float) -> float:
        """The real time at which the clock reached a moment: in a step, or between two as it ran on."""
        place = max(0, bisect.bisect_left(self._before, moment) - 1)
        after, real = self._steps[place]
        return real + max(0.0, moment - after)


async def main(url: str, key: str, began: float, seconds: float) -> dict[str, Any]:
    """Runs the sessions to their end."""
    clock = ShiftedClock()
    clock.shift_to(began - datetime.now(UTC).timestamp())
    lateness = Lateness(clock)
    handlers = bot.app.due_handlers
    bot.app.due_handlers = lambda: lateness.telling(handlers())
    app = bot.app.build(
        Settings(
            bot_token="xoxb-bench",
            app_token=None,
            signing_secret="a-secret-of-the-benchmarks",
            secret_keys=(key,),
            database_url=url,
        ),
        clock,
    )
    app.client = slack = Slack(token="xoxb-bench")
    lateness.watch(app.store)
    await app.start()
    await app.settled()
    begun = time.monotonic()
    for _ in itertools.count():
        now = clock.now().timestamp()
        following = app.next_at()
        if now >= began + seconds:
            break
        wanted = following.timestamp() if following else began + seconds
        lateness.step_to(min(max(wanted, now + STEP_SECONDS), began + seconds))
        await app.settled()
    real = time.monotonic() - begun
    await app.stop()
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "memory_mb": used.ru_maxrss / 1024,
        "cpu_s": used.ru_utime + used.ru_stime,
        "real_s": real,
        "moments": len(lateness.late),
        "calls": slack.calls,
        "late_p50_s": percentile(lateness.late, 0.5),
        "late_p99_s": percentile(lateness.late, 0.99),
        "late_max_s": max(lateness.late, default=0.0),
    }


if __name__ == "__main__":
    sys.stdout.write(
        json.dumps(asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))))
    )
