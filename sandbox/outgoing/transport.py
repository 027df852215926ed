"""Two ways to the bot.

https://docs.slack.dev/apis/events-api/using-socket-mode
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import json
import secrets
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlencode, urljoin

import aiohttp

from sandbox.client import NO_ANSWER, Client, Response

# https://docs.slack.dev/interactivity/handling-user-interaction
ACK_SECONDS = 3.0
# How often somebody who shares requests out between several processes looks which of them are ready.
LOOK_SECONDS = 0.2


class NotAcknowledged(Exception):
    """The bot did not answer within three seconds, or answered with an error."""


class NotVerified(Exception):
    """Events are not sent yet: the request URL has not answered Slack's challenge."""


class Transport(Protocol):
    """How a payload reaches the bot. `kind` is "slash_commands", "interactive" or "events_api"."""

    async def close(self) -> None:
        """Lets go of what it holds."""

    async def send(self, kind: str, payload: dict[str, Any], retry: int = 0) -> dict[str, Any]:
        """Delivers a payload and returns what the acknowledgement carries. Raises NotAcknowledged and NotVerified."""

    @property
    def connected(self) -> bool:
        """Whether there is a bot at the other end."""


class HttpTransport:
    """Signed requests to the bot's address, or to several in turn: then as a load balancer in front of them does it.

    Events wait until the request URL is verified. It looks now and then which of them say that they are ready. Where nobody listens it tries the next one; a request
    that was begun is not repeated.
    """

    def __init__(self, urls: Sequence[str], signing_secret: str) -> None:
        self._urls = deque(urls)
        self._secret = signing_secret
        self._client = Client(timeout=ACK_SECONDS)
        self._ready: set[str] = set()
        self._look_again = 0.0
        self.verified = False

    async def close(self) -> None:
        await self._client.aclose()

    @property
    def connected(self) -> bool:
        return True

    async def verify(self) -> bool:
        """Asks the request URL for the challenge, as "Retry" in the app's settings does: only then are events sent.

        Commands and interactions do not wait for it. https://docs.slack.dev/reference/events/url_verification
        """
        challenge = secrets.token_urlsafe(39)
        body = json.dumps(
            {"token": "sandbox-verification", "challenge": challenge, "type": "url_verification"}
        )
        try:
            response = await self._post(body, self._headers("application/json", body))
        except NotAcknowledged:
            return self.verified
        if response.status_code == 200 and challenge in (response.text, _field(response, "challenge")):
            self.verified = True
        return self.verified

    def _headers(self, content_type: str, body: str) -> dict[str, str]:
        return {"content-type": content_type, **signature(self._secret, body, int(time.time()))}

    async def send(self, kind: str, payload: dict[str, Any], retry: int = 0) -> dict[str, Any]:
        if kind == "events_api" and not self.verified:
            raise NotVerified
        if kind == "events_api":
            body, content_type = json.dumps(payload), "application/json"
        elif kind == "interactive":
            body, content_type = (
                urlencode({"payload": json.dumps(payload)}),
                "application/x-www-form-urlencoded",
            )
        else:
            body, content_type = urlencode(payload), "application/x-www-form-urlencoded"
        headers = self._headers(content_type, body)
        if retry:
            headers |= {"x-slack-retry-num": str(retry), "x-slack-retry-reason": "http_timeout"}
        response = await self._post(body, headers)
        if response.status_code != 200:
            raise NotAcknowledged
        if response.headers.get("content-type", "").startswith("application/json") and response.content:
            answer = response.json()
            return answer if isinstance(answer, dict) else {}
        return {"text": response.text} if response.text else {}

    async def _post(self, body: str, headers: dict[str, str]) -> Response:
        if len(self._urls) > 1 and time.monotonic() >= self._look_again:
            await self._look()
        # When none of them says that it is ready, they are all asked: better than nobody.
        asked = [url for url in self._urls if url in self._ready] or list(self._urls)
        self._urls.rotate()
        for url in asked:
            try:
                return await self._client.post(url, content=body, headers=headers)
            except aiohttp.ClientConnectorError:
                continue
            except NO_ANSWER as problem:
                raise NotAcknowledged from problem
        raise NotAcknowledged

    async def _look(self) -> None:
        """Which of them are ready."""
        self._look_again = time.monotonic() + LOOK_SECONDS
        found = set()
        # Others rotate them meanwhile.
        for url in tuple(self._urls):
            try:
                response = await self._client.get(urljoin(url, "/readyz"))
            except NO_ANSWER:
                continue
            if response.status_code == 200:
                found.add(url)
        self._ready = found


def _field(response: Response, name: str) -> object:
    try:
        answer = response.json()
    except ValueError:
        return None
    return answer.get(name) if isinstance(answer, dict) else None


def signature(secret: str, body: str, timestamp: int) -> dict[str, str]:
    """The two headers by which a request proves that it comes from Slack."""
    base = f"v0:{timestamp}:{body}".encode()
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": str(timestamp), "x-slack-signature": f"v0={digest}"}
