"""The `intervisie` command."""

import click

from bot.cli.demo import demo
from bot.cli.doctor import doctor
from bot.cli.help import print_help
from bot.cli.key import key
from bot.cli.manifest import print_manifest
from bot.cli.migrate import migrate
from bot.cli.run import run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="intervisie-bot")
def main() -> None:
    """Intervisie in Slack: the bot, its database, and a workspace to try it in."""


for command in (run, migrate, print_manifest, doctor, key, demo, print_help):
    main.add_command(command)
