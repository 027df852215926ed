"""Socket Mode: connections to Slack that are replaced before they go. Page: Using Socket Mode.

Built on Bolt's adapter (`run_async_bolt_app`) and the SDK's envelopes and Web API, but not on the SDK's
`SocketModeClient`. Its connection management, read in slack_sdk 3.47, loses interactions:

* It closes the old connection before it asks for a new address; until that is there, which may include half a minute
  of `Retry-After`, nobody listens. What a handler then acks goes out on the new connection, or fails.
* A "warning" and the "refresh_requested" after it connect twice. After 5 s of waiting for its lock it goes on without
  it: the connection that comes off worse stays open, is read by nobody, and Slack keeps sending to it.
* A connection that fails is tried again with the same address, which works once, for ever, at a fixed pace.
* The age of a pong is taken from the wall clock: set back, a silent connection is never noticed.
* "link_disabled" and a token that is withdrawn are like a hiccup: tried for ever, in the log of a library.
* `close()` breaks the connection under whatever runs, and throws away what was received and not yet looked at.
"""

from bot.slack.sockets.pool import SocketPool, Times
