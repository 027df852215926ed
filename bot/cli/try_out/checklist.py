"""The first hour in a real workspace: twelve points that a person must look at, one at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import click
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.cli.try_out.calls import Tried
from bot.cli.try_out.cleanup import Cleanup

Show = Callable[[WebClient, Cleanup, Tried], None]


@dataclass(frozen=True, slots=True)
class Point:
    """One point: what to do, what to look at, and a sample that is posted for it."""

    title: str
    look: str
    show: Show | None = None


def _post(client: WebClient, cleanup: Cleanup, tried: Tried, text: str) -> str:
    posted = client.chat_postMessage(channel=tried.channel, text=text)
    ts = str(posted["ts"])
    cleanup.later(f"the message {ts}", lambda: client.chat_delete(channel=tried.channel, ts=ts))
    return ts


def _language(client: WebClient, cleanup: Cleanup, tried: Tried) -> None:
    user = client.users_info(user=tried.person, include_locale=True)["user"]
    click.echo(f"   users.info says: locale {user.get('locale')}, tz {user.get('tz')}")


def _whisper(client: WebClient, cleanup: Cleanup, tried: Tried) -> None:
    thread = _post(client, cleanup, tried, "A thread to try out.")
    reply = str(
        client.chat_postMessage(channel=tried.channel, text="The first reply.", thread_ts=thread)["ts"]
    )
    cleanup.later(f"the reply {reply}", lambda: client.chat_delete(channel=tried.channel, ts=reply))
    client.chat_postEphemeral(
        channel=tried.channel, user=tried.person, text="Only you see this, in the thread.", thread_ts=thread
    )


def _dates(client: WebClient, cleanup: Cleanup, tried: Tried) -> None:
    _post(
        client, cleanup, tried, "<!date^1893456000^{date_long_pretty}, {time}|Slack did not fill in the date>"
    )


def _long(client: WebClient, cleanup: Cleanup, tried: Tried) -> None:
    text = "A long text without a meaning. " * 60
    for expand in (False, True):
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text}, "expand": expand}]
        posted = client.chat_postMessage(channel=tried.channel, text="A long text.", blocks=blocks)
        ts = str(posted["ts"])
        cleanup.later(f"the message {ts}", partial(client.chat_delete, channel=tried.channel, ts=ts))


POINTS = (
    Point("Language", "Preferences, Language: is Dutch among the languages?", _language),
    Point(
        "A private answer in a thread",
        "Open the thread that was just posted on a phone: where does 'Only you see this' stand? In a session, press somebody "
        "else's button in the thread and look again.",
        _whisper,
    ),
    Point(
        "Dates", "How does the date that was just posted read in an English client, and on a phone?", _dates
    ),
    Point(
        "Added while away",
        "Add a colleague who is not at their screen to the group's channel. What do they find later?",
    ),
    Point(
        "The bot is removed",
        "Remove the bot from a channel with a group. Does whoever set up the group hear of it? Invite it again.",
    ),
    Point(
        "HTTP only: events",
        "Was the manifest pasted before the bot ran? Open the Home tab; `intervisie doctor` says whether an event came in.",
    ),
    Point(
        "Socket Mode only: a laptop that sleeps",
        "Close the laptop for a minute, three times. `/readyz` and the doctor show `too_many_connections` if Slack goes on counting.",
    ),
    Point(
        "Long texts",
        "Two long messages were posted; the second asks to be shown whole. Where does 'See more' stand?",
        _long,
    ),
    Point(
        "Who is notified",
        "Run one short session with a test case. Who got a notification of what, on the phone and on the desktop?",
    ),
    Point("A calendar file", "Type /intervisie agenda, ask for the file, and open it on iOS and on Android."),
    Point(
        "A shared channel",
        "Share a channel with a second workspace (free will do). Can its people join, open and send a form, and write in the thread?",
    ),
    Point(
        "Reinstall",
        "During a session, install the app again with another scope. Messages wait, and then go out; `/readyz` shows the alarm meanwhile.",
    ),
)


def walk_through(client: WebClient, cleanup: Cleanup, tried: Tried) -> None:
    """Go through the points; Enter goes on. Prints what was noted, also when it is broken off."""
    notes: list[str] = []
    click.echo(
        "\nNow the points that a person must see. Type what you saw, or only Enter to go on; Ctrl+C ends it."
    )
    try:
        for number, point in enumerate(POINTS, 1):
            click.echo(f"\n{number} of {len(POINTS)}. {point.title}")
            _show(client, cleanup, tried, point)
            click.echo(f"   {point.look}")
            seen = click.prompt("   Seen", default="", show_default=False)
            notes.append(f"{number}. {point.title}: {seen or '-'}")
    finally:
        if notes:
            click.echo("\nWhat was seen:")
            for note in notes:
                click.echo(note)


def _show(client: WebClient, cleanup: Cleanup, tried: Tried, point: Point) -> None:
    if point.show is None:
        return
    try:
        point.show(client, cleanup, tried)
    except SlackApiError as problem:
        click.echo(f"   Slack refuses the sample: {problem.response.get('error')}")
