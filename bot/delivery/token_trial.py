"""Token trial: asks auth.test whose token the bot has. https://docs.slack.dev/reference/methods/auth.test"""

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.errors import ErrorKind, kind_of

TRIAL_SECONDS = 10


@dataclass(frozen=True, slots=True)
class TokenTrial:
    """Outcome of a trial: the workspace that answered, or the code of the refusal. A Slack that is away tells neither."""

    team_id: str | None = None
    refusal: str | None = None


async def try_token(client: AsyncWebClient, machine_seconds: float) -> TokenTrial:
    """Try the token of a client within a time limit."""
    try:
        async with asyncio.timeout(machine_seconds):
            answer = await client.auth_test()
            return TokenTrial(team_id=str(answer["team_id"]))
    except SlackApiError as problem:
        data: Any = getattr(problem.response, "data", None)
        code = data.get("error") if isinstance(data, dict) else None
        refused = isinstance(code, str) and kind_of(code) is ErrorKind.TOKEN_REFUSED
        return TokenTrial(refusal=code if refused else None)
    except (TimeoutError, aiohttp.ClientError, OSError, AttributeError, KeyError):
        return TokenTrial()
