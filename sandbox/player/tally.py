"""The bot's messages in the played session: how many, how long, and the aims that they are held to."""

from dataclasses import dataclass

from sandbox.people import Json, Team, readable
from sandbox.player.cases import CASES
from sandbox.player.stage import Stage
from sandbox.player.transcript import DATE

# Counted from the command that opens the session to its summary, with what is taken away later.
SHARED_AT_MOST = 22
PRIVATE_AT_MOST = 22
CHARACTERS_AT_MOST = 900


@dataclass(frozen=True)
class Tally:
    """What the bot posted in channel and thread, what in private, and what is longer than it should be."""

    shared: int
    private: int
    too_long: tuple[str, ...]

    @property
    def aims(self) -> list[tuple[str, bool]]:
        """Every aim with its figure, and whether it is reached."""
        return [
            (
                f"at most {SHARED_AT_MOST} messages in channel and thread: {self.shared}",
                self.shared <= SHARED_AT_MOST,
            ),
            (f"at most {PRIVATE_AT_MOST} private messages: {self.private}", self.private <= PRIVATE_AT_MOST),
            (
                f"nothing but the case above {CHARACTERS_AT_MOST} characters: {len(self.too_long)}",
                not self.too_long,
            ),
        ]


async def posted_so_far(team: Team) -> int:
    """How many messages the bot has posted up to now: where a tally begins."""
    return len(await team.posted())


async def tally_since(team: Team, before: int) -> Tally:
    """The tally of what the bot has posted since there were `before` messages."""
    found = (await team.posted())[before:]
    private = sum(message["private"] for message in found)
    too_long = tuple(
        text for text in map(_shown, found) if len(text) > CHARACTERS_AT_MOST and not _is_case(text)
    )
    return Tally(len(found) - private, private, too_long)


async def report(stage: Stage, before: int) -> None:
    """Hold the session's messages to the aims, and print the figures beside the transcript."""
    tally = await tally_since(stage.team, before)
    stage.expected += tally.aims
    if stage.transcript is not None:
        stage.transcript.messages(tally.shared, tally.private, SHARED_AT_MOST, PRIVATE_AT_MOST)


def _shown(message: Json) -> str:
    return DATE.sub(lambda match: match[1], readable(message))


def _is_case(text: str) -> bool:
    return any(case["situation"] in text for case in CASES.values())
