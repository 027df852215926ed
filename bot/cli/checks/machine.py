"""Machine check: are the time zones installed?"""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.cli.checks.finding import Finding


def check_zones() -> list[Finding]:
    """Check the time zones, which reminders in working hours need."""
    try:
        ZoneInfo("Europe/Amsterdam")
    except ZoneInfoNotFoundError:
        return [Finding("Time zones", "problem", "they are not here; install the package tzdata.")]
    return [Finding("Time zones", "ok")]
