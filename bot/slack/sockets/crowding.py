"""Crowding: Slack counts more connections than the bot's processes have, and sends payloads where nobody reads them.

Ghosts do this: connections that broke without a closing handshake. Another machine with the same token looks the same.
Slack says its count only in a hello, so a new count costs a new connection.
https://docs.slack.dev/apis/events-api/using-socket-mode
"""


class Crowding:
    """Crowding, judged by the latest hello. All times are monotonic seconds."""

    def __init__(self, patience: float) -> None:
        self.is_on = False
        self._patience = patience
        self._since: float | None = None
        self._heard_at = 0.0
        # Slack's count minus our own connections; None if the next hello must show it.
        self._surplus: int | None = None

    def on_hello(self, surplus: int, now: float) -> None:
        self._surplus, self._heard_at = surplus, now

    def on_refusal(self, now: float) -> None:
        """Handle "too_many_websockets": there is no room, so nobody need wait to see."""
        if not self.is_on:
            self._since = now
        self.is_on, self._surplus, self._heard_at = True, None, now

    def judge(self, elsewhere: int) -> None:
        """Compare the latest count with the connections of the bot's other processes."""
        if self._surplus is None:
            return
        if self._surplus <= elsewhere:
            self.is_on, self._since = False, None
        elif self._since is None:
            self._since = self._heard_at
        elif self._heard_at - self._since >= self._patience:
            self.is_on = True

    def needs_hello(self, now: float) -> bool:
        """Whether the count is so old that a new one must be had."""
        return self._since is not None and now - self._heard_at >= self._patience
