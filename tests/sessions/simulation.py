"""A group's life on a real database: its sessions, a Slack that outlives the bot, and processes that come and go."""

import asyncio
import atexit
import contextlib
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, select, text
from sqlalchemy.orm import Session as Sql
from sqlalchemy.orm import defer, undefer

from bot.app import ANSWERS, due_handlers
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.delivery.records import OutboxRow
from bot.delivery.sender import Sender
from bot.delivery.states import OutboxState
from bot.events import SessionChanged
from bot.groups import service as groups
from bot.jobs.heartbeat import HeartbeatLoop
from bot.jobs.records import JobRow
from bot.jobs.runner import JobRunner
from bot.rounds.records import AdviceRound
from bot.rounds.service import phases as rounds
from bot.sessions import service
from bot.sessions.records import Session
from bot.sessions.views import ControlRef, SessionView
from bot.storage import Base, EncryptedJson, EncryptedText, Tx, open_store
from bot.texts import Refused
from sandbox.workspace.state import Workspace
from tests import empty
from tests.clock import StillClock
from tests.conftest import OneWorkspaceStore, make_group
from tests.crash_injection import Died, Fate, KillableClient, SlackHere, make_killable
from tests.factories import ANNA, BRAM, CHLOE, DAAN, make_case

R = TypeVar("R")
CHANNEL = "C0OOST"
NEWEST = text("rowid DESC")
EVERYONE = (BRAM, ANNA, CHLOE, DAAN)
# In the channel's workspace, but not in the group.
ESRA = "U0ESRA"
# What one person's click, and what happens by itself, may take before the test says that it never comes to rest.
MOMENTS_AT_MOST = 400


@cache
def _folder() -> Path:
    """One place for all lives, which come one after the other: what SQLAlchemy has compiled is kept with an engine."""
    folder = Path(tempfile.mkdtemp(prefix="life-"))
    atexit.register(shutil.rmtree, folder)
    return folder


@cache
def _engines() -> tuple[Engine, Engine]:
    """One for the bot, made as the bot makes it, and one to look with."""
    url = f"sqlite:///{_folder() / 'life.db'}"
    store = open_store(url)
    store.close()

    # The test's process does not lose its power, so the disk need not be waited for.
    @event.listens_for(store.engine, "connect")
    def hurry(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    return store.engine, create_engine(url)


HANDLERS = due_handlers()


class Life:
    """What the state machine acts on. `run` is the event loop; everything else is what people and time do."""

    def __init__(self, *, auto_advance: bool, reads_thread: bool) -> None:
        self._runner = asyncio.Runner()
        self.clock = StillClock()
        self.workspace = Workspace()
        self.slack = SlackHere(self.workspace, self.clock.now)
        self._engine, self._looking = _engines()
        path = _folder() / "life.db"
        empty.sqlite_file(path)
        self.auto_advance = auto_advance
        self.deaths = 0
        self._plain = sqlite3.connect(path)
        self._version: Any = None
        self._known: dict[str, list[Any]] = {}
        # Every ephemeral message that was ever to be sent, by whom it is for and what it says; its row goes when it is sent.
        self.ephemerals: Counter[tuple[str, str]] = Counter()
        self._noticed = 0
        self._unread: list[OutboxRow] = []
        self._something_went = False
        self._begin()

        def prepare(tx: Tx) -> str:
            return make_group(tx, *EVERYONE, channel=CHANNEL, reads_thread=reads_thread).id

        self.group: str = self.run(self.store.transact(prepare))

    def run(self, coroutine: Coroutine[Any, Any, R]) -> R:
        return self._runner.run(coroutine)

    # Processes

    def _begin(self) -> None:
        self.fate = Fate()
        self.store = OneWorkspaceStore(self._engine, self.clock.now)
        make_killable(self.store, self.fate)
        client = KillableClient(self.slack, self.fate)
        heartbeat = HeartbeatLoop(self.store, self.clock, service.on_downtime, lambda tx, by: None)
        self.job_runner = JobRunner(self.store, HANDLERS, heartbeat.check)
        self.sender = Sender(
            self.store,
            lambda workspace: client,
            self.clock,
            ANSWERS,
            groups.on_undeliverable,
            on_free=self._look_again,
        )

    def restart(self, away: timedelta = timedelta(0)) -> None:
        """The process is forgotten, with whatever it had in its hands; after a while another one begins."""
        self.fate.dead = True
        self.run(self._stillness())
        self.store.close()
        self.clock.move_to(self.clock.now() + away)
        self._begin()

    async def _stillness(self) -> None:
        """Everything of a dead process ends at its next step."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    def end(self) -> None:
        self.fate.dead = True
        self.run(self._stillness())
        self.store.close()
        self._plain.close()
        self._looking.dispose()
        self._runner.close()

    # What happens

    def act(self, use_case: Callable[..., Any], *args: Any, **how: Any) -> bool:
        """Somebody does something, and does it again when the process dies meanwhile; False for a kind "no".

        A "no" leaves every table as it was.
        """
        while True:
            before = self.tables()
            try:
                self.run(self.store.transact(use_case, *args, **how))
            except Refused:
                assert self.tables() == before, f"{use_case.__name__} was refused, and changed something"
                return False
            except Died:
                self.deaths += 1
                self.restart()
            else:
                return True

    def act_twice(self, use_case: Callable[..., Any], *args: Any, **how: Any) -> bool:
        """A double click, a form that is sent again, an event that Slack delivers again: one effect."""
        done = self.act(use_case, *args, **how)
        after = self.what_people_did()
        self.act(use_case, *args, **how)
        assert self.what_people_did() == after, f"{use_case.__name__} had an effect twice"
        return done

    def press(self, use_case: Callable[..., Any], user: str, ref: Any, *, twice: bool = False) -> bool:
        """A button; one of the card's that no longer holds shows the card anew, as the listener does."""
        done = (self.act_twice if twice else self.act)(use_case, user, ref)
        if not done and isinstance(ref, ControlRef):
            before = self.what_people_did()
            self.act(service.refresh_outdated_card, user, ref)
            assert self.what_people_did() == before
        return done

    def breaks_off(self, use_case: Callable[..., Any], *args: Any, **how: Any) -> None:
        """The transaction does not come to its end: nothing of it has happened."""

        class BrokenOff(Exception):
            pass

        def broken(tx: Tx) -> None:
            use_case(tx, *args, **how)
            tx.sql.flush()
            raise BrokenOff

        before = self.tables()
        try:
            self.run(self.store.transact(broken))
        except (BrokenOff, Refused):
            pass
        except Died:
            self.restart()
        assert self.tables() == before

    def handle_due(self) -> None:
        self._as_a_process(self.job_runner.run)

    def send(self) -> None:
        self._notice()
        self._as_a_process(self._send)

    def _notice(self) -> None:
        later = (
            select(OutboxRow)
            .where(OutboxRow.id > self._noticed)
            .order_by(OutboxRow.id)
            .options(undefer(OutboxRow.payload))
        )
        rows: list[OutboxRow] = self._rows(f"after {self._noticed}", later)
        self._noticed = max((row.id for row in rows), default=self._noticed)
        self._unread += rows
        self.ephemerals += Counter(
            (str(row.user), row.payload["text"]) for row in rows if row.kind == "whisper" and row.payload
        )

    def newly_written(self) -> list[OutboxRow]:
        """What was written down since it was asked for the last time, with what it says."""
        self._notice()
        rows, self._unread = self._unread, []
        return rows

    async def _send(self) -> None:
        """Each message that has gone may let another one go, as the waker is told."""
        self._something_went = True
        while self._something_went:
            self._something_went = False
            await self.sender.run()
            await self.sender.under_way()

    def _look_again(self) -> None:
        self._something_went = True

    def _as_a_process(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        with contextlib.suppress(Died):
            self.run(work())
        if self.fate.dead:
            self.deaths += 1
            self.restart()

    def settle(self) -> None:
        """Everything that is due now is handled and everything that is written down is sent; the time that takes passes."""
        for _ in range(MOMENTS_AT_MOST):
            self.handle_due()
            self.send()
            at = self.run(self.sender.next_at())
            now = self.clock.now()
            waiting = [
                row for row in self.outbox() if row.state in (OutboxState.PENDING, OutboxState.SENDING)
            ]
            if not waiting and not [row for row in self.due() if row.at <= now]:
                return
            if at is not None and at > now:
                self.clock.move_to(at)
            else:
                # A process may just have died, and the next one begins.
                self.clock.move(seconds=0.05)
        raise AssertionError("the outbox never came to rest")

    def live_on(self, days: float) -> None:
        """Nobody does anything any more; time goes from moment to moment."""
        until = self.clock.now() + timedelta(days=days)
        for _ in range(MOMENTS_AT_MOST):
            self.settle()
            at = min((row.at for row in self.due()), default=None)
            if at is None or at > until:
                self.clock.move_to(max(until, self.clock.now()))
                return
            self.clock.move_to(max(at, self.clock.now()))
        raise AssertionError("it never comes to rest")

    # People

    def start(self, presenter: str, facilitator: str, starter: str, *, agreed: bool) -> None:
        """A session with a new case; with `agreed` it opens at once, otherwise the presenter is asked first."""

        def begin(tx: Tx) -> None:
            group = groups.group_by_id(tx, self.group)
            case = make_case(tx, group, presenter, state=CaseState.CHOSEN if agreed else CaseState.HANDED_IN)
            service.start_session(
                tx,
                group.id,
                starter,
                case_id=case.id,
                method="incident",
                facilitator=facilitator,
                auto_advance=self.auto_advance,
            )

        self.act(begin)

    def leave(self, user: str) -> None:
        self.workspace.channels[CHANNEL].members.discard(user)
        self.act_twice(lambda tx: groups.on_channel_leave(tx, groups.group_by_id(tx, self.group), user))

    def join(self, user: str) -> None:
        self.workspace.channels[CHANNEL].members.add(user)
        self.act_twice(lambda tx: groups.add_member(tx, groups.group_by_id(tx, self.group), user))

    def speak(self, user: str, ts: str) -> None:
        """Somebody writes in the thread, and Slack delivers the event twice."""
        thread = self.thread_ts()
        if thread is not None:
            self.act_twice(rounds.record_thread_message, CHANNEL, thread, user, ts)

    # Looking

    def _rows(self, name: str, statement: Any) -> list[Any]:
        """What the database holds; it is read anew only after somebody has written."""
        version = self._plain.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self._known.clear()
        if name not in self._known:
            with Sql(self._looking, expire_on_commit=False) as sql:
                self._known[name] = list(sql.scalars(statement))
        return self._known[name]

    def session(self) -> Session | None:
        """The newest session."""
        return next(iter(self._rows("session", select(Session).order_by(NEWEST))), None)

    def case(self, case_id: str) -> Case:
        found: Case = self._rows(f"case {case_id}", select(Case).where(Case.id == case_id))[0]
        return found

    def outbox(self) -> list[OutboxRow]:
        """Every row, without what it says."""
        return self._rows(
            "outbox",
            select(OutboxRow).options(defer(OutboxRow.payload, raiseload=True)).order_by(OutboxRow.id),
        )

    def due(self) -> list[JobRow]:
        return self._rows("due", select(JobRow).order_by(JobRow.at, JobRow.id))

    def rows(self, table: type[Any], session: Session) -> list[Any]:
        """What a table holds of a session."""
        return self._rows(
            f"{table.__tablename__} {session.id}",
            select(table).where(table.session_id == session.id).order_by(text("rowid")),
        )

    def view(self, session: Session) -> SessionView:
        return self.run(self.store.read(lambda tx: service.scene_by_id(tx, session.id).view()))

    def turn(self) -> tuple[int, str | None]:
        """Which turn is on in the newest advice round, and whose."""
        found = next(iter(self._rows("advice", select(AdviceRound).order_by(NEWEST))), None)
        if found is None:
            return 0, None
        return found.had, found.turns[found.had] if found.had < len(found.turns) else None

    def thread_ts(self) -> str | None:
        session = self.session()
        card = None if session is None else f"session/{session.id}/card"
        return next((row.ts for row in self.outbox() if row.key == card), None)

    def tables(self) -> dict[str, list[Any]]:
        """Everything, as it lies in the file."""
        return {
            table: self._plain.execute(f'SELECT * FROM "{table}"').fetchall()
            for table in Base.metadata.tables
        }

    def what_people_did(self) -> dict[str, list[Any]]:
        """Everything but what is on its way to Slack, ids, and what is encrypted anew each time."""
        found = {
            name: sorted(map(repr, self._plain.execute(f'SELECT {columns} FROM "{name}"')))
            for name, columns in _COMPARED.items()
        }
        # That a session changed only has the console drawn anew.
        due = [row for row in self.due() if row.kind != SessionChanged.kind]
        found["due"] = sorted(repr((row.kind, row.subject, row.at, row.data)) for row in due)
        found["keys"] = sorted(str(row.key) for row in self.outbox() if row.key)
        return found


empty.load_every_table()
_COMPARED = {
    name: ", ".join(
        f'"{column.name}"'
        for column in table.columns
        if column.name != "id" and not isinstance(column.type, (EncryptedText, EncryptedJson))
    )
    for name, table in Base.metadata.tables.items()
    if name not in ("outbox", "pace", "heartbeat", "due")
}
