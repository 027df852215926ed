"""`intervisie doctor --try #channel`: tries in a workspace what the bot relies on, then walks a person through the rest.

Nothing of the groups is posted, and everything that was posted is taken away again, also after Ctrl+C.
"""

import signal
from typing import NoReturn

import click
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.cli.try_out.calls import try_calls
from bot.cli.try_out.checklist import walk_through
from bot.cli.try_out.cleanup import Cleanup
from bot.cli.try_out.findings import Difference, Findings
from bot.cli.try_out.home import HomeTab
from bot.cli.try_out.people import choose_person
from bot.settings import Settings

SECONDS = 10


def try_out(settings: Settings, channel: str, person: str | None) -> bool:
    """Try everything; True if all answered as expected."""
    client = WebClient(
        token=settings.bot_token,
        base_url=settings.slack_api_url,
        timeout=SECONDS,
        retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=3)],
    )
    findings, cleanup = Findings(), Cleanup()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with cleanup:
            tried = try_calls(
                client, findings, cleanup, channel, lambda place: choose_person(client, place, person)
            )
            if tried is not None:
                home = HomeTab(client, settings, tried.team)
                home.try_it(findings, cleanup, tried.person)
            findings.print_table()
            if tried is not None:
                walk_through(client, cleanup, tried)
    except (KeyboardInterrupt, click.Abort):
        click.echo("\nBroken off.")
    except SlackApiError as problem:
        click.echo(f"Slack says {problem.response.get('error')}; nothing further was tried.")
        findings.differences.append(Difference("people", "ok", str(problem.response.get("error"))))
    for left in cleanup.left:
        click.echo(f"Take this away by hand: {left}")
    return findings.is_all_well and not cleanup.left


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
