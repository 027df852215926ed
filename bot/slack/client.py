"""Slack's client, with every call counted, whoever makes it."""

import time
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import metrics
from bot.delivery.errors import ErrorKind, kind_of

NO_ANSWER = "no_answer"
OTHER = "other"
TOO_MANY = 429


class Client(AsyncWebClient):
    """The SDK's client; each method of Slack's passes through `api_call`."""

    async def api_call(self, api_method: str, **kwargs: Any) -> AsyncSlackResponse:
        began = time.perf_counter()
        # Also what is cancelled, because it took too long, ends without an answer.
        result = NO_ANSWER
        try:
            response = await super().api_call(api_method, **kwargs)
            result = "ok"
            return response
        except SlackApiError as problem:
            result = result_of(problem)
            raise
        finally:
            metrics.observe_slack_call(api_method, result, time.perf_counter() - began)


async def respond(session: aiohttp.ClientSession, url: str, payload: dict[str, Any]) -> None:
    """Sends an answer through a response_url; no method of Slack's, but counted as if it were one."""
    began = time.perf_counter()
    result = NO_ANSWER
    try:
        async with session.post(url, json=payload) as response:
            await response.read()
            result = "ok" if response.ok else _result_of_status(response.status) or OTHER
    finally:
        metrics.observe_slack_call("response_url", result, time.perf_counter() - began)


def _result_of_status(status: int) -> str | None:
    if status == TOO_MANY:
        return "ratelimited"
    return "internal_error" if status >= 500 else None


def result_of(problem: SlackApiError) -> str:
    """What is counted: a code that we know the meaning of, and "other" for all of which nothing is known."""
    response: Any = problem.response
    if not isinstance(response, AsyncSlackResponse):
        # It could not be read: cut short, or not from Slack.
        return NO_ANSWER
    by_status = _result_of_status(response.status_code)
    if by_status:
        return by_status
    code = code_of(problem)
    if code is None:
        return NO_ANSWER
    # A code that is not in our lists is taken to be our own fault.
    return OTHER if kind_of(code) is ErrorKind.BUG else code


def code_of(problem: SlackApiError) -> str | None:
    """Slack's own word for what went wrong; None when the answer was not Slack's."""
    response: Any = problem.response
    # Text is what a proxy in between answers.
    data = response.data if isinstance(response, AsyncSlackResponse) else None
    code = data.get("error") if isinstance(data, dict) else None
    return code if isinstance(code, str) else None


def pause_of(problem: SlackApiError) -> float | None:
    """How many seconds Slack asks to wait; None when it does not. Page: Rate limits."""
    response: Any = problem.response
    if not isinstance(response, AsyncSlackResponse) or response.status_code != TOO_MANY:
        return None
    headers = {str(name).lower(): value for name, value in response.headers.items()}
    try:
        return max(float(headers["retry-after"]), 0)
    except (KeyError, ValueError):
        return None
