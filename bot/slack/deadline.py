"""A person waits three seconds at most. What cannot be stored by then is not stored at all, so the answer is true.

A transaction cannot be called back from outside. So it asks, as its last word before the commit, whether somebody
still waits for it; and whoever waits gives up only on a transaction that has not got that far.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot.storage import Store, StoreUnavailable, Tx

# Slack waits 3 s for an ack, and a trigger_id lives as long (Page: Handling user interaction): what is left is for
# the way here and back, and for opening the window that says so.
ANSWER_SECONDS = 2.0

P = ParamSpec("P")
R = TypeVar("R")


class Deadline:
    """How long somebody still waits; begins to run when it is made."""

    def __init__(self, seconds: float | None = None) -> None:
        self._began = time.monotonic()
        self._until = self._began + (ANSWER_SECONDS if seconds is None else seconds)

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._began

    @property
    def left(self) -> float:
        return max(self._until - time.monotonic(), 0)

    async def transact(
        self, store: Store, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Runs `fn(tx, …)` in one transaction. Raises StoreUnavailable, and then nothing was stored, also not later."""
        gate = _CommitGate()

        def run(tx: Tx) -> R:
            gate.begin()
            result = fn(tx, *args, **kwargs)
            tx.sql.flush()
            gate.commit()
            return result

        storing = asyncio.ensure_future(store.transact(run))
        done, _ = await asyncio.wait({storing}, timeout=self.left)
        if not done and gate.give_up():
            storing.add_done_callback(_consume_exception)
            raise StoreUnavailable
        return await storing

    async def read(
        self, store: Store, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Runs `fn(tx, …)` and stores nothing. Raises StoreUnavailable."""
        try:
            return await asyncio.wait_for(store.read(fn, *args, **kwargs), self.left)
        except TimeoutError as problem:
            raise StoreUnavailable from problem


class _CommitGate:
    """Either a transaction goes on to its commit, or it is given up; never both."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given_up = False
        self._committing = False

    def begin(self) -> None:
        with self._lock:
            # The store may begin a second time, after a commit that failed.
            self._committing = False
            self._raise_when_given_up()

    def commit(self) -> None:
        with self._lock:
            self._raise_when_given_up()
            self._committing = True

    def give_up(self) -> bool:
        """False when it is too late for that."""
        with self._lock:
            self._given_up = not self._committing
            return self._given_up

    def _raise_when_given_up(self) -> None:
        if self._given_up:
            raise StoreUnavailable


def _consume_exception(task: "asyncio.Future[Any]") -> None:
    """Nobody waits for it any more; asyncio would complain that nobody looked at how it ended."""
    if not task.cancelled():
        task.exception()
