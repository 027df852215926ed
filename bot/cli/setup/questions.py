"""Questions on the terminal, and answers through a pipe."""

import getpass
import sys

import click


def say(text: str = "") -> None:
    click.echo(text)


def ask_secret(text: str) -> str:
    """A secret, typed or pasted unseen. Through a pipe it is the next line. Raises click.Abort at its end."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{text} (you will not see it): ").strip()
    click.echo(f"{text}: ", nl=False)
    line = sys.stdin.readline()
    click.echo()
    if not line:
        raise click.Abort
    return line.strip()


def ask(text: str, default: str = "") -> str:
    """An answer that may be seen."""
    return str(click.prompt(text, default=default, show_default=bool(default))).strip()


def agrees(text: str, *, default: bool) -> bool:
    return click.confirm(text, default=default)
