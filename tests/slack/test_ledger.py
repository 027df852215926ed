"""The ledger of connections, whose loop is cancelled when the bot stops."""

import asyncio
from typing import Any

import pytest

from bot.slack.sockets.ledger import Ledger


class Answering:
    """A store that answers when it is told to."""

    notifier = None

    def __init__(self) -> None:
        self.told = asyncio.Event()

    async def transact(self, *_: Any) -> int:
        await self.told.wait()
        return 0


@pytest.mark.parametrize("turns", range(6))
async def test_a_cancellation_is_not_lost_when_the_answer_comes_at_the_same_time(turns: int) -> None:
    store = Answering()
    exchange = asyncio.create_task(Ledger(store).exchange(2, None))  # type: ignore[arg-type]  # it only transacts
    await asyncio.sleep(0.01)
    store.told.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    if exchange.cancel():
        with pytest.raises(asyncio.CancelledError):
            await exchange
    else:
        assert exchange.result() == 0
