"""Slack Web API client that counts every call for the metrics."""

import time
from typing import Any
from urllib.parse import urljoin

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import metrics
from bot.delivery.errors import ErrorKind, kind_of

NO_ANSWER = "no_answer"
OTHER = "other"
TOO_MANY = 429
RESPONSE_URLS = "https://hooks.slack.com/"


class Client(AsyncWebClient):
    """The SDK's client with metrics: every Web API method passes through `api_call`."""

    async def api_call(self, api_method: str, **kwargs: Any) -> AsyncSlackResponse:
        began = time.perf_counter()
        # Stays for a call that is cancelled because it took too long.
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


def is_response_url(url: object, api_url: str) -> bool:
    """Whether an answer may go to this address: only to Slack's own, and to the sandbox on this machine.

    https://docs.slack.dev/interactivity/handling-user-interaction
    """
    if not isinstance(url, str):
        return False
    if url.startswith(RESPONSE_URLS):
        return True
    # Only the sandbox is reached over plain HTTP (bot/settings.py).
    return api_url.startswith("http://") and url.startswith(urljoin(api_url, "/response/"))


async def respond(session: aiohttp.ClientSession, url: str, payload: dict[str, Any]) -> None:
    """Send an answer through a response_url. It is counted like a Web API method.

    https://docs.slack.dev/interactivity/handling-user-interaction
    """
    began = time.perf_counter()
    result = NO_ANSWER
    try:
        async with session.post(url, json=payload, allow_redirects=False) as response:
            await response.read()
            result = "ok" if response.ok else _result_of_status(response.status) or OTHER
    finally:
        metrics.observe_slack_call("response_url", result, time.perf_counter() - began)


def _result_of_status(status: int) -> str | None:
    if status == TOO_MANY:
        return "ratelimited"
    return "internal_error" if status >= 500 else None


def result_of(problem: SlackApiError) -> str:
    """The result label of the metrics: a known error code, or "other"."""
    response: Any = problem.response
    if not isinstance(response, AsyncSlackResponse):
        # An unreadable answer: cut short, or not from Slack.
        return NO_ANSWER
    by_status = _result_of_status(response.status_code)
    if by_status:
        return by_status
    code = code_of(problem)
    if code is None:
        return NO_ANSWER
    # kind_of() answers BUG for unknown codes.
    return OTHER if kind_of(code) is ErrorKind.BUG else code


def code_of(problem: SlackApiError) -> str | None:
    """Slack's error code; None if the answer did not come from Slack."""
    response: Any = problem.response
    # Plain text comes from a proxy.
    data = response.data if isinstance(response, AsyncSlackResponse) else None
    code = data.get("error") if isinstance(data, dict) else None
    return code if isinstance(code, str) else None


def pause_of(problem: SlackApiError) -> float | None:
    """Seconds of Slack's Retry-After; None without one. https://docs.slack.dev/apis/web-api/rate-limits"""
    response: Any = problem.response
    if not isinstance(response, AsyncSlackResponse) or response.status_code != TOO_MANY:
        return None
    headers = {str(name).lower(): value for name, value in response.headers.items()}
    try:
        return max(float(headers["retry-after"]), 0)
    except (KeyError, ValueError):
        return None
