"""Reports missing and wrong settings, all at once."""

import sys
from typing import NoReturn

import click

from bot.settings import Settings, SettingsProblem, load_settings


def settings_or_exit() -> Settings:
    """The checked settings; if some are wrong, report all of them and exit with code 2."""
    try:
        return load_settings()
    except SettingsProblem as found:
        tell(found)


def tell(found: SettingsProblem) -> NoReturn:
    click.echo("The bot can't start yet:", err=True)
    for sentence in found.problems:
        click.echo(f"  - {sentence}", err=True)
    click.echo(
        "`intervisie setup` asks for them. Or put them in the environment, or in a file named .env.", err=True
    )
    sys.exit(2)
