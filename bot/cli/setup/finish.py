"""End of the setup: migrate, run the doctor, and say what is left to do."""

import click

from bot.cli.checks import check
from bot.cli.doctor import show
from bot.cli.migrate import bring_up_to_date
from bot.cli.setup.questions import say
from bot.cli.setup.steps import URL, Setup
from bot.settings import DEFAULT_PORT, SettingsProblem, load_settings

INVITE = "In Slack, in the channel of your group: /invite @Intervisie, and then /intervisie"


def check_and_say_what_is_left(this: Setup) -> bool:
    """Migrate and check. Returns whether the bot can start."""
    try:
        settings = load_settings()
    except SettingsProblem as found:
        say("\nThe bot can't start yet:")
        for sentence in found.problems:
            say(f"  - {sentence}")
        return False
    say("\nThe database:")
    bring_up_to_date(settings.database_url, click.echo)
    say("\nThe doctor:")
    findings = check(settings)
    show(findings)
    if any(finding.state == "problem" for finding in findings):
        say("\nNot ready yet. Mend what is marked as a problem, then run `intervisie setup` again.")
        return False
    say("\nReady. What is left to do:")
    steps = ["Start the bot, and let it run: intervisie run"]
    if not this.uses_socket_mode:
        port = settings.port or DEFAULT_PORT
        steps = [
            f"Start the bot where {this.value(URL)} leads (port {port}), and let it run: intervisie run",
            "While it runs, open the app at https://api.slack.com/apps, then Event Subscriptions, and press Retry beside the "
            "request URL. Until Slack has verified it, commands and buttons work and events stay away.",
        ]
    for number, step in enumerate([*steps, INVITE], start=1):
        say(f"  {number}. {step}")
    return True
