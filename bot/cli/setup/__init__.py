"""`intervisie setup`: from nothing to a bot that may start, and later one thing changed."""

import contextlib
import sys
from collections.abc import Iterator

import click

from bot.cli.setup.env_file import EnvFile, UnwritableFile
from bot.cli.setup.finish import check_and_say_what_is_left
from bot.cli.setup.questions import say
from bot.cli.setup.steps import CHANGES, Setup, ask_what_to_change
from bot.folders import settings_file_to_write


@click.command()
@click.option(
    "--change",
    type=click.Choice(sorted(CHANGES)),
    default=None,
    help="Change this one thing, and ask nothing else.",
)
@click.option("--without-history", is_flag=True, help="The app gets no scopes for reading messages.")
def setup(change: str | None, without_history: bool) -> None:
    """Make the app in Slack, ask for its tokens, write the settings, migrate and check. Run it again to change one thing."""
    file = EnvFile(settings_file_to_write())
    with _told(file):
        file.open()
        this = Setup(file, with_history=not without_history)
        if change:
            CHANGES[change](this)
        elif this.is_complete:
            wanted = ask_what_to_change(this)
            if wanted:
                CHANGES[wanted](this)
        else:
            say(f"Your settings go to {file.path}, which only your account can read.")
            this.ask_for_what_is_missing()
        is_ready = check_and_say_what_is_left(this)
    sys.exit(0 if is_ready else 1)


@contextlib.contextmanager
def _told(file: EnvFile) -> Iterator[None]:
    """Error that stops the setup half-way; its message is a sentence for the terminal."""
    try:
        yield
    except UnwritableFile as problem:
        raise click.ClickException(str(problem)) from None
    except (click.Abort, KeyboardInterrupt, EOFError):
        kept = f"What you gave so far is in {file.path}. " if file.path.exists() else ""
        say(f"\nStopped. {kept}Run `intervisie setup` again to go on.")
        sys.exit(1)
