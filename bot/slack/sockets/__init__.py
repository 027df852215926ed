"""Socket Mode: connections to Slack that are replaced before Slack closes them.

https://docs.slack.dev/apis/events-api/using-socket-mode

Built on Bolt's adapter (`run_async_bolt_app`) and the SDK's envelopes and Web API, but not on the SDK's
`SocketModeClient`. Its connection management, read in slack_sdk 3.47, loses interactions:

* It closes the old connection before it asks for a new address; until it has one, perhaps after half a minute
  of `Retry-After`, nobody listens. An ack of a handler then goes out on the new connection, or fails.
* A "warning" and the "refresh_requested" after it connect twice. After 5 s of waiting for its lock it continues
  without it. One of the two connections stays open unread, and Slack keeps sending to it.
* It retries a failed connection for ever at a fixed rate, with the same address, although an address works only once.
* It takes the age of a pong from the wall clock. After that is set back, a silent connection is never noticed.
* It retries for ever after "link_disabled" and after a revoked token, and only logs it as a library.
* `close()` breaks the connection under running handlers, and drops received envelopes that are not handled yet.
"""

from bot.slack.sockets.ledger import Ledger
from bot.slack.sockets.pool import SocketPool
from bot.slack.sockets.times import Times
