"""HTTP endpoint for Slack's requests, in front of Bolt. It works around faults of Bolt 1.30:

* A form body that merely contains the word "payload" is parsed as empty: a slash command with that word is lost.
* A timestamp header that is not a number ends in an exception, a 500 that Slack repeats.
* A body that is not JSON, or JSON but not an object, raises before any middleware runs, so before the signature is
  verified. Here the signature comes first.
"""

import json
from collections.abc import Sequence
from urllib.parse import parse_qsl

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.slack.first_event import FirstEvent

log = structlog.get_logger()

# A view is at most 250 kB, and a payload carries one with its state.
# https://docs.slack.dev/reference/methods/views.open
LARGEST_BODY = 2_000_000


class SlackEndpoint:
    """The ASGI endpoint for commands, interactions and events."""

    def __init__(self, bolt: AsyncApp, signing_secret: str, first_event: FirstEvent | None = None) -> None:
        self._bolt = bolt
        self._first_event = first_event
        self._verifier = SignatureVerifier(signing_secret)

    async def answer(self, request: Request) -> Response:
        """Answer one request of Slack; it waits 3 s. https://docs.slack.dev/interactivity/handling-user-interaction"""
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        try:
            raw = body.decode("utf-8")
        except UnicodeDecodeError:
            return PlainTextResponse("not a body that Slack sends", 400)
        if not self._is_slacks(request, raw):
            return PlainTextResponse("not signed by Slack", 401)
        headers: dict[str, str | Sequence[str]] = dict(request.headers)
        try:
            bolt_request = AsyncBoltRequest(body=raw, query=request.url.query, headers=headers)
        except Exception as problem:
            log.warning("request_unreadable", error=type(problem).__name__)
            return PlainTextResponse("not a body that Slack sends", 400)
        if not bolt_request.body and not raw.startswith("{"):
            _read_form(bolt_request, raw, request.url.query)
        answer = await self._bolt.async_dispatch(bolt_request)
        if self._first_event:
            await self._first_event.on_body(bolt_request.body)
        return Response(
            answer.body, answer.status, {name: values[0] for name, values in answer.headers.items()}
        )

    def _is_slacks(self, request: Request, raw: str) -> bool:
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        if not (timestamp.isascii() and timestamp.isdigit() and signature.isascii()):
            return False
        return self._verifier.is_valid(raw, timestamp, signature)


async def _body(request: Request) -> bytes | None:
    """The whole body; None if it is larger than Slack ever sends."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            return None
    return body


def _read_form(bolt_request: AsyncBoltRequest, raw: str, query: str) -> None:
    # Bolt builds the context (team, user, channel) from the body, so rebuild both from the form's fields.
    form = dict(parse_qsl(raw, keep_blank_values=True))
    again = AsyncBoltRequest(body=json.dumps(form), query=query, headers={})
    bolt_request.body = again.body
    bolt_request.context.update(again.context)
