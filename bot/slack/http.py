"""HTTP endpoint for Slack's requests, in front of Bolt, which gets a verified payload instead of a body.

The body is parsed once, with yarl: percent-decoding by `urllib` took half of each interaction. Bolt 1.30 also has faults there:

* A form body that merely contains the word "payload" is parsed as empty: a slash command with that word is lost.
* A timestamp header that is not a number ends in an exception, a 500 that Slack repeats.
* A timestamp header of thousands of digits is more than Python makes a number of: also an exception, and a 500.
* A body that is not JSON, or JSON but not an object, raises before any middleware runs, so before the signature is
  verified. Here the signature comes first.
"""

import json
import re
import time
from collections.abc import Sequence
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from yarl import query_to_pairs

from bot.slack.first_event import FirstEvent
from bot.slack.unsigned_bodies import NoBody, UnsignedBodies

log = structlog.get_logger()

# A time in seconds has ten digits. https://docs.slack.dev/authentication/verifying-requests-from-slack
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)
# As long as the SDK's verifier takes a signature.
SIGNED_SECONDS = 300
CLOSE = {"connection": "close"}
NO_BODY = {
    NoBody.TOO_LARGE: ("too large", 413),
    NoBody.NO_ROOM: ("try again", 503),
    NoBody.BROKEN_OFF: ("not a whole request", 400),
}


class SlackEndpoint:
    """The ASGI endpoint for commands, interactions and events."""

    def __init__(self, bolt: AsyncApp, signing_secret: str, first_event: FirstEvent | None = None) -> None:
        self._bolt = bolt
        self._first_event = first_event
        self._verifier = SignatureVerifier(signing_secret)
        self._bodies = UnsignedBodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # An ASGI app of its own: Starlette wraps a function three times, for exceptions that `answer` does not raise.
        response = await self.answer(Request(scope, receive))
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """Answer one request of Slack; it waits 3 s. https://docs.slack.dev/interactivity/handling-user-interaction"""
        if not _may_be_slacks(request):
            # The connection closes with the answer, so the body is not taken in.
            return PlainTextResponse("not signed by Slack", 401, CLOSE)
        body = await self._bodies.read(request)
        if isinstance(body, NoBody):
            text, status = NO_BODY[body]
            return PlainTextResponse(text, status, CLOSE)
        try:
            raw = body.decode("utf-8")
        except UnicodeDecodeError:
            return PlainTextResponse("not a body that Slack sends", 400)
        if not self._is_slacks(request, raw):
            return PlainTextResponse("not signed by Slack", 401)
        bolt_request = _bolt_request(raw, dict(request.headers))
        if bolt_request is None or _lacks_action(bolt_request.body):
            return PlainTextResponse("not a body that Slack sends", 400)
        answer = await self._bolt.async_dispatch(bolt_request)
        if self._first_event:
            await self._first_event.on_body(bolt_request.body)
        return Response(
            answer.body, answer.status, {name: values[0] for name, values in answer.headers.items()}
        )

    def _is_slacks(self, request: Request, raw: str) -> bool:
        timestamp, signature = _signed_with(request)
        return self._verifier.is_valid(raw, timestamp, signature)


def _signed_with(request: Request) -> tuple[str, str]:
    headers = request.headers
    return headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")


def _may_be_slacks(request: Request) -> bool:
    """Whether the headers have the form of a signature of these minutes; the body is read only then."""
    timestamp, signature = _signed_with(request)
    if not (_TIMESTAMP.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature)):
        return False
    return abs(time.time() - int(timestamp)) <= SIGNED_SECONDS


def _lacks_action(body: dict[str, Any]) -> bool:
    """Whether a press of a button names none. https://docs.slack.dev/reference/interaction-payloads/block_actions-payload"""
    if body.get("type") != "block_actions":
        return False
    actions = body.get("actions")
    return not (isinstance(actions, list) and actions and isinstance(actions[0], dict))


def _bolt_request(raw: str, headers: dict[str, str | Sequence[str]]) -> AsyncBoltRequest | None:
    """The request for Bolt; None if the body is none that Slack sends."""
    try:
        payload = _payload_of(raw, str(headers.get("content-type", "")))
        # Bolt's name for a payload whose sender is known: it verifies no signature again.
        return AsyncBoltRequest(body=payload, headers=headers, mode="socket_mode")
    except Exception as problem:
        log.warning("request_unreadable", error=type(problem).__name__)
        return None


def _payload_of(raw: str, content_type: str) -> dict[str, Any]:
    """JSON of an event, the field `payload` of an interaction, or the fields of a command. Raises ValueError.

    https://docs.slack.dev/interactivity/handling-user-interaction
    """
    if raw.startswith("{") or content_type.partition(";")[0] == "application/json":
        found = json.loads(raw)
    else:
        found = dict(query_to_pairs(raw))
        if "payload" in found:
            found = json.loads(found["payload"])
    if not isinstance(found, dict):
        raise ValueError
    return found
