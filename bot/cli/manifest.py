"""`intervisie manifest`."""

import json
from urllib.parse import urlsplit

import click

from bot.slack.manifest import ENDPOINT, manifest


@click.command("manifest")
@click.option("--mode", type=click.Choice(["socket", "http"]), default="socket", show_default=True)
@click.option("--url", default="", help="The public https address of the bot, for --mode http.")
@click.option("--without-history", is_flag=True, help="Leave out the scopes for reading messages.")
def print_manifest(mode: str, url: str, without_history: bool) -> None:
    """Print the app manifest to paste into Slack."""
    # Accept the whole request URL too.
    address = url.strip().rstrip("/").removesuffix(ENDPOINT)
    if mode == "http" and not is_public(address):
        raise click.UsageError("With --mode http, give --url with the bot's public address: https://…")
    made = manifest(socket_mode=mode == "socket", url=address, with_history=not without_history)
    click.echo(json.dumps(made, indent=2, ensure_ascii=False))


def is_public(address: str) -> bool:
    """Whether Slack could call this address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not any(map(str.isspace, address))
