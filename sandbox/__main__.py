"""`python -m sandbox`: the workspace as a process of its own."""

import asyncio

import click

from sandbox.server import Config, Sandbox, listening, server
from sandbox.ui.scenes import PREPARING_SECONDS


@click.command()
@click.option("--port", default=8900, show_default=True, help="Where to listen, on this machine only.")
@click.option("--transport", type=click.Choice(["socket", "http"]), default="socket", show_default=True)
@click.option("--bot-url", default="", help="Where the bot listens, with --transport http.")
@click.option("--opens-at", type=float, help="When the demo's page opens, in Unix seconds.")
@click.option("--bot-control", default="", help="Where the bot's process can be stopped and started.")
@click.option("--signing-secret", envvar="SLACK_SIGNING_SECRET", default="sandbox-signing-secret")
@click.option("--bot-token", envvar="SLACK_BOT_TOKEN", default="xoxb-sandbox")
@click.option("--app-token", envvar="SLACK_APP_TOKEN", default="xapp-sandbox")
def main(
    port: int,
    transport: str,
    bot_url: str,
    opens_at: float | None,
    bot_control: str,
    signing_secret: str,
    bot_token: str,
    app_token: str,
) -> None:
    """Starts a Slack workspace on this machine."""
    config = Config(
        port,
        transport,
        bot_url,
        signing_secret,
        bot_token,
        app_token,
        begins_at=None if opens_at is None else opens_at - PREPARING_SECONDS,
        opens_at=opens_at,
        bot_control=bot_control,
    )
    opened = listening(port)
    sandbox = Sandbox(config, opened.getsockname()[1])
    click.echo(f"Sandbox: {sandbox.url}")
    asyncio.run(server(sandbox.asgi).serve(sockets=[opened]))


if __name__ == "__main__":
    main()
