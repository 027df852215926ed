"""Figures of a session in its thread: how much the bot posted, how long it was, and how often each was notified."""

from dataclasses import dataclass

from sandbox.people import Json, readable
from sandbox.player.cases import CASES
from sandbox.player.stage import Stage
from sandbox.player.transcript import DATE

# The aims. Above them the headless play fails. They count what is taken away later too.
MOST_MESSAGES, MOST_PRIVATE, LONGEST_MESSAGE = 26, 23, 900
Notifications = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Figures:
    # In the channel and its thread, for everybody.
    messages: int
    # In private conversations, and in the thread for the eyes of one person.
    private: int
    # The case itself may be as long as its presenter wrote it.
    longest: int
    notifications: Notifications

    def aims(self) -> list[tuple[str, bool]]:
        return [
            (
                f"at most {MOST_MESSAGES} messages in a session: {self.messages}",
                self.messages <= MOST_MESSAGES,
            ),
            (f"at most {MOST_PRIVATE} of them private: {self.private}", self.private <= MOST_PRIVATE),
            (f"none longer than {LONGEST_MESSAGE}: {self.longest}", self.longest <= LONGEST_MESSAGE),
        ]

    def print(self) -> None:
        print("\n## De sessie in cijfers\n")
        print(f"- Berichten van de bot in het kanaal en de thread: {self.messages}")
        print(f"- Daarnaast privé, ook wie alleen iets in de thread ziet: {self.private}")
        print(f"- Het langste bericht, de casus apart: {self.longest} tekens")


class Counting:
    """From the session's first message to its last."""

    def __init__(self, stage: Stage, posted: int, notifications: Notifications) -> None:
        self._stage = stage
        self._posted = posted
        self._notifications = notifications

    @classmethod
    async def begin(cls, stage: Stage) -> "Counting":
        return cls(stage, len(await stage.team.posted()), await stage.team.notifications())

    async def end(self) -> Figures:
        found = (await self._stage.team.posted())[self._posted :]
        now = await self._stage.team.notifications()
        private = sum(message["private"] for message in found)
        return Figures(
            messages=len(found) - private,
            private=private,
            longest=max((len(text) for text in map(_shown, found) if not _is_case(text)), default=0),
            notifications={
                user: {sort: number - self._notifications[user][sort] for sort, number in sorts.items()}
                for user, sorts in now.items()
            },
        )


def _shown(message: Json) -> str:
    """A message as a reader sees it."""
    return DATE.sub(lambda match: match[1], readable(message))


def _is_case(text: str) -> bool:
    return any(case["situation"] in text for case in CASES.values())
