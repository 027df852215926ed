"""Checks of `intervisie doctor`."""

import asyncio

from bot.cli.checks.database import check_database
from bot.cli.checks.finding import Finding
from bot.cli.checks.machine import check_zones
from bot.cli.checks.slack import check_slack
from bot.settings import Settings


def check(settings: Settings) -> list[Finding]:
    """Run all checks that need complete settings."""
    return [*asyncio.run(check_slack(settings)), *check_database(settings), *check_zones()]
