"""A year of a thousand groups, on a simulated clock: who was told what, when, and whether they needed it.

The bot's own use cases, store (SQLite), due rows and sweep; what waits in the outbox is taken as sent at its moment, and
what the bot asks Slack about a person is answered at once. The clock goes from moment to moment, in steps of at least
ten minutes, and each step waits until nothing is left that is due. Every core has a share of the workspaces.
"""

import asyncio
import heapq
import itertools
import multiprocessing
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import delete, select, update

import bot.app
from benchmarks import databases
from benchmarks import year_scene as scene
from benchmarks.generator import percentile
from benchmarks.rows import Row
from bot.delivery import outbox
from bot.delivery.message import Answer
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.jobs.runner import JobRunner
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import Compose, DigestItem
from bot.storage import Keyring, Store, Tx, open_store, use_keyring
from bot.texts import Texts
from bot.working_time import holidays
from bot.working_time.hours import is_working_day

NAME = "year"
# A thousand take an hour: YEAR_GROUPS=1000 make bench ARGS="--only year".
GROUPS, FEW = int(os.environ.get("YEAR_GROUPS", "8")), 4
# A Monday morning; the year has both changes of summer time in it.
START = datetime(2027, 1, 4, 6, tzinfo=UTC)
YEAR = timedelta(days=365)
STEP = timedelta(minutes=10)
AT_MOST_A_WEEK = 3
WEEK = timedelta(days=7)
# What Slack says of somebody who may be disturbed. Who is in a channel is known from the beginning.
ANSWERS: dict[str, dict[str, Any]] = {
    "dnd.info": {"ok": True, "dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1},
    "users.info": {"ok": True, "user": {"tz": scene.ZONE, "locale": "en-US", "profile": {}}},
}


@dataclass
class Told:
    """All that was said."""

    asked: list[scene.Asked] = field(default_factory=list)
    in_vain: int = 0
    # Of each person, when a private message went.
    private: dict[tuple[str, str], list[datetime]] = field(default_factory=dict)
    # Of each reminder in a channel: planned, said, and when the meeting begins.
    posted: list[tuple[datetime, datetime, datetime]] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Told") -> None:
        """What was said to other people."""
        self.asked += other.asked
        self.in_vain += other.in_vain
        self.private |= other.private
        self.posted += other.posted
        self.kinds += other.kinds


class Year:
    """One run."""

    def __init__(self, store: Store, world: scene.World, clock: "Hand") -> None:
        self.store, self.world, self.clock = store, world, clock
        self.told = Told()
        self._events: list[tuple[datetime, int, scene.Act]] = []
        self._number = itertools.count()
        self._sweep = JobRunner(store, _handlers(self._listening))
        self._to_send = False
        store.listen(outbox.TOPIC, self._something_to_send)

    def _something_to_send(self) -> None:
        self._to_send = True

    def at(self, moment: datetime, act: scene.Act) -> None:
        heapq.heappush(self._events, (moment, next(self._number), act))

    def _listening(self, composes: Mapping[str, Compose]) -> dict[str, Compose]:
        """The rooms' composers, each of which is overheard."""

        def overheard(compose: Compose) -> Compose:
            def said(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
                part = compose(tx, nudge, t)
                if part is not None:
                    asked = scene.asked_by(nudge, tx.now)
                    self.told.asked.append(asked)
                    self.told.in_vain += scene.superfluous(self.world, asked)
                return part

            return said

        return {kind: overheard(compose) for kind, compose in composes.items()}

    def prepare(self) -> None:
        """Every group's year: its meetings, and what some do of their own accord."""
        for circle in self.world.circles:
            self.at(START, scene.found(circle))
            for held in itertools.count():
                begins = scene.next_at(circle, held)
                if begins >= START + YEAR:
                    break
                self.at(begins, scene.open_meeting(self.world, circle))
                following = scene.next_at(circle, held + 1)
                self.at(begins + scene.SESSION, scene.close_meeting(self.world, circle, following))
                self.at(begins + timedelta(days=2, hours=5), scene.before_being_asked(self.world, circle))
                writes = [user for user in circle.users if self.world.dice.random() < 0.3]
                for user in writes:
                    self.at(begins + timedelta(days=20), scene.case_of_ones_own(self.world, circle, user))

    async def run(self) -> None:
        while self.clock.now() < START + YEAR:
            await self._do_what_is_due()
            following = await self._sweep.next_at()
            moments = [moment for moment in (following, self._first()) if moment is not None]
            self.clock.at = max(min(moments, default=START + YEAR), self.clock.at + STEP)

    def _first(self) -> datetime | None:
        return self._events[0][0] if self._events else None

    async def _do_what_is_due(self) -> None:
        acts = []
        while self._events and self._events[0][0] <= self.clock.at:
            acts.append(heapq.heappop(self._events)[2])
        if acts:
            await self.store.transact(_all, acts)
        # What Slack answers may make something else due.
        while True:
            heard = len(self.told.asked)
            await self._sweep.run()
            for asked in self.told.asked[heard:]:
                self._react(asked)
            if not self._to_send:
                return
            self._to_send = False
            await self.store.transact(self._post)

    def _react(self, asked: scene.Asked) -> None:
        act = scene.answer(self.world, asked)
        if act is not None:
            self.at(asked.said + timedelta(hours=self.world.dice.uniform(0.2, 30)), act)

    def _post(self, tx: Tx) -> None:
        """Takes what waits in the outbox as sent, and brings Slack's answers."""
        waiting = OutboxRow.state == OutboxState.PENDING
        found = tx.sql.execute(
            select(OutboxRow.team_id, OutboxRow.kind, OutboxRow.user, OutboxRow.key).where(
                waiting, OutboxRow.kind.in_(("direct", "post"))
            )
        ).all()
        for team, kind, user, key in found:
            self._note(tx, str(team), kind, user, str(key))
        asks = tx.sql.scalars(select(OutboxRow).where(waiting, OutboxRow.kind == "ask")).all()
        for row in asks:
            payload: dict[str, Any] = row.payload or {}
            workspace, told = row.workspace, ANSWERS.get(str(row.api_method))
            tx.sql.delete(row)
            if told is not None:
                bot.app.ANSWERS[payload["answer"]](tx.of(workspace), Answer(payload["subject"], told, ""))
        tx.sql.execute(delete(OutboxRow).where(waiting, OutboxRow.kind.not_in(("direct", "post", "ask"))))
        tx.sql.execute(
            update(OutboxRow)
            .where(waiting, OutboxRow.kind != "ask")
            .values(state="sent", payload=None, claim_count=1, ts="1800000000.000100")
        )

    def _note(self, tx: Tx, team: str, kind: str, user: str | None, key: str) -> None:
        self.told.kinds[f"{kind} {key.partition('/')[0]}"] += 1
        if kind == "direct" and user is not None and scene.is_private_reminder(key):
            self.told.private.setdefault((team, user), []).append(tx.now)
        reminder = scene.reminder_of(tx, key) if kind == "post" else None
        if reminder is not None:
            self.told.posted.append((reminder[0], tx.now, reminder[1]))


class Hand:
    """A clock that is moved by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def _all(tx: Tx, acts: list[scene.Act]) -> None:
    for act in acts:
        act(tx)


def _handlers(listening: Callable[[Mapping[str, Compose]], dict[str, Compose]]) -> Any:
    """The bot's own handlers; the rooms that say something in private are overheard."""
    handlers = dict(bot.app.due_handlers())
    composes = {kind: compose for kinds in bot.app.DIGESTS for kind, compose in kinds.items()}
    handlers[nudges.DELIVER] = nudges.digest_job(listening(composes), nudges.ask_slack)
    return handlers


def run(quick: bool, say: Callable[[str], None]) -> list[Row]:
    """A quick run has four groups, and says so."""
    count = FEW if quick else GROUPS
    # Whole workspaces, so that nobody is in two shares.
    workspaces = -(-count // scene.GROUPS_A_WORKSPACE)
    processes = min(workspaces, os.cpu_count() or 1)
    say(f"a year of {count} groups, in {processes} processes")
    began = time.monotonic()
    shares = [share(count, 0, 1)] if processes == 1 else _shares(count, processes)
    seconds = time.monotonic() - began
    told = Told()
    for one, _ in shares:
        told.add(one)
    say(", ".join(f"{kind}: {number}" for kind, number in sorted(told.kinds.items())))
    return rows(count, told, sum(people for _, people in shares), seconds)


def _shares(count: int, of: int) -> list[tuple[Told, int]]:
    with ProcessPoolExecutor(of, multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(share, [count] * of, range(of), [of] * of))


def share(count: int, which: int, of: int) -> tuple[Told, int]:
    """The year of one share of the groups, on a database of its own; and how many people are in it."""
    use_keyring(Keyring([Fernet.generate_key().decode()]))
    world = scene.world(count, START)
    world.circles = [one for one in world.circles if one.number // scene.GROUPS_A_WORKSPACE % of == which]
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        databases.fresh("sqlite", Path(folder)) as url,
    ):
        told = asyncio.run(lived(url, world))
    return told, len({(circle.workspace, user) for circle in world.circles for user in circle.users})


async def lived(url: str, world: scene.World) -> Told:
    clock = Hand(START)
    store = open_store(url, clock.now)
    try:
        year = Year(store, world, clock)
        year.prepare()
        await year.run()
    finally:
        await asyncio.to_thread(store.close)
    return year.told


def rows(count: int, told: Told, people: int, seconds: float) -> list[Row]:
    name = f"{count} groups"
    too_late = [one for one in told.asked if one.until is not None and one.said >= one.until]
    after_start = [one for one in told.posted if one[1] >= one[2]]
    slow = [one for one in told.asked if one.said > _working_day_later(one.at) and not _held_back(told, one)]
    slow_posts = [one for one in told.posted if one[1] > one[0] + STEP]
    weeks = _weeks(told, people)
    fullest = max((_most_in_a_week(sent) for sent in told.private.values()), default=0)
    sent = sum(len(one) for one in told.private.values())

    def plain(what: str, figure: float, unit: str = "") -> Row:
        return Row(NAME, f"{name}, {what}", figure, unit, None, None, "", None)

    def at_most(most: int, what: str, figure: float) -> Row:
        return Row(NAME, f"{name}, {what}", figure, "", None, None, f"<= {most}", figure <= most)

    return [
        plain("reminders in channels", len(told.posted)),
        plain("private messages", sent),
        at_most(0, "said when it was too late", len(too_late) + len(after_start)),
        at_most(0, "later than a working day after its moment", len(slow)),
        at_most(0, "in channels more than ten minutes late", len(slow_posts)),
        at_most(0, "to somebody who had done it or put it off", told.in_vain),
        at_most(AT_MOST_A_WEEK, "private messages per person and week, p99", percentile(weeks, 0.99)),
        at_most(AT_MOST_A_WEEK, "most in any seven days", fullest),
        plain("a year took", seconds, "s"),
    ]


def _working_day_later(at: datetime) -> datetime:
    """The end of the next working day."""
    day: date = at.date() + timedelta(days=1)
    while not is_working_day(day) or holidays.is_holiday(day, scene.ZONE):
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def _held_back(told: Told, asked: scene.Asked) -> bool:
    """Whether it waited because there had been messages enough: two of the three, the last being for what is soon."""
    sent = told.private[asked.workspace.team_id, asked.user]
    return sum(1 for at in sent if asked.at - WEEK <= at < asked.said) >= AT_MOST_A_WEEK - 1


def _weeks(told: Told, people: int) -> list[float]:
    """How many private messages each person had in each week of the year, also where that is none."""
    counted = Counter((person, (at - START) // WEEK) for person, sent in told.private.items() for at in sent)
    silent = people * (YEAR // WEEK) - len(counted)
    return [float(number) for number in counted.values()] + [0.0] * max(0, silent)


def _most_in_a_week(sent: list[datetime]) -> int:
    """The most messages in any seven days; `sent` in order."""
    most, first = 0, 0
    for last, at in enumerate(sent):
        while sent[first] <= at - WEEK:
            first += 1
        most = max(most, last - first + 1)
    return most
