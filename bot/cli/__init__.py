"""The `intervisie` command."""

import gc
import importlib
import sys
from collections.abc import Mapping

import click

# The commands with their modules, in the order of the help.
COMMANDS: Mapping[str, str] = {
    "setup": "bot.cli.setup:setup",
    "run": "bot.cli.run:run",
    "migrate": "bot.cli.migrate:migrate",
    "manifest": "bot.cli.manifest:print_manifest",
    "doctor": "bot.cli.doctor:doctor",
    "key": "bot.cli.key:key",
    "rekey": "bot.cli.rekey:rekey",
    "forget": "bot.cli.forget:forget",
    "export": "bot.cli.forget:export",
    "backup": "bot.cli.backup:backup",
    "restore": "bot.cli.restore:restore",
    "demo": "bot.cli.demo:demo",
    "help": "bot.cli.help:print_help",
}


class _Commands(click.Group):
    """Loads a command on demand: `intervisie key` need not import the whole bot."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        if module not in sys.modules:
            _load(module)
        command: click.Command = getattr(sys.modules[module], name)
        return command


def _load(module: str) -> None:
    """Import a module, and exclude its objects from garbage collection.

    Collection took a sixth of the import time, and later each full collection stops the process for up to 0.2 s.
    """
    gc.disable()
    try:
        importlib.import_module(module)
        gc.freeze()
    finally:
        gc.enable()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="intervisie-bot")
def main() -> None:
    """Intervisie in Slack: the bot, its database, and a workspace to try it in."""


for _name in COMMANDS:
    # Names only: click uses them to suggest a command after a typing error.
    main.add_command(click.Command(_name))
