"""A group that holds one session after the other, as fast as its members can click; trouble does not discourage them.

Members see what the page would show them. When Slack says that the app gave no answer they try again, as people do:
so a doubled click is part of the run.
"""

import asyncio
import contextlib
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from bot.console.views import act_id
from bot.slack import ids
from sandbox.client import NO_ANSWER
from sandbox.people import CannotDo, Someone, Team, elements
from sandbox.workspace.model import BOT_USER, Channel, Person
from sandbox.workspace.state import Workspace

MEMBERS = 5
TRIES = 40
A_WHILE = 10
A_PHASE = 400
PAUSE = 0.25
# A phase that nobody ends waits for its own timer; some do, so that timers are tested too.
PATIENT = 0.3
# What the card has buttons for.
ON_CARD = {
    ids.SESSIONS_BEGIN,
    ids.SESSIONS_PAUSE,
    ids.SESSIONS_RESUME,
}
# What someone writes once in a phase, and the field that it goes in.
WRITES = {
    ids.ROUNDS_WRITE_QUESTION: "first",
    ids.ROUNDS_RESPOND: "takeaway",
    ids.ROUNDS_HARVEST: "takeaway",
}


@dataclass
class Group:
    """The people of one channel, and what they remember of what the bot took from them."""

    number: int
    team: Team
    workspace: Workspace
    dice: random.Random
    people: list[Someone] = field(default_factory=list)
    # Words that a form took and that must stand in the thread once the session is over: by thread.
    taken: dict[str, list[str]] = field(default_factory=dict)
    votes: int = 0
    sessions: int = 0
    gave_up: list[str] = field(default_factory=list)
    doing: str = ""
    calm: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def channel(self) -> str:
        return f"C0GROEP{self.number}"

    def move_in(self) -> None:
        """Puts the people and their channel in the workspace."""
        users = [f"U{self.number}LID{n}" for n in range(MEMBERS)]
        for user in users:
            self.workspace.people[user] = Person(
                user, user.lower(), f"Lid {user[-1]} van groep {self.number}"
            )
            self.workspace.im(user)
        self.workspace.channels[self.channel] = Channel(
            self.channel, f"groep-{self.number}", {*users, BOT_USER}
        )
        self.people = [self.team.person(user) for user in users]

    async def live(self) -> None:
        """Sessions until things are calm; the one that is under way then is brought to its end."""
        await self._insist("set up", self._set_up)
        for who in self.people[1:]:
            await self._insist("join", partial(self._join, who))
        while not self.calm.is_set() or self._under_way() is not None or self._asked():
            thread = self._under_way()
            if thread is None and self._asked():
                await self._insist("agree to the session", self._start)
                continue
            if thread is None:
                # Whatever of it fails in all the trouble: a case that waits is enough to begin with.
                await self._prepare()
                await self._insist("start", self._start)
                thread = self._under_way()
            if thread is not None and await self._open(thread):
                await self._hold(thread)
                self.sessions += 1

    def _under_way(self) -> str | None:
        """The thread of the session that is going on."""
        return next((card for card in reversed(self._cards()) if self._controls(card)), None)

    async def _set_up(self) -> None:
        first = self.people[0]
        await first.close_all()
        await first.command("", self.channel)
        await self._pressed(first, ids.GROUP_SET_UP, self.channel)
        await first.fill(meets="thread")
        await first.submit()
        await first.close_all()

    async def _join(self, who: Someone) -> None:
        """Nobody is in the group by somebody else's press."""
        await who.press(ids.GROUP_JOIN, channel=self.channel)
        if not await who.sees("Je zit in de groep van", self.channel):
            raise CannotDo("no answer came")

    async def _prepare(self) -> None:
        """Two cases, a poll, and a presenter who agrees."""
        for who in self.dice.sample(self.people, 2):
            await self._insist("hand in", partial(self._hand_in, who))
        if not await self._insist("open a poll", self._open_poll):
            return
        for who in self.people:
            if await self._insist("vote", partial(self._vote, who)):
                self.votes += 1
        await self._insist("agree", self._agree, tries=A_WHILE)

    async def _hand_in(self, who: Someone) -> None:
        await who.close_all()
        await who.command("casus", self.channel)
        if (await who.modal()).get("callback_id") == "case.agree_form":
            await self._submit(who)
        await who.fill(
            title=f"Samen werken aan {secrets.token_hex(3)}",
            situation="We maken samen een plan, en het loopt steeds anders dan we afspraken.",
            own_part="Ik houd me in en doe daarna mijn deel op mijn eigen manier.",
            question="Hoe kan ik mijn ideeën inbrengen?",
        )
        await self._submit(who)

    async def _open_poll(self) -> None:
        who = self.people[1]
        await who.close_all()
        await who.command("stem", self.channel)
        await self._submit(who)

    async def _vote(self, who: Someone) -> None:
        await who.close_all()
        await self._pressed(who, ids.POLL_VOTE, self.channel)
        view = await who.modal()
        inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
        await who.fill(**{self.dice.choice(inputs): "2"})
        await self._submit(who)

    async def _agree(self) -> None:
        for who in self.people:
            try:
                await who.press(ids.POLL_ACCEPT, channel=who.dm)
                return
            except CannotDo:
                continue
        raise CannotDo("nobody is asked to bring a case in")

    async def _open(self, thread: str) -> bool:
        """Everyone is there, and the timer runs."""
        for who in self.people:
            await self._insist("be there", partial(self._here, who, thread), tries=6)
        return await self._insist("begin", lambda: self._begin(thread))

    async def _start(self) -> None:
        """By somebody; whose case it is agrees, if they are asked."""
        await self._agree_to_session()
        if self._under_way() is not None:
            return
        facilitator = self.dice.choice(self.people)
        await facilitator.close_all()
        await facilitator.command("start", self.channel)
        form = await facilitator.modal()
        [cases] = [block["element"] for block in form["blocks"] if block.get("block_id") == "case"]
        filled = {"facilitator": facilitator.user, "pace": self.dice.choice(["wait", "by_itself"])}
        if "initial_option" not in cases:
            filled["case"] = self.dice.choice(cases["options"])["value"]
        await facilitator.fill(**filled)
        await self._submit(facilitator)
        await self._until(lambda: self._under_way() is not None or bool(self._asked()), tries=A_WHILE)
        await self._agree_to_session()
        await self._until(lambda: self._under_way() is not None, tries=A_WHILE)

    async def _agree_to_session(self) -> None:
        for who in self._asked():
            with contextlib.suppress(CannotDo):
                await who.press(ids.SESSIONS_CONFIRM, channel=who.dm)

    def _asked(self) -> list[Someone]:
        """Who is asked, in private, whether their case may be the one."""
        return [
            who
            for who in self.people
            for message in self.workspace.messages.get(who.dm, [])
            if any(element["action_id"] == ids.SESSIONS_CONFIRM for _, element in elements(message.blocks))
        ]

    async def _here(self, who: Someone, thread: str) -> None:
        await who.press(ids.SESSIONS_HERE, channel=self.channel, thread_ts=thread)

    async def _begin(self, thread: str) -> None:
        if self._controls(thread) & {ids.SESSIONS_NEXT, ids.SESSIONS_PAUSE}:
            return
        for who in self.people:
            try:
                await who.press(ids.SESSIONS_BEGIN, channel=self.channel, thread_ts=thread)
                await who.press(ids.SESSIONS_BEGIN_ANYWAY, channel=self.channel, thread_ts=thread)
            except CannotDo:
                pass
            if self._controls(thread) & {ids.SESSIONS_NEXT, ids.SESSIONS_PAUSE}:
                return
        raise CannotDo("the session has not begun")

    async def _hold(self, thread: str) -> None:
        """Everyone takes part, and now and then somebody presses a control, until the card is closed."""
        written: set[tuple[str, str]] = set()
        while self._controls(thread):
            self.doing = f"holding {thread}: {sorted(self._controls(thread))}"
            patient = self.dice.random() < PATIENT and not self.calm.is_set()
            for who in self.dice.sample(self.people, MEMBERS):
                await self._take_part(who, thread, written)
            if self.dice.random() < 0.2 and not self.calm.is_set():
                if self.dice.random() < 0.5:
                    await self._steer(ids.SESSIONS_PAUSE, thread)
                    await self._steer(ids.SESSIONS_RESUME, thread)
                else:
                    await self._press_in_the_window(ids.SESSIONS_EXTEND, thread)
            if patient:
                await self._until_time_is_up(thread)
            for action in (
                ids.SESSIONS_GIVE_BACK,
                ids.SESSIONS_RESUME,
                ids.SESSIONS_GO_ON,
                ids.SESSIONS_BEGIN,
            ):
                if action in self._controls(thread):
                    await self._steer(action, thread)
                    break
            else:
                await self._press_in_the_window(ids.SESSIONS_NEXT, thread)
            await asyncio.sleep(PAUSE)

    async def _take_part(self, who: Someone, thread: str, written: set[tuple[str, str]]) -> None:
        for action, where in WRITES.items():
            if (who.user, action) in written or action not in self._prompted(thread):
                continue
            word = f"woord{secrets.token_hex(5)}"
            try:
                await who.close_all()
                await who.press(action, channel=self.channel, thread_ts=thread)
                filled: dict[str, str | list[str]] = {where: f"Wat maakt dat {word} zo is?"}
                if where == "takeaway":
                    filled = {
                        where: f"Ik neem {word} mee",
                        "share": ["takeaway" if action == ids.ROUNDS_RESPOND else "share"],
                    }
                await who.fill(**filled)
                taken = await self._submit(who)
            except (CannotDo, *NO_ANSWER):
                continue
            written.add((who.user, action))
            if taken:
                self.taken.setdefault(thread, []).append(word)
        try:
            if self.dice.random() < 0.3:
                await who.say("Ik luister.", self.channel, thread)
            if self.dice.random() < 0.3 and ids.ROUNDS_DONE in self._prompted(thread):
                await who.press(ids.ROUNDS_DONE, channel=self.channel, thread_ts=thread)
        except (CannotDo, *NO_ANSWER):
            pass

    async def _steer(self, action: str, thread: str) -> None:
        """Whoever may. Somebody else's press gets a kind answer, and does no harm."""
        for who in self.dice.sample(self.people, MEMBERS):
            if action not in self._controls(thread):
                return
            # Elsewhere a private hint of an earlier phase keeps its button for ever.
            where = thread if action in ON_CARD else None
            try:
                await who.press(action, channel=self.channel, thread_ts=thread, ts=where)
            except (CannotDo, *NO_ANSWER):
                continue

    async def _press_in_the_window(self, action: str, thread: str) -> None:
        """A control of the window that the card opens: by one of the group, who may or hears why not."""
        who = self.dice.choice(self.people)
        with contextlib.suppress(CannotDo, *NO_ANSWER):
            await who.close_all()
            await who.press(ids.CONSOLE_CONTROLS, channel=self.channel, thread_ts=thread, ts=thread)
            await who.press_in_view(act_id(action))
            # Again: where few have written the window asks first, and otherwise it has the control of now.
            await who.press_in_view(act_id(action))
        with contextlib.suppress(CannotDo, *NO_ANSWER):
            await who.close_all()

    # Seeing

    def _cards(self) -> list[str]:
        return [
            m.ts
            for m in self.workspace.messages.get(self.channel, [])
            if key_of(m).endswith("/card") and not m.thread_ts
        ]

    def _controls(self, thread: str) -> set[str]:
        """The buttons on the card and on what the bot asks in the thread."""
        found: set[str] = set()
        for message in self.workspace.thread(self.channel, thread):
            if message.user == BOT_USER and not message.only_for:
                found |= {element["action_id"] for _, element in elements(message.blocks)}
        return {action for action in found if action.startswith("sessions.")} - {
            ids.SESSIONS_HERE, ids.SESSIONS_STOP, ids.SESSIONS_TAKE_OVER, ids.SESSIONS_BACK
        }  # fmt: skip

    def _prompted(self, thread: str) -> set[str]:
        found: set[str] = set()
        for message in self.workspace.thread(self.channel, thread):
            if key_of(message).endswith("/prompt"):
                found |= {element["action_id"] for _, element in elements(message.blocks)}
        return found

    async def _until_time_is_up(self, thread: str) -> None:
        """Nobody presses anything for as long as the clock of this phase runs."""

        def told() -> int:
            return sum(
                "/over/" in key_of(message) or key_of(message).endswith("/prompt")
                for message in self.workspace.thread(self.channel, thread)
            )

        def stands() -> bool:
            return ids.SESSIONS_PAUSE not in self._controls(thread)

        before = told()
        with contextlib.suppress(CannotDo):
            await self._until(lambda: told() != before or stands() or self.calm.is_set(), tries=A_PHASE)

    # Trying

    async def _submit(self, who: Someone) -> bool:
        """Sends the open form, again when there was no answer. False when it was not taken as it is."""
        for _ in range(TRIES):
            try:
                errors = await who.submit()
            except CannotDo:
                if not await who.views():
                    # Gone: the first try was taken after all.
                    return True
                await asyncio.sleep(PAUSE)
                continue
            stays = bool(await who.views())
            await who.close_all()
            return not errors and not stays
        raise CannotDo("the form is not taken")

    async def _pressed(self, who: Someone, action: str, channel: str) -> None:
        """Presses what opens a form, and waits for it."""
        await who.press(action, channel=channel)
        if not await who.views():
            raise CannotDo("no form came")

    async def _insist(self, what: str, step: Callable[[], Awaitable[None]], tries: int = TRIES) -> bool:
        self.doing = what
        for _ in range(tries):
            try:
                await step()
                return True
            except (CannotDo, *NO_ANSWER) as problem:
                last = problem
                await asyncio.sleep(PAUSE)
        if not self.calm.is_set():
            self.gave_up.append(f"{what}: {last}")
        return False

    async def _until(self, held: Callable[[], bool], tries: int = TRIES) -> None:
        for _ in range(tries):
            if held():
                return
            await asyncio.sleep(PAUSE)
        raise CannotDo("it did not happen in time")


def key_of(message: object) -> str:
    """The key that the bot gave a message; empty for everybody else's."""
    metadata = getattr(message, "metadata", None) or {}
    return str(metadata.get("event_payload", {}).get("key", ""))
