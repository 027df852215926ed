"""Deadline of an interaction: a transaction commits in time or not at all, so the answer to the person is true.

A transaction can't be cancelled from outside. Right before its commit it therefore asks the gate whether the caller still
waits. The caller can give up only before that point.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from bot.storage import Store, StoreUnavailable, Tx

# Slack waits 3 s for an ack, and a trigger_id lives as long. The rest is for the network and for opening a window that
# explains the failure. https://docs.slack.dev/interactivity/handling-user-interaction
ANSWER_SECONDS = 2.0

P = ParamSpec("P")
R = TypeVar("R")


class Deadline:
    """Deadline: starts when it is created."""

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
        """Run `fn(tx, …)` in one transaction. If it raises StoreUnavailable, nothing is stored, also not later."""
        self._require_patience()
        gate = _CommitGate()

        def run(tx: Tx) -> R:
            gate.begin()
            result = fn(tx, *args, **kwargs)
            tx.sql.flush()
            gate.commit()
            return result

        storing = store.begin(run)
        done, _ = await asyncio.wait({storing}, timeout=self.left)
        if not done and gate.give_up():
            raise StoreUnavailable
        return await storing

    async def read(
        self, store: Store, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run `fn(tx, …)` read-only. Raises StoreUnavailable."""
        self._require_patience()
        try:
            async with asyncio.timeout(self.left):
                return await store.read(fn, *args, **kwargs)
        except TimeoutError as problem:
            raise StoreUnavailable from problem

    def _require_patience(self) -> None:
        """A transaction that nobody waits for is not begun: it could be over before its caller gives up."""
        if self.left == 0:
            raise StoreUnavailable


class _CommitGate:
    """Gate before the commit: the transaction commits, or its caller gives up; never both."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given_up = False
        self._committing = False

    def begin(self) -> None:
        with self._lock:
            # The store may run the transaction again after a failed commit.
            self._committing = False
            self._raise_when_given_up()

    def commit(self) -> None:
        with self._lock:
            self._raise_when_given_up()
            self._committing = True

    def give_up(self) -> bool:
        """Give up the transaction; False if it is committing already."""
        with self._lock:
            self._given_up = not self._committing
            return self._given_up

    def _raise_when_given_up(self) -> None:
        if self._given_up:
            raise StoreUnavailable
