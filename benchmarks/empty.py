"""`python -m benchmarks.empty PORT`: what the votes are compared with, a Bolt app with one listener that only acks.

The way in is the bot's own: uvicorn as `intervisie run` sets it up, the same endpoint in front of Bolt, the same
Bolt options. What is missing is everything that the bot does: no look-up, no transaction, no outbox.
"""

import asyncio
import re
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.slack.http import SlackEndpoint


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
