"""Does this machine know the time zones?"""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.cli.checks.finding import Finding


def check_zones() -> list[Finding]:
    """Without them no reminder can be put in somebody's own working hours."""
    try:
        ZoneInfo("Europe/Amsterdam")
    except ZoneInfoNotFoundError:
        return [Finding("Time zones", "problem", "they are not here; install the package tzdata.")]
    return [Finding("Time zones", "ok")]
