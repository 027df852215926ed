"""Metrics page for Prometheus: the counters of this process, and figures from the database for all processes."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import structlog
from prometheus_client import REGISTRY, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

log = structlog.get_logger()

# A page without database figures is more useful than a late one.
TIMEOUT_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class DatabaseFigures:
    """Figures from the database; the same for every process."""

    outbox: Mapping[str, int]
    oldest_seconds: float
    sessions: Mapping[str, int]
    overdue_seconds: float
    alarms: Mapping[str, int]


class Page:
    """Metrics endpoint. With a token, requests must carry it. If `read` fails, the page lacks the database figures."""

    def __init__(self, read: Callable[[], Awaitable[DatabaseFigures]], token: str | None) -> None:
        self._read = read
        self._token = token
        self._reading: asyncio.Task[DatabaseFigures] | None = None
        self._missing = False

    async def answer(self, request: Request) -> Response:
        """The metrics in Prometheus' text format."""
        if not self._is_authorized(request):
            return PlainTextResponse("a token is needed", 401, {"WWW-Authenticate": "Bearer"})
        text = generate_latest(_Collector(await self._stored()))
        return Response(text, headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4, "cache-control": "no-store"})

    def _is_authorized(self, request: Request) -> bool:
        if self._token is None:
            return True
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        # Bytes: compare_digest refuses text that is not ASCII.
        return scheme.lower() == "bearer" and hmac.compare_digest(shown.encode(), self._token.encode())

    async def _stored(self) -> DatabaseFigures | None:
        if self._reading is None:
            self._reading = asyncio.create_task(self._ask(), name="metrics")
            self._reading.add_done_callback(self._answered)
        try:
            # One shared query: a hanging database blocks one thread, however often the page is requested.
            async with asyncio.timeout(TIMEOUT_SECONDS):
                stored = await asyncio.shield(self._reading)
        except Exception as problem:
            if not self._missing:
                log.warning("metrics_without_database", error=type(problem).__name__)
            self._missing = True
            return None
        self._missing = False
        return stored

    async def _ask(self) -> DatabaseFigures:
        return await self._read()

    def _answered(self, task: asyncio.Task[DatabaseFigures]) -> None:
        self._reading = None
        if not task.cancelled():
            # Read the exception, because asyncio warns about unread ones.
            task.exception()


class _Collector:
    """Collector for one page. It reads Prometheus' registry and adds nothing to it, so pages are independent."""

    def __init__(self, stored: DatabaseFigures | None) -> None:
        self._stored = stored

    def collect(self) -> Iterable[Metric]:
        yield from REGISTRY.collect()
        yield GaugeMetricFamily(
            "intervisie_database_up",
            "Whether the database told this process its numbers in time.",
            value=0 if self._stored is None else 1,
        )
        if self._stored is not None:
            yield from _gauges(self._stored)


def _gauges(stored: DatabaseFigures) -> Iterator[Metric]:
    yield _by_state("intervisie_outbox_rows", "Messages that are not sent, by state.", stored.outbox)
    yield GaugeMetricFamily(
        "intervisie_outbox_oldest_seconds",
        "How long the oldest message that must still be sent has been waiting; 0 when there is none.",
        value=stored.oldest_seconds,
    )
    alarms = GaugeMetricFamily(
        "intervisie_alarms", "What somebody must mend although the bot goes on, by alarm.", labels=["alarm"]
    )
    for kind, count in stored.alarms.items():
        alarms.add_metric([kind], count)
    yield alarms
    yield _by_state("intervisie_sessions_running", "Sessions that have not ended, by state.", stored.sessions)
    yield GaugeMetricFamily(
        "intervisie_due_overdue_seconds",
        "How late the earliest thing is that has fallen due and was not handled; 0 when nothing is late.",
        value=stored.overdue_seconds,
    )


def _by_state(name: str, meaning: str, counts: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, meaning, labels=["state"])
    for state, count in counts.items():
        family.add_metric([state], count)
    return family
