"""Socket Mode with connections that Slack refreshes, loses, silences or counts: what people do arrives, once."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot import app as root
from bot.alarms import current_alarms
from bot.slack.records import SocketCount
from bot.slack.requests import Action
from bot.slack.sockets import SocketPool, Times
from bot.storage import Tx
from sandbox.here import Here
from sandbox.outgoing.sockets import MOST_CONNECTIONS, Line, SocketTransport
from sandbox.outgoing.transport import NotAcknowledged
from tests.bot import Running, running_bot

ANNA, CHANNEL, BUTTON = "U0ANNA", "C0OOST", "tests.press"
FAST = Times(
    ping=0.2,
    silent=1.0,
    opening=5,
    lingering=0.5,
    first_pause=0.02,
    longest_pause=0.1,
    young=0,
    recount=600,
    tally=0.05,
    crowded=600,
)
# What is counted too many shows soon.
IMPATIENT = replace(FAST, crowded=0.5)
impatient = pytest.mark.parametrize("times", [IMPATIENT])
PATIENCE = 60


class Presser:
    """Presses a button of the bot's and counts how often each press was handled."""

    def __init__(self, bot: Running, ts: str) -> None:
        self.bot = bot
        self.handled: Counter[str] = Counter()
        self.open = asyncio.Event()
        self.open.set()
        self.ts = ts
        bot.app.router.action(BUTTON)(self._handle)

    async def _handle(self, call: Action) -> None:
        self.handled[call.chosen] += 1
        await self.open.wait()

    async def press(self, value: object) -> None:
        """Raises NotAcknowledged when the person would see that it failed."""
        source = {"kind": "message", "channel": CHANNEL, "ts": self.ts}
        action = {"type": "button", "action_id": BUTTON, "block_id": "b", "value": str(value)}
        await self.bot.sandbox.doings.act(ANNA, source, action, {})

    async def press_all(self, values: range) -> None:
        await asyncio.gather(*(self.press(value) for value in values))
        assert {str(value): self.handled[str(value)] for value in values} == {
            str(value): 1 for value in values
        }


@pytest.fixture
def times() -> Times:
    return FAST


@pytest.fixture
async def bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: Times) -> AsyncIterator[Running]:
    monkeypatch.setattr(root, "SOCKET_TIMES", times)
    async with running_bot(tmp_path) as running:
        await until(lambda: sockets(running).live == 2)
        yield running
        assert slack(running).breaches == []


@pytest.fixture
async def presser(bot: Running) -> Presser:
    message = await bot.sandbox.doings.post(ANNA, CHANNEL, "hoi", None)
    return Presser(bot, message.ts)


def sockets(bot: Running) -> SocketPool:
    assert bot.app.sockets
    return bot.app.sockets


def slack(bot: Running) -> SocketTransport:
    assert isinstance(bot.sandbox.transport, SocketTransport)
    return bot.sandbox.transport


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110  # what is waited for is in two programs
            await asyncio.sleep(0.01)


def slack_notices_at_once(bot: Running) -> None:
    """For a test about something else than ghosts."""
    slack(bot).ghost_seconds = 0


def slack_notices_now(bot: Running) -> None:
    """The time passes for which Slack goes on counting a connection that broke."""
    bot.sandbox.workspace.clock.advance(slack(bot).ghost_seconds)
    assert slack(bot).ghosts == []


async def until_alarmed(bot: Running, *kinds: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while [alarm.kind for alarm in await bot.app.store.read(current_alarms)] != [*kinds]:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.01)


def whole(bot: Running, without: tuple[Line, ...] = ()) -> bool:
    """Both connections are there, and none of those that went."""
    return sockets(bot).live == 2 and not set(without) & set(slack(bot).lines) and len(slack(bot).lines) == 2


async def ready(bot: Running) -> int:
    async with Here(bot.app.asgi, "http://bot") as http:
        assert (await http.get("/healthz")).status_code == 200
        return (await http.get("/readyz")).status_code


async def readiness(bot: Running, status: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while await ready(bot) != status:  # noqa: ASYNC110  # as whoever runs the bot finds out
            await asyncio.sleep(0.01)


async def test_what_comes_is_spread_and_answered_where_it_came_in(bot: Running, presser: Presser) -> None:
    slack(bot).resend_after = None
    await presser.press_all(range(10))
    assert all(len(line.acked) >= 5 and all(line.acked.values()) for line in slack(bot).lines)
    assert (sockets(bot).counted, sockets(bot).trouble) == (2, "")


async def test_no_press_is_lost_or_has_two_effects_while_connections_go(
    bot: Running, presser: Presser
) -> None:
    slack_notices_at_once(bot)
    slack(bot).resend_after = 0.3
    over = asyncio.Event()
    presses: list[asyncio.Task[None]] = []

    async def burst() -> None:
        while not over.is_set():
            presses.append(asyncio.create_task(presser.press(len(presses))))
            await asyncio.sleep(0.01)

    pressing = asyncio.create_task(burst())
    for _ in range(3):
        first, second = slack(bot).lines
        await slack(bot).refresh(first, second)
        await until(lambda gone=(first, second): whole(bot, gone))  # type: ignore[misc]
        first, _ = slack(bot).lines
        await slack(bot).drop(first)
        await until(lambda gone=(first,): whole(bot, gone))  # type: ignore[misc]
        first, _ = slack(bot).lines
        slack(bot).mute(first)
        await until(lambda gone=(first,): whole(bot, gone))  # type: ignore[misc]
    over.set()
    await pressing
    lost = [it for it in await asyncio.gather(*presses, return_exceptions=True) if it is not None]
    assert lost == []
    assert set(presser.handled.values()) == {1}
    assert len(presser.handled) == len(presses) > 100
    assert slack(bot).resent > 0
    assert (sockets(bot).announced, sockets(bot).lost, sockets(bot).ghosts) == (6, 3, 3)


async def test_a_connection_that_slack_announces_to_close_is_replaced_first_and_used_till_then(
    bot: Running, presser: Presser
) -> None:
    slack(bot).resend_after = None
    old = list(slack(bot).lines)
    for reason in ("warning", "refresh_requested"):
        for line in old:
            await line.disconnect(reason)
    await until(lambda: len(slack(bot).lines) == 4)
    await presser.press_all(range(20))
    assert all(len(line.acked) >= 5 for line in slack(bot).lines)
    await until(lambda: whole(bot, tuple(old)))
    await presser.press_all(range(20, 40))
    assert sockets(bot).opened == 4


async def test_a_ghost_is_found_once_it_has_been_silent_for_so_long(bot: Running, presser: Presser) -> None:
    ghost, other = slack(bot).lines
    slack(bot).mute(ghost)
    began = time.monotonic()
    await until(lambda: sockets(bot).ghosts == 1)
    # Not before it has been silent for as long as is promised.
    assert time.monotonic() - began >= FAST.silent - FAST.ping
    await until(lambda: whole(bot, (ghost,)))
    assert other in slack(bot).lines
    slack_notices_now(bot)
    slack(bot).resend_after = None
    await presser.press_all(range(10))


async def test_a_bot_that_was_held_up_itself_does_not_blame_its_connections(bot: Running) -> None:
    held = list(slack(bot).lines)
    time.sleep(2 * FAST.silent)  # noqa: ASYNC251  # that is the point: nothing runs meanwhile
    await until(lambda: (sockets(bot).silence or 1) < FAST.ping)
    await asyncio.sleep(2 * FAST.ping)
    assert slack(bot).lines == held
    assert sockets(bot).ghosts == 0


async def test_a_connection_that_pongs_but_that_slack_does_not_count_is_replaced(bot: Running) -> None:
    slack_notices_at_once(bot)
    forgotten, other = slack(bot).lines
    slack(bot).forget(forgotten)
    await slack(bot).drop(other)
    await until(lambda: whole(bot, (forgotten, other)))
    assert (sockets(bot).ghosts, sockets(bot).announced, sockets(bot).counted) == (0, 1, 2)


async def test_it_is_ready_only_while_a_connection_lives(bot: Running, presser: Presser) -> None:
    slack_notices_at_once(bot)
    assert await ready(bot) == 200
    with capture_logs() as logs:
        bot.sandbox.workspace.faults.add(method="apps.connections.open", kind="500", times=20)
        await slack(bot).drop(slack(bot).lines[0])
        assert await ready(bot) == 200
        await slack(bot).drop()
        await readiness(bot, 503)
        assert (sockets(bot).live, sockets(bot).silence) == (0, None)
        with pytest.raises(NotAcknowledged):
            await presser.press("early")
        await readiness(bot, 200)
        await until(lambda: sockets(bot).trouble == "")
    assert [line["event"] for line in logs].count("slack_unreachable") == 1
    await presser.press_all(range(5))


async def test_two_ghosts_are_not_readiness(bot: Running) -> None:
    slack(bot).enabled = False
    slack(bot).mute()
    await readiness(bot, 503)
    await until(lambda: sockets(bot).ghosts == 2)
    slack(bot).enabled = True
    await readiness(bot, 200)


async def test_socket_mode_that_is_switched_off_is_an_error_for_people(bot: Running) -> None:
    slack_notices_at_once(bot)
    with capture_logs() as logs:
        await slack(bot).disable(closes=False)
        # Slack has said that nothing will come any more, whatever is still open and answers pings.
        await readiness(bot, 503)
        assert len(slack(bot).lines) == 2
        await slack(bot).drop()
        await until(lambda: any(line["event"] == "slack_refuses" for line in logs))
        assert sockets(bot).trouble == "link_disabled"
        slack(bot).enabled = True
        await until(lambda: sockets(bot).trouble == "")
    errors = [(line["event"], line["error"]) for line in logs if line["log_level"] == "error"]
    assert errors == [("socket_mode_disabled", "link_disabled"), ("slack_refuses", "socket_mode_disabled")]
    assert await ready(bot) == 200


async def test_a_process_that_stops_while_a_connection_opens_leaves_no_ghost(bot: Running) -> None:
    """A bit further into the opening each time, until both are there."""
    now, is_open = 0, False
    while not is_open:
        pool = SocketPool(bot.app.bolt, bot.settings.app_token or "", bot.app.client, times=FAST)
        await pool.start()
        for _ in range(now):
            await asyncio.sleep(0)
        is_open = pool.live == 2
        await pool.stop()
        await until(lambda: len(slack(bot).lines) == 2)
        assert slack(bot).ghosts == []
        now += 1


@impatient
async def test_at_slacks_limit_the_connection_that_is_there_stays(bot: Running, presser: Presser) -> None:
    async with contextlib.AsyncExitStack() as elsewhere:
        session = await elsewhere.enter_async_context(aiohttp.ClientSession())
        for _ in range(MOST_CONNECTIONS - 2):
            url = f"{bot.sandbox.url}/socket/{slack(bot).new_ticket()}"
            await elsewhere.enter_async_context(session.ws_connect(url))
        old = slack(bot).lines[:2]
        with capture_logs() as logs:
            await old[0].disconnect("refresh_requested")
            await until(lambda: any(line["event"] == "too_many_connections" for line in logs))
            assert sockets(bot).live == 2
            assert await ready(bot) == 200
            assert sockets(bot).crowded
            await old[0].close()
            # It does not fight for the place.
            await until(lambda: sockets(bot).live == 1 and sockets(bot).trouble == "")
            assert await ready(bot) == 200
        assert [line["event"] for line in logs].count("too_many_connections") == 1
        assert [line["event"] for line in logs].count("connections_crowded") == 1
    # The others have closed theirs.
    await until(lambda: not sockets(bot).crowded and whole(bot))
    await presser.press_all(range(5))


@impatient
async def test_while_slack_counts_ghosts_for_long_one_connection_is_enough(
    bot: Running, presser: Presser
) -> None:
    with capture_logs() as logs:
        await slack(bot).drop()
        await until(lambda: sockets(bot).crowded and sockets(bot).live == len(slack(bot).lines) == 1)
        # Each look costs a connection, and the ghosts are seen again.
        opened = sockets(bot).opened
        await until(lambda: sockets(bot).opened >= opened + 2)
        assert sockets(bot).crowded
        await until_alarmed(bot, "too_many_connections")
        assert await ready(bot) == 200
        slack_notices_now(bot)
        await until(lambda: not sockets(bot).crowded and whole(bot))
        await until_alarmed(bot)
    events = [line["event"] for line in logs if line["log_level"] == "warning"]
    assert events.count("connections_crowded") == 1
    await presser.press_all(range(10))


@impatient
async def test_ghosts_that_slack_notices_soon_change_nothing(bot: Running) -> None:
    with capture_logs() as logs:
        await slack(bot).drop()
        await until(lambda: whole(bot))
        slack_notices_now(bot)
        before = sockets(bot).opened
        # It looks once more, and all is right.
        await until(lambda: sockets(bot).opened == before + 1 and whole(bot))
        await until(lambda: sockets(bot).counted == 3)
    assert not sockets(bot).crowded
    assert "connections_crowded" not in [line["event"] for line in logs]


@impatient
async def test_the_connections_of_another_process_are_not_too_many(bot: Running) -> None:
    def another_process(tx: Tx) -> None:
        tx.sql.add(SocketCount(process_id=4711, connections=2, at=tx.now))

    await bot.app.store.transact(another_process)
    async with aiohttp.ClientSession() as session:
        urls = [f"{bot.sandbox.url}/socket/{slack(bot).new_ticket()}" for _ in range(2)]
        theirs = [await session.ws_connect(url) for url in urls]
        slack_notices_at_once(bot)
        await slack(bot).drop(*slack(bot).lines[:2])
        await until(lambda: sockets(bot).live == 2 and sockets(bot).counted == 4)
        await asyncio.sleep(3 * IMPATIENT.crowded)
        assert not sockets(bot).crowded
        assert [one.closed for one in theirs] == [False, False]


async def test_stopping_lets_a_running_press_finish_and_takes_nothing_new(
    bot: Running, presser: Presser
) -> None:
    slack(bot).resend_after = None
    presser.open.clear()
    running = asyncio.create_task(presser.press("running"))
    await until(lambda: presser.handled["running"] == 1)
    (busy,) = [line for line in slack(bot).lines if not all(line.acked.values())]
    stopping = asyncio.create_task(sockets(bot).stop())
    await until(lambda: slack(bot).lines == [busy])
    late = asyncio.create_task(presser.press("late"))
    await until(lambda: len(busy.acked) > 1 and not all(busy.acked.values()))
    assert not stopping.done()
    presser.open.set()
    await running
    await stopping
    assert slack(bot).lines == []
    with pytest.raises(NotAcknowledged):
        await late
    assert presser.handled == {"running": 1}


async def test_whoever_stops_need_not_wait_for_ever(bot: Running, presser: Presser) -> None:
    presser.open.clear()
    running = asyncio.create_task(presser.press("running"))
    await until(lambda: presser.handled["running"] == 1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await sockets(bot).stop()
    await until(lambda: slack(bot).lines == [])
    presser.open.set()
    with pytest.raises(NotAcknowledged):
        await running


async def test_what_comes_again_is_acked_again_and_done_once(bot: Running, presser: Presser) -> None:
    slack(bot).resend_after = 0.1
    presser.open.clear()
    press = asyncio.create_task(presser.press("twice"))
    await until(lambda: slack(bot).resent == 1)
    await until(lambda: sockets(bot).repeats == 1)
    assert not press.done()
    presser.open.set()
    await press
    await until(lambda: all(all(line.acked.values()) for line in slack(bot).lines))
    first, second = slack(bot).lines
    assert len(set(first.acked) & set(second.acked)) == 1
    assert presser.handled == {"twice": 1}
