"""`python -m benchmarks.empty PORT`: what the votes are compared with, a Bolt app with one listener that only acks.

The way in is a frozen copy of the bot's own at commit 4412d99: uvicorn as it was set up, the endpoint in front of Bolt, the
Bolt options. It does not follow the bot's: a faster front would make the baseline faster, and show nothing. What is missing
is everything that the bot does: no look-up, no transaction, no outbox.
"""

import asyncio
import json
import re
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

import structlog
import uvicorn
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

log = structlog.get_logger()


# As it was: not to be mended along with the bot's.
LARGEST_BODY = 2_000_000


class SlackEndpoint:
    """The ASGI endpoint for commands, interactions and events."""

    def __init__(self, bolt: AsyncApp, signing_secret: str) -> None:
        self._bolt = bolt
        self._verifier = SignatureVerifier(signing_secret)

    async def answer(self, request: Request) -> Response:
        """One request of Slack's, answered within the request (Slack waits 3 s)."""
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
    """The whole body; None when it is larger than anything that Slack sends."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            return None
    return body


def _read_form(bolt_request: AsyncBoltRequest, raw: str, query: str) -> None:
    # The context (team, user, channel) is built from the body, so both are made again from the form's own fields.
    form = dict(parse_qsl(raw, keep_blank_values=True))
    again = AsyncBoltRequest(body=json.dumps(form), query=query, headers={})
    bolt_request.body = again.body
    bolt_request.context.update(again.context)


def _app(api_url: str, secret: str) -> Starlette:
    client = AsyncWebClient(token="xoxb-bench", base_url=api_url)
    bolt = AsyncApp(client=client, signing_secret=secret, process_before_response=True)

    @bolt.view(re.compile(".*"))
    async def nothing(ack: Callable[..., Awaitable[Any]]) -> None:
        await ack()

    endpoint = SlackEndpoint(bolt, secret)

    async def ready(request: Request) -> Response:
        return Response("ok")

    return Starlette(
        routes=[Route("/readyz", ready), Route("/slack/events", endpoint.answer, methods=["POST"])]
    )


def main(port: int, api_url: str, secret: str) -> None:
    """Serves until it is told to stop."""
    opened = socket.create_server(("127.0.0.1", port))
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(_app(api_url, secret), log_config=None, access_log=False, lifespan="off")
    asyncio.run(uvicorn.Server(config).serve(sockets=[opened]))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
