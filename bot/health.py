"""Health pages: `/healthz` says whether the process must be replaced, `/readyz` whether it can do its work now."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.alarms import current_alarms
from bot.slack.sockets import SocketPool
from bot.storage import Store, StoreUnavailable
from bot.storage.write_probe import WriteProbe

ALARMS_TIMEOUT_SECONDS = 2


class Health:
    """The health pages of one process. `is_at_work`: started, and not leaving."""

    def __init__(
        self,
        store: Store,
        is_at_work: Callable[[], bool],
        sockets: Callable[[], SocketPool | None],
        *,
        over_http: bool,
    ) -> None:
        self._store = store
        self._probe = WriteProbe(store)
        self._is_at_work = is_at_work
        self._sockets = sockets
        self._over_http = over_http

    def routes(self) -> list[Route]:
        return [Route("/healthz", self._healthz), Route("/readyz", self._readyz)]

    async def _healthz(self, request: Request) -> Response:
        """Liveness: the process answers, and the socket pool has not crashed."""
        sockets = self._sockets()
        alive = sockets is None or sockets.alive
        return JSONResponse({"ok": alive}, status_code=200 if alive else 503)

    async def _readyz(self, request: Request) -> Response:
        """Readiness: at work, a writable database and, in Socket Mode, a live connection to Slack.

        An alarm does not change the status: another process would have it too.
        """
        stored = await self._probe.is_writable()
        alarms = await self._alarms() if stored else []
        sockets = self._sockets()
        # Over HTTP Slack connects to the bot, so nothing is known about it.
        connected = sockets.connected if sockets else None
        ready = self._is_at_work() and stored and connected is not False
        return JSONResponse(
            {"ok": ready, "database": stored, "slack": connected, "alarms": alarms},
            status_code=200 if ready else 503,
        )

    async def _alarms(self) -> list[dict[str, Any]]:
        try:
            async with asyncio.timeout(ALARMS_TIMEOUT_SECONDS):
                found = await self._store.read(current_alarms, over_http=self._over_http)
        except (StoreUnavailable, TimeoutError):
            return []
        return [alarm.as_json() for alarm in found]
