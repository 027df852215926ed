"""What a story needs: people, captions, expectations, and the pace."""

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from sandbox.people import Someone, Team
from sandbox.player.transcript import Transcript

if TYPE_CHECKING:
    from sandbox.player.figures import Figures

CHANNEL = "C0OOST"
NAMES = {
    "anna": "U0ANNA",
    "bram": "U0BRAM",
    "chloe": "U0CHLOE",
    "daan": "U0DAAN",
    "esra": "U0ESRA",
    "fleur": "U0FLEUR",
}
# The bot keeps to Slack's pace; what it still has to say within this many seconds belongs to the same step.
STILL_TO_SAY = 8.0
# What counts, as "3 of 5 have written", is drawn anew so many seconds after it at most.
DRAWN_WITHIN = 10.0
ROUNDS = 60


class Stage:
    """The people of the story, and what was expected of the bot."""

    still_to_say = STILL_TO_SAY

    def __init__(self, team: Team, *, pace: float, transcript: Transcript | None) -> None:
        self.team = team
        self.pace = pace
        self.transcript = transcript
        self.expected: list[tuple[str, bool]] = []
        people = {name: team.person(user) for name, user in NAMES.items()}
        self.anna, self.bram, self.chloe = people["anna"], people["bram"], people["chloe"]
        self.daan, self.esra, self.fleur = people["daan"], people["esra"], people["fleur"]
        self.everyone = list(people.values())
        self.thread = ""
        # Of its session, once that is over.
        self.figures: Figures | None = None

    async def caption(self, text: str, who: Someone | None = None, **where: Any) -> None:
        """Says what is going on, and turns the page to it."""
        if self.transcript is not None:
            self.transcript.heading(text)
            print(text, file=sys.stderr)
            return
        body: dict[str, Any] = {"text": text, **where}
        if who is not None:
            body["as"] = who.user
        await self.team.post("caption", **body)
        await self.wait(self.reading_time(text))

    async def rest(self, seconds: float | None = None) -> None:
        """Lets the bot say everything that belongs to this step: each thing within so many seconds of the one before."""
        patience = self.still_to_say if seconds is None else seconds
        for _ in range(ROUNDS):
            clock = await self.team.post("settle")
            following = clock["next"]
            if following is None or following > clock["now"] + patience:
                break
            await self.team.to_next()
        if self.transcript is not None:
            await self.transcript.write(self.team)

    async def breathe(self) -> None:
        """Gives whoever watches the time to read."""
        await self.wait(self.pace)

    def reading_time(self, caption: str) -> float:
        """How many seconds a caption stands before the story goes on."""
        return self.pace

    async def wait(self, seconds: float) -> None:
        if seconds:
            await asyncio.sleep(seconds)

    async def minutes(self, number: float) -> None:
        """Time passes, by way of every moment in between."""
        await self.team.until(await self.team.now() + number * 60)
        await self.rest()

    async def expect(
        self, name: str, who: Someone, text: str, *, place: str = CHANNEL, thread: str = ""
    ) -> None:
        """Something must stand where somebody can read it."""
        held = await who.sees(text, place, thread or None)
        if not held:
            await self.rest(DRAWN_WITHIN)
            held = await who.sees(text, place, thread or None)
        self.expected.append((name, held))
        if not held:
            print(f"MISSING: {name} ({text!r})", file=sys.stderr)

    async def expect_not(
        self, name: str, who: Someone, text: str, *, place: str = CHANNEL, thread: str = ""
    ) -> None:
        held = not await who.sees(text, place, thread or None)
        self.expected.append((name, held))
        if not held:
            print(f"SHOULD NOT BE THERE: {name} ({text!r})", file=sys.stderr)

    async def form(self, who: Someone, /, **values: Any) -> None:
        """Fills in and sends the open form; a form that stays open with errors is a missed expectation."""
        if values:
            await who.fill(**values)
        await self.breathe()
        errors = await who.submit()
        if errors:
            self.expected.append((f"form of {who.user}", False))
            print(f"FORM NOT TAKEN: {who.user} {errors}", file=sys.stderr)
        await self.rest()
        await self.breathe()
        await who.close_all()

    async def press(self, who: Someone, label: str, *, place: str = CHANNEL, thread: str = "") -> None:
        await who.click(label, channel=place, thread_ts=thread or None)
        await self.rest()

    async def in_thread(self, who: Someone, text: str) -> None:
        await who.say(text, CHANNEL, self.thread)
        await self.rest()
        await self.breathe()

    async def newest_session(self) -> str:
        """The thread of the newest session card."""
        found = [m for m in await self.bram.messages(CHANNEL) if "Intervisie:" in m["text"]]
        return str(found[-1]["ts"])
