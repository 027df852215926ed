"""Token watch of a sender: notes refusals of the bot's token, asks auth.test whether it is good again, and logs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.delivery import outcomes, sendable
from bot.delivery.claims import Sending
from bot.delivery.errors import ErrorKind, kind_of
from bot.delivery.token_pauses import (
    EVERY_METHOD,
    MISSING_SCOPE,
    TokenPause,
    end_token_pause,
    record_token_refusal,
    token_pauses,
)
from bot.delivery.token_trial import TRIAL_SECONDS, try_token
from bot.jobs.clock import Clock
from bot.jobs.heartbeat import LastAbsence, last_absence
from bot.jobs.suspensions import suspended_workspaces
from bot.logs import Advice
from bot.storage import Store, Tx, Workspace, in_workspace

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Work:
    """What a sender can do now: the rows that may be sent despite the pauses, and when there may be more."""

    pauses: list[TokenPause]
    ids: list[int]
    limited_until: datetime | None
    absence: LastAbsence | None


def select_work(tx: Tx, free: int) -> Work:
    """The pauses, at most `free` rows, and the last absence."""
    suspended = [one.workspace for one in suspended_workspaces(tx)]
    # Nothing of a suspended workspace is sent: its token is tried elsewhere.
    pauses = [pause for pause in token_pauses(tx) if pause.workspace not in suspended]
    ids, limited_until = sendable.select_sendable(tx, free, pauses, suspended)
    return Work(pauses, ids, limited_until, last_absence(tx) if ids else None)


class TokenWatch:
    """Token watch: `known` holds the pauses as the sender last read them."""

    def __init__(self, store: Store, client_for: Callable[[Workspace], AsyncWebClient], clock: Clock) -> None:
        self.known: list[TokenPause] = []
        self._store = store
        self._client_for = client_for
        self._clock = clock

    async def probe(self) -> bool:
        """Ask auth.test where a pause is over; False if none was. https://docs.slack.dev/reference/methods/auth.test"""
        due = [pause for pause in self.known if pause.needs_probe(self._clock.now())]
        for pause in due:
            # One call instead of twenty messages: no message is refused only to learn this.
            code = await self._refusal(pause)
            if code is None:
                await self._end(pause)
            else:
                await self._store.transact(
                    in_workspace(pause.workspace, record_token_refusal), pause.method, code
                )
        return bool(due)

    async def _refusal(self, pause: TokenPause) -> str | None:
        client = self._client_for(pause.workspace)
        tried = await try_token(client, self._clock.machine_seconds(TRIAL_SECONDS))
        if tried.team_id is not None:
            return None
        # A Slack that is away says nothing of the token: the alarm keeps its reason.
        return tried.refusal or pause.code

    async def on_success(self, sending: Sending) -> None:
        """End the pause of a method whose scope was missing: Slack has just taken a call."""
        for pause in self.known:
            if (pause.workspace, pause.method) == (sending.workspace, sending.method):
                await self._end(pause)

    async def _end(self, pause: TokenPause) -> None:
        seconds = await self._store.transact(in_workspace(pause.workspace, end_token_pause), pause.method)
        self.known = [one for one in self.known if one != pause]
        if seconds is not None:
            log.info("token_accepted", workspace=pause.workspace.team_id, seconds=round(seconds))


def release_for_token(tx: Tx, sending: Sending, code: str) -> None:
    """Handle a refused token: the row was certainly not sent, and its workspace, or this method, pauses."""
    method = sending.method if code == MISSING_SCOPE else EVERY_METHOD
    begins, wait = record_token_refusal(tx, method, code)
    # Rows refused together wait together: the loop wakes once for all of them.
    outcomes.release(tx, sending, wait)
    if begins:
        advice = Advice.ADD_SCOPES if code == MISSING_SCOPE else Advice.RENEW_TOKEN
        log.error("token_refused", error=code, advice=advice)


def refuses_token(sending: Sending, response: AsyncSlackResponse, code: str) -> bool:
    """Whether an error concerns the token, and not this message alone.

    A missing scope lets messages wait too: a reinstall mends it, and that is often under way. Questions have
    handlers for the answer, and a look-up (another method) has a way to go on without.
    https://docs.slack.dev/reference/methods/chat.postMessage#errors
    """
    if kind_of(code) is ErrorKind.TOKEN_REFUSED:
        return True
    called = response.api_url.rstrip("/").rpartition("/")[2]
    return code == MISSING_SCOPE and sending.kind != "ask" and called == sending.method
