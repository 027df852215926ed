"""Slack's requests over HTTP, in front of Bolt, with three of Bolt 1.30's faults mended.

* A form body that merely contains the word "payload" is parsed as empty: a slash command with that word is lost.
* A timestamp header that is not a number ends in an exception, a 500 that Slack repeats.
* A body that is not JSON raises before any middleware runs.
"""

import json
from collections.abc import Sequence
from urllib.parse import parse_qsl

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

# Slack's own views are at most 250 kB; a payload carries one with its state. Page: views.open.
LARGEST_BODY = 2_000_000


class SlackEndpoint:
    """The ASGI endpoint for commands, interactions and events."""

    def __init__(self, bolt: AsyncApp) -> None:
        self._bolt = bolt

    async def answer(self, request: Request) -> Response:
        """One request of Slack's, answered within the request (Slack waits 3 s)."""
        timestamp = request.headers.get("x-slack-request-timestamp", "0")
        if not (timestamp.isascii() and timestamp.isdigit()):
            return PlainTextResponse("the timestamp is not a number", 401)
        if int(request.headers.get("content-length") or 0) > LARGEST_BODY:
            return PlainTextResponse("too large", 413)
        raw = (await request.body()).decode("utf-8", "replace")
        headers: dict[str, str | Sequence[str]] = dict(request.headers)
        try:
            bolt_request = AsyncBoltRequest(body=raw, query=request.url.query, headers=headers)
        except ValueError:
            return PlainTextResponse("not a body that Slack sends", 400)
        if not bolt_request.body and not raw.startswith("{"):
            _read_form(bolt_request, raw, request.url.query)
        answer = await self._bolt.async_dispatch(bolt_request)
        return Response(
            answer.body, answer.status, {name: values[0] for name, values in answer.headers.items()}
        )


def _read_form(bolt_request: AsyncBoltRequest, raw: str, query: str) -> None:
    # The context (team, user, channel) is built from the body, so both are made again from the form's own fields.
    form = dict(parse_qsl(raw, keep_blank_values=True))
    again = AsyncBoltRequest(body=json.dumps(form), query=query, headers={})
    bolt_request.body = again.body
    bolt_request.context.update(again.context)
