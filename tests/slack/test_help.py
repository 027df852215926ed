"""The list of commands, as `/intervisie help` shows it."""

from bot.slack import help as help_command
from bot.slack.router import Router
from bot.texts import for_language


def test_no_command_of_the_help_is_behind_see_more() -> None:
    router = Router()
    help_command.register(router)
    shown = help_command.message(router, for_language("nl"), "", None)
    commands = next(block for block in shown.blocks if "/intervisie help" in str(block))
    assert commands["expand"] is True
