"""Slack's rate limits on the sandbox's clock. https://docs.slack.dev/apis/web-api/rate-limits"""

from collections import deque

# Calls per minute by tier; posting has its own rule.
TIERS = {
    "chat.update": 50,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "views.open": 100,
    "views.push": 100,
    "views.update": 100,
    "views.publish": 100,
    "users.info": 100,
    # Tier 3: https://docs.slack.dev/reference/methods/dnd.info
    # Tier 4: https://docs.slack.dev/reference/methods/files.getUploadURLExternal, …/files.completeUploadExternal
    "dnd.info": 50,
    "files.getUploadURLExternal": 100,
    "files.completeUploadExternal": 100,
    "conversations.members": 100,
    "conversations.info": 50,
    "conversations.open": 50,
    "conversations.replies": 50,
    "conversations.history": 50,
    "users.conversations": 50,
    "team.info": 50,
    "conversations.list": 20,
    "users.list": 20,
}
POSTS_PER_WORKSPACE = 300
# One message per second per channel; short bursts are allowed.
POSTS_PER_CHANNEL = 1.0
CHANNEL_BURST = 5


class Rates:
    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], deque[float]] = {}
        self._channels: dict[str, tuple[float, float]] = {}

    def wait(self, method: str, channel: str | None, now: float) -> int:
        """Seconds that Slack would name in Retry-After; 0 when the call is let through (and counted)."""
        per_minute = POSTS_PER_WORKSPACE if method == "chat.postMessage" else TIERS.get(method)
        if per_minute is not None:
            calls = self._calls.setdefault((method, ""), deque())
            while calls and calls[0] <= now - 60:
                calls.popleft()
            if len(calls) >= per_minute:
                return max(1, int(calls[0] + 60 - now) + 1)
            calls.append(now)
        if method == "chat.postMessage" and channel:
            level, at = self._channels.get(channel, (float(CHANNEL_BURST), now))
            level = min(CHANNEL_BURST, level + (now - at) * POSTS_PER_CHANNEL)
            if level < 1:
                self._channels[channel] = (level, now)
                return max(1, int((1 - level) / POSTS_PER_CHANNEL) + 1)
            self._channels[channel] = (level - 1, now)
        return 0
