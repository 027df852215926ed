"""Times of the socket pool, and how many connections it keeps."""

from dataclasses import dataclass

# Slack allows ten connections per app and sends a payload to any of them. Two per process leave room for four
# processes, of which one at a time replaces both of its own. https://docs.slack.dev/apis/events-api/using-socket-mode
CONNECTIONS = 2
# While Slack counts connections that nobody has, a process keeps one.
CONNECTIONS_WHEN_CROWDED = 1


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of this machine's time."""

    ping: float = 5.0
    # A connection without a frame for this long, despite pings, is a ghost. Noticed after at most `silent` + `ping`, 30 s:
    # after so long without a ping of Slack's its own library gives up too (`serverPingTimeout`). Sooner is worse: people
    # see pongs come late, and Slack goes on counting what was broken off.
    # https://docs.slack.dev/tools/node-slack-sdk/reference/socket-mode/interfaces/SocketModeOptions
    # https://github.com/slackapi/bolt-js/issues/2496
    silent: float = 25.0
    # From the request for an address to Slack's hello.
    opening: float = 10.0
    # How long the pool listens to a replaced connection; Slack closes it about 10 s after its warning.
    lingering: float = 15.0
    # How long a running handler may still ack; Slack waits 3 s.
    finishing: float = 5.0
    first_pause: float = 1.0
    longest_pause: float = 30.0
    # A connection that ends younger than this counts as a failure: this prevents a fast loop of reconnects.
    young: float = 30.0
    # Least time between two replacements because Slack counts too few connections.
    recount: float = 600.0
    # How often a process tells the others how many connections it has.
    tally: float = 60.0
    # How long Slack may count too many before a process keeps only one; and how often it then looks again.
    crowded: float = 300.0
