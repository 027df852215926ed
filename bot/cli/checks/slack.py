"""Slack check: are the tokens valid, the scopes granted, and the clocks in agreement?"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.checks.finding import Finding
from bot.settings import Settings
from bot.slack.manifest import HISTORY_SCOPES, SCOPES

SECONDS = 8
NOT_SLACK = "what answers there is not Slack; check the network and SLACK_API_URL."
# Slack's signatures expire after five minutes; people notice wrong reminder times earlier.
CLOCK_MAY_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True)
class _Asked:
    finding: Finding
    headers: Mapping[str, str] | None = None


async def check_slack(settings: Settings) -> list[Finding]:
    """Call auth.test and, for Socket Mode, apps.connections.open (without connecting)."""
    client = AsyncWebClient(
        token=settings.bot_token, base_url=settings.slack_api_url, retry_handlers=[], timeout=SECONDS
    )
    asked = await _ask(
        "Bot token", client.auth_test, "copy the Bot User OAuth Token once more into SLACK_BOT_TOKEN"
    )
    findings = [asked.finding]
    if asked.headers is not None:
        findings += _scopes(asked.headers.get("x-oauth-scopes", ""))
        findings += _clock(asked.headers.get("date", ""))
    app_token = settings.app_token
    if app_token is None:
        advice = "this can't be checked from here; Slack does so when you save the request URL."
        return [*findings, Finding("Signing secret (HTTP)", "note", advice)]
    opened = await _ask(
        "App token (Socket Mode)",
        lambda: client.apps_connections_open(app_token=app_token),
        "make an App-Level Token with connections:write and put it in SLACK_APP_TOKEN",
    )
    return [*findings, opened.finding]


async def _ask(what: str, call: Callable[[], Awaitable[Any]], advice: str) -> _Asked:
    try:
        async with asyncio.timeout(SECONDS):
            response = await call()
    except SlackApiError as problem:
        return _Asked(Finding(what, "problem", _refused(problem.response, advice)))
    except AttributeError:
        # The SDK takes every answer with status 200 for JSON, also plain text.
        return _Asked(Finding(what, "problem", NOT_SLACK))
    except (TimeoutError, aiohttp.ClientError, OSError):
        return _Asked(
            Finding(what, "problem", "Slack can't be reached; check the network and SLACK_API_URL.")
        )
    headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
    return _Asked(Finding(what, "ok"), headers)


def _refused(response: Any, advice: str) -> str:
    # For an answer without JSON the SDK does not pass its own response type.
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    if code is None:
        return NOT_SLACK
    if code in ("ratelimited", "internal_error", "fatal_error", "service_unavailable"):
        return f"Slack says {code}; try again in a minute."
    return f"Slack says {code}; {advice}."


def _scopes(header: str) -> list[Finding]:
    given = {scope.strip() for scope in header.split(",") if scope.strip()}
    missing = [scope for scope in SCOPES if scope not in given]
    if missing:
        advice = f"{', '.join(missing)} missing; paste `intervisie manifest` into the app's manifest and reinstall it."
        return [Finding("Scopes", "problem", advice)]
    optional = [scope for scope in HISTORY_SCOPES if scope not in given]
    if not optional:
        return [Finding("Scopes", "ok")]
    advice = f"{', '.join(optional)} not given; everything works through buttons and forms."
    return [Finding("Scopes", "ok"), Finding("Reading who has spoken", "note", advice)]


def _clock(header: str) -> list[Finding]:
    try:
        difference = abs(datetime.now(UTC) - parsedate_to_datetime(header))
    except (ValueError, TypeError):
        return []
    if difference <= CLOCK_MAY_DIFFER:
        return [Finding("Clock", "ok")]
    minutes = round(difference.total_seconds() / 60)
    return [
        Finding(
            "Clock",
            "problem",
            f"this machine's clock and Slack's differ by {minutes} minutes; set it right, over NTP for example.",
        )
    ]
