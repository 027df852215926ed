"""`intervisie doctor`: checks everything that the bot needs, and says what to do."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

import aiohttp
import click
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot.cli.migrate import pending
from bot.settings import Settings, SettingsProblem, load_settings
from bot.slack.manifest import HISTORY_SCOPES, SCOPES

SECONDS = 8


@dataclass(frozen=True)
class Finding:
    """What a check found: `state` is "ok", "note" or "problem"."""

    what: str
    state: str
    advice: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(as_json: bool) -> None:
    """Check tokens, scopes, database and migrations, and say what to do."""
    try:
        settings = load_settings()
    except SettingsProblem as found:
        findings = [Finding("Settings", "problem", sentence) for sentence in found.problems]
    else:
        findings = [Finding("Settings", "ok"), *asyncio.run(_check(settings))]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            word = {"ok": "ok     ", "note": "note   ", "problem": "problem"}[finding.state]
            click.echo(f"{word}  {finding.what}" + (f": {finding.advice}" if finding.advice else ""))
    if any(finding.state == "problem" for finding in findings):
        sys.exit(1)


async def _check(settings: Settings) -> list[Finding]:
    client = AsyncWebClient(
        token=settings.bot_token, base_url=settings.slack_api_url, retry_handlers=[], timeout=SECONDS
    )
    found = await _ask(
        "Bot token", client.auth_test, "copy the Bot User OAuth Token once more into SLACK_BOT_TOKEN"
    )
    findings = [found.finding]
    if found.response is not None:
        findings += _scopes(str(found.response.headers.get("x-oauth-scopes", "")))
    app_token = settings.app_token
    if app_token is not None:
        opened = await _ask(
            "App token (Socket Mode)",
            lambda: client.apps_connections_open(app_token=app_token),
            "make an App-Level Token with connections:write and put it in SLACK_APP_TOKEN",
        )
        findings.append(opened.finding)
    return findings + await asyncio.to_thread(_database, settings)


@dataclass(frozen=True)
class _Asked:
    finding: Finding
    response: Any = None


async def _ask(what: str, call: Callable[[], Awaitable[Any]], advice: str) -> _Asked:
    try:
        return _Asked(Finding(what, "ok"), await asyncio.wait_for(call(), SECONDS))
    except SlackApiError as problem:
        code = problem.response.get("error")
        return _Asked(Finding(what, "problem", f"Slack says {code}; {advice}."))
    except (TimeoutError, aiohttp.ClientError, OSError):
        return _Asked(
            Finding(what, "problem", "Slack can't be reached; check the network and SLACK_API_URL.")
        )


def _scopes(header: str) -> list[Finding]:
    given = {scope.strip() for scope in header.split(",") if scope.strip()}
    missing = [scope for scope in SCOPES if scope not in given]
    if missing:
        return [
            Finding(
                "Scopes",
                "problem",
                f"{', '.join(missing)} missing; paste `intervisie manifest` into the app's manifest and reinstall it.",
            )
        ]
    optional = [scope for scope in HISTORY_SCOPES if scope not in given]
    if optional:
        return [
            Finding("Scopes", "ok"),
            Finding(
                "Reading who has spoken",
                "note",
                f"{', '.join(optional)} not given; everything works through buttons and forms.",
            ),
        ]
    return [Finding("Scopes", "ok")]


def _database(settings: Settings) -> list[Finding]:
    try:
        engine = create_engine(settings.database_url)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        engine.dispose()
        missing = pending(settings.database_url)
    except (SQLAlchemyError, OSError):
        return [
            Finding(
                "Database", "problem", "it can't be reached; check DATABASE_URL, and that the server runs."
            )
        ]
    if missing:
        return [
            Finding("Database", "ok"),
            Finding("Migrations", "problem", f"{len(missing)} to do; run `intervisie migrate`."),
        ]
    return [Finding("Database", "ok"), Finding("Migrations", "ok")]
