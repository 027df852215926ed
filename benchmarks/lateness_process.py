"""One engine, one database, many moments in the same second: `python -m benchmarks.lateness_process`.

A process of its own for each run, so that no engine meets what another left behind. Prints the figures as JSON.
"""

import asyncio
import dataclasses
import gc
import importlib
import json
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks import engines

ENGINES = {
    "ours": "benchmarks.engines:Ours",
    "apscheduler": "benchmarks.engines:ApScheduler",
    "pgqueuer": "benchmarks.engine_pgqueuer:PgQueuer",
}
# How long an engine waits for the moments once they are written, and how long writing them may take.
AHEAD_SECONDS = 3.0
WRITING_SECONDS_EACH = 0.0002
LEAST_SECONDS = 1.5
# After the moments; what has not run by then never did.
PATIENCE_SECONDS = 60.0
# How long we go on looking for a second run of the same moment.
AFTER_SECONDS = 0.7
TICK_SECONDS = 0.005


@dataclass(frozen=True)
class Figures:
    """In seconds."""

    p50: float
    p99: float
    longest: float
    never: int
    twice: int
    stall: float


async def measure(name: str, url: str, count: int) -> Figures:
    """Runs one engine over as many moments as asked."""
    module, _, its_class = ENGINES[name].partition(":")
    engine: engines.Engine = getattr(importlib.import_module(module), its_class)(url)
    at = await _written(engine, count)
    # As `intervisie run` does with what it has loaded, and for every engine alike: a whole search for garbage stops the
    # event loop for as long as the process holds many things.
    gc.collect()
    gc.freeze()
    await engine.start()
    await asyncio.sleep(max(0.0, at - time.time() - LEAST_SECONDS / 2))
    stall = await _watched(count, at + PATIENCE_SECONDS)
    await engine.stop()
    return _figures(count, at, stall)


async def _watched(count: int, until: float) -> float:
    """Waits for all of them, and a little longer; returns for how long the event loop kept others waiting at most.

    That is seen by who sleeps for 5 ms and looks at the clock.
    """
    longest = 0.0
    while time.time() < until:
        began = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        longest = max(longest, time.perf_counter() - began - TICK_SECONDS)
        if len(engines.ran) >= count:
            until = min(until, time.time() + AFTER_SECONDS)
            count = sys.maxsize
    return longest


async def _written(engine: engines.Engine, count: int) -> float:
    """When the moments are. Written well before; if that took too long, they are written again, for later."""
    ahead = AHEAD_SECONDS + count * WRITING_SECONDS_EACH
    while True:
        made = await engine.write(count, datetime.now(UTC) + timedelta(seconds=ahead))
        if made.timestamp() - time.time() >= LEAST_SECONDS:
            return made.timestamp()
        await engine.clear()
        ahead *= 2


def _figures(count: int, at: float, stall: float) -> Figures:
    first: dict[int, float] = {}
    for number, moment in engines.ran:
        first.setdefault(number, moment)
    late = sorted(moment - at for moment in first.values()) or [float("inf")]
    if late[0] < 0:
        raise RuntimeError(f"a moment ran {-late[0]:.3f} s too early")
    return Figures(
        p50=late[len(late) // 2],
        p99=late[min(len(late) - 1, len(late) * 99 // 100)],
        longest=late[-1],
        never=count - len(first),
        twice=len(engines.ran) - len(first),
        stall=stall,
    )


if __name__ == "__main__":
    print(json.dumps(dataclasses.asdict(asyncio.run(measure(sys.argv[1], sys.argv[2], int(sys.argv[3]))))))
