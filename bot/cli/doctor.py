"""`intervisie doctor`: checks everything that the bot needs, and advises on problems."""

import json
import sys

import click

from bot.cli.checks import Finding, check
from bot.settings import SettingsProblem, load_settings

WORDS = {"ok": "ok     ", "note": "note   ", "problem": "problem"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option(
    "--try",
    "channel",
    metavar="#CHANNEL",
    help="Also try in this channel what the bot relies on, then walk through what a person must see.",
)
@click.option("--as", "person", metavar="@NAME", help="With --try: who you are, by name or id.")
def doctor(as_json: bool, channel: str | None, person: str | None) -> None:
    """Check tokens, scopes, database, keys and migrations, and say what to do."""
    if channel and as_json:
        raise click.UsageError("--try talks with a person; leave out --json.")
    settings = None
    try:
        settings = load_settings()
    except SettingsProblem as found:
        findings = [Finding("Settings", "problem", sentence) for sentence in found.problems]
    else:
        findings = [Finding("Settings", "ok"), *check(settings)]
    if as_json:
        made = [{"what": it.what, "state": it.state, "advice": it.advice} for it in findings]
        click.echo(json.dumps(made, indent=2))
    else:
        show(findings)
    if channel and settings is not None:
        # Imported late: nobody else needs Slack's blocking client.
        from bot.cli.try_out import try_out

        if not try_out(settings, channel, person):
            sys.exit(1)
    if any(finding.state == "problem" for finding in findings):
        sys.exit(1)


def show(findings: list[Finding]) -> None:
    """Print a line for each finding."""
    for finding in findings:
        click.echo(
            f"{WORDS[finding.state]}  {finding.what}" + (f": {finding.advice}" if finding.advice else "")
        )
