"""The others play along: what the rest of the group does in a step of the guide.

Each does it by the page, as a person would. What somebody did already they leave, so a step may be played in part.
"""

import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.guide import buttons as b
from sandbox.guide.seen import Seen
from sandbox.guide.steps import Step
from sandbox.people import CannotDo, Someone, Team
from sandbox.player import before
from sandbox.player.cases import CASES
from sandbox.player.stage import CHANNEL, NAMES, Stage

ZONE = ZoneInfo("Europe/Amsterdam")
QUESTIONS = (
    "Wat maakt dit voor jou zo lastig?",
    "Wanneer ging het wel goed?",
    "Wat hoop je dat er anders wordt?",
    "Wat heb je nog niet geprobeerd?",
)
THOUGHTS = (
    "Ik hoor dat er meer speelt dan het rooster.",
    "Misschien is het vooral een kwestie van vertrouwen.",
)
ADVICE = (
    "Als ik in jouw schoenen stond, zou ik klein beginnen: een kop koffie, zonder agenda.",
    "Als ik in jouw schoenen stond, zou ik haar vragen wat zij nodig heeft.",
    "Als ik in jouw schoenen stond, zou ik hardop zeggen wat je ons vertelde.",
    "Als ik in jouw schoenen stond, zou ik eerst opschrijven wat ik zelf wil.",
)
TAKEAWAYS = ("Ik ga zelf ook moeilijke gesprekken uit de weg.", "Eerst vragen, dan pas vinden.")


class ElsewhereTeam(Team):
    """People who do in one channel what they know how to do in the story's."""

    def __init__(self, url: str, channel: str) -> None:
        super().__init__(url)
        self._channel = channel

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        return await super().get(path, **self._moved(params))

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        return await super().post(path, **self._moved(body))

    def _moved(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {**asked, "channel": self._channel} if asked.get("channel") == CHANNEL else asked


class Others:
    """Everybody but whoever leads."""

    def __init__(self, step: Step, seen: Seen, stage: Stage) -> None:
        self.seen = seen
        self.stage = stage
        self.leader = step.who
        self.people = [one for one in stage.everyone if one.user != step.who and one.user in seen.people]
        accepted = seen.facts.who(b.ACCEPT, b.CONFIRM)
        presenters = [one for one in stage.everyone if one.user in accepted]
        self.presenter = presenters[-1] if presenters else stage.anna
        self.advisers = [one for one in self.people if one is not self.presenter]

    async def join(self) -> None:
        for who in self.people:
            if who.user not in self.seen.facts.who(b.JOIN):
                await who.press(b.JOIN, channel=CHANNEL)
                await self.stage.rest()

    async def other_cases(self) -> None:
        for name in CASES:
            if NAMES[name] not in self.seen.facts.who(b.CASE_FORM):
                await before.hand_in(self.stage, getattr(self.stage, name), CASES[name])

    async def other_votes(self) -> None:
        voted = self.seen.facts.who(b.BALLOT_FORM, since=b.POLL_FORM)
        for who in self.people:
            if who.user in voted:
                continue
            await who.press(b.VOTE, channel=CHANNEL)
            fields = [one for one in (await who.modal())["blocks"] if one["type"] == "input"]
            wanted = [one for one in fields if one["label"]["text"] == CASES["anna"]["title"]] or fields
            await self.stage.form(who, **{wanted[0]["block_id"]: "2"})

    async def others_here(self) -> None:
        welcome = self.seen.in_thread(b.HERE)
        present = self.seen.present(welcome) if welcome else set()
        for who in self.people:
            if who.user not in present:
                await who.press(b.HERE, channel=CHANNEL, thread_ts=self.seen.thread)
                await self.stage.rest()

    async def presentation(self) -> None:
        await self._says(
            self.presenter, "Ik loop er al weken mee rond, en het kost me meer dan ik wil toegeven."
        )

    async def questions(self) -> None:
        for who, question in zip(self.advisers, QUESTIONS, strict=False):
            if who.user not in self.seen.facts.who(b.QUESTION_FORM):
                await self._fills(who, b.WRITE_QUESTION, first=question)

    async def answers(self) -> None:
        with contextlib.suppress(CannotDo):
            await self._fills(self.presenter, b.RATE, rating1="2")
        await self._says(self.presenter, "De eerste is warm: dat durf ik nog niet te zeggen.")

    async def reworded(self) -> None:
        await self.presenter.press(b.SAME_QUESTION, channel=CHANNEL, thread_ts=self.seen.thread)
        await self.stage.rest()

    async def analysis(self) -> None:
        for who, thought in zip(self.advisers, THOUGHTS, strict=False):
            await self._says(who, thought)

    async def advice(self) -> None:
        """First each in the form; then one after the other, until the turn is the leader's."""
        if not self.seen.turn:
            wrote = self.seen.facts.who(b.ADVICE_FORM, since=b.BEGIN)
            for who, text in zip(self.advisers, ADVICE, strict=False):
                if who.user not in wrote:
                    await self._fills(who, b.WRITE_ADVICE, advice=text)
            return
        for _ in self.advisers:
            turns = [n for n, one in enumerate(self.advisers) if one.user == self.seen.turn]
            if not turns:
                break
            who = self.advisers[turns[0]]
            await self._says(who, "Dat is wat ik zou doen.")
            await who.press(b.TURN_DONE, channel=CHANNEL, thread_ts=self.seen.thread)
            await self.stage.rest()

    async def response(self) -> None:
        day = datetime.fromtimestamp(self.seen.ws.clock.now(), ZONE).date() + timedelta(days=7)
        await self._fills(
            self.presenter,
            b.RESPOND,
            takeaway="Het gaat minder om de afspraken dan om het contact.",
            step="Haar uitnodigen voor een kop koffie",
            by=day.isoformat(),
            share=["takeaway", "0"],
        )

    async def harvest(self) -> None:
        for who, takeaway in zip(self.advisers, TAKEAWAYS, strict=False):
            await self._fills(who, b.HARVEST, takeaway=takeaway, step="", share=["share"])

    async def evaluation(self) -> None:
        for who in self.people:
            await self._fills(who, b.EVALUATE, use="4", safety="5", method="4")

    async def _says(self, who: Someone, text: str) -> None:
        await who.say(text, self.seen.channel, self.seen.thread)
        await self.stage.rest()

    async def _fills(self, who: Someone, action_id: str, **values: Any) -> None:
        await who.press(action_id, channel=CHANNEL, thread_ts=self.seen.thread)
        await self.stage.form(who, **values)


async def play_others(step: Step, seen: Seen, url: str) -> None:
    """Plays what a step leaves to the others; whoever cannot is left out, with no form open."""
    async with ElsewhereTeam(url, seen.channel) as team:
        stage = Stage(team, pace=0.0, transcript=None)
        others = Others(step, seen, stage)
        part: Callable[[], Awaitable[None]] = getattr(others, step.name)
        try:
            with contextlib.suppress(CannotDo):
                await part()
        finally:
            for who in others.people:
                with contextlib.suppress(CannotDo):
                    await who.close_all()
