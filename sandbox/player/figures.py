"""Figures of a session in its thread: how much the bot posted, how long it was, and how often each was notified."""

from dataclasses import dataclass
from typing import Any

from sandbox.people import Team, readable
from sandbox.player.stage import CHANNEL, Stage
from sandbox.workspace.model import BOT_USER

# The aims. Above them the headless play fails.
MOST_MESSAGES, LONGEST_MESSAGE = 31, 900
# The case itself may be as long as its presenter wrote it.
CASE_BEGINS = "Situatie"
Notifications = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Figures:
    # In the channel and its thread, also those that were taken away later.
    messages: int
    private: int
    # In the channel or the thread, for the eyes of one person.
    for_one: int
    longest: int
    notifications: Notifications

    def aims(self) -> list[tuple[str, bool]]:
        return [
            (
                f"at most {MOST_MESSAGES} messages in a session: {self.messages}",
                self.messages <= MOST_MESSAGES,
            ),
            (f"none longer than {LONGEST_MESSAGE}: {self.longest}", self.longest <= LONGEST_MESSAGE),
        ]

    def print(self) -> None:
        print("\n## De sessie in cijfers\n")
        print(f"- Berichten van de bot in het kanaal en de thread: {self.messages}")
        print(f"- Daarnaast voor de ogen van één persoon: {self.for_one}")
        print(f"- Privéberichten van de bot: {self.private}")
        print(f"- Het langste bericht, de casus apart: {self.longest} tekens")


class Counting:
    """From the session's first message to its last."""

    def __init__(self, stage: Stage, calls: int, notifications: Notifications) -> None:
        self._stage = stage
        self._calls = calls
        self._notifications = notifications

    @classmethod
    async def begin(cls, stage: Stage) -> "Counting":
        return cls(stage, len(await _journal(stage.team)), await stage.team.notifications())

    async def end(self) -> Figures:
        calls = [one for one in (await _journal(self._stage.team))[self._calls :] if one["outcome"] == "ok"]
        posted = [str(one.get("where")) for one in calls if one["name"] == "chat.postMessage"]
        now = await self._stage.team.notifications()
        return Figures(
            messages=posted.count(CHANNEL),
            private=len(posted) - posted.count(CHANNEL),
            for_one=sum(one["name"] == "chat.postEphemeral" for one in calls),
            longest=await self._longest(),
            notifications={
                user: {sort: number - self._notifications[user][sort] for sort, number in sorts.items()}
                for user, sorts in now.items()
            },
        )

    async def _longest(self) -> int:
        """Of the messages that stand in the thread at the end, as a reader sees them."""
        found = await self._stage.anna.messages(CHANNEL, self._stage.thread)
        texts = [readable(one) for one in found if one["user"] == BOT_USER]
        return max(len(text) for text in texts if not text.startswith(CASE_BEGINS))


async def _journal(team: Team) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = (await team.get("journal"))["entries"]
    return entries
