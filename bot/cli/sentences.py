"""Log lines as sentences, for somebody who started `intervisie run` on a terminal. Elsewhere they are JSON."""

from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import Any

from structlog import DropEvent

Line = Mapping[str, Any]

MODES = {
    "socket": "The bot runs, and is connected to Slack (Socket Mode).",
    "http": "The bot runs, and waits for Slack at {port}.",
    "worker": "The bot runs as a worker: it does what falls due, and sends.",
}
SENTENCES: Mapping[str, str] = {
    "stopped": "The bot has stopped. What was planned is done when it starts again.",
    "connection_lost": "A connection to Slack was lost; a new one is made.",
    "connection_silent": "Slack is silent on a connection; a new one is made.",
    "store_unavailable": "The database can't be reached just now. The bot tries again by itself.",
    "slack_slow": "Slack was too slow; whoever pressed is asked to try again.",
    "was_away": "The bot was away for {minutes}. What was due meanwhile is done now, as far as it is still of use.",
    "clock_stepped": "This machine's clock was moved by {minutes}.",
    "clock_off": "This machine's clock and the database's differ by {minutes}; set it right, over NTP for example.",
    "token_accepted": "Slack takes the token again. What waited is sent.",
    "slack_refused": "Slack did not take a message ({outcome}). `intervisie doctor` lists what was not delivered.",
    "not_our_workspace": "Something came from another workspace than that of the token, and was left alone.",
    "message_unreadable": "A message can't be read with the keys in INTERVISIE_SECRET_KEYS. See `intervisie doctor`.",
    "old_messages_stay": "Messages of the bot from long ago stay in Slack: it did not find them, or may not delete them.",
    "operator_forget": "By hand: data were deleted.",
    "operator_export": "By hand: a person's data were exported.",
    "operator_backup": "By hand: a backup was made.",
    "operator_restore": "By hand: a backup was put back.",
    "operator_rekey": "By hand: stored texts were written anew.",
    "stopped_while_busy": "The bot stopped in the midst of something, which is done when it starts again.",
}
# Events that are no news for a person: they pass by themselves, and nobody needs to do something.
QUIET = frozenset(
    {
        "slack_connected",
        "connection_announced_to_go",
        "connections_elsewhere",
        "connections_forgotten",
        "ack_not_sent",
    }
)
FAILED = "Something went wrong ({error}), and the bot goes on. If it happens again, see `intervisie doctor`."
TECHNICAL = ("error", "outcome", "kind", "method", "where")


def as_sentence(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    """Renderer of structlog: the time of day and a sentence. Raises DropEvent for what is no news."""
    if event.get("event") in QUIET:
        raise DropEvent
    return f"{_time(event)}  {_sentence(event)}"


def _sentence(event: Line) -> str:
    name = str(event.get("event", ""))
    if "advice" in event:
        return str(event["advice"])
    if name == "started":
        return _started(event)
    words = SENTENCES.get(name)
    if words is None and event.get("level") == "error":
        words = FAILED
    if words is None:
        return _as_it_is(name, event)
    known = {"outcome": "no reason", "error": "no name", **event, "minutes": _minutes(event.get("seconds"))}
    said = words.format_map(known)
    # The place in the code belongs in a report of the fault.
    return f"{said} [{event['where']}]" if "where" in event else said


def _started(event: Line) -> str:
    port = event.get("port")
    said = MODES[str(event.get("mode"))].format(port=f"port {port}")
    return f"{said} Stop it with Ctrl+C."


def _as_it_is(name: str, event: Line) -> str:
    told = [f"{key} {event[key]}" for key in TECHNICAL if key in event]
    return f"{name.replace('_', ' ').capitalize()}{': ' if told else ''}{', '.join(told)}."


def _minutes(seconds: object) -> str:
    if not isinstance(seconds, (int, float)):
        return "a while"
    if abs(seconds) < 90:
        return f"{round(abs(seconds))} seconds"
    return f"{round(abs(seconds) / 60)} minutes"


def _time(event: Line) -> str:
    try:
        return f"{datetime.fromisoformat(str(event['timestamp'])).astimezone():%H:%M:%S}"
    except (KeyError, ValueError):
        return "--:--:--"
