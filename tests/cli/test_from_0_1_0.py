"""A database of version 0.1.0 in the middle of everything upgrades, and everybody goes on where they were."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import DateTime, MetaData, create_engine, select, text
from sqlalchemy.orm import undefer

from bot.app import composes, due_handlers
from bot.cli.migrate import alembic_config
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.jobs.records import JobRow
from bot.nudges.records import Digest, Nudge
from bot.nudges.service import DELIVER
from bot.polls import service as polls
from bot.polls.records import Ballot, Poll
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.sessions.rules import State
from bot.slack import dedup
from bot.storage import Keyring, Store, Tx, use_keyring
from bot.storage.encryption import keyring
from bot.texts import for_language
from tests.clock import StillClock
from tests.conftest import OneWorkspaceStore, open_for_us, run_due
from tests.empty import bring_to
from tests.factories import BRAM, CHLOE, DAAN, control

DUMPS = Path(__file__).parent / "dumps"
# The key of the dumps, as in make_dump.py; of nothing else.
TEST_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
# The dumps were made at this moment.
THEN = datetime(2027, 1, 15, 8, 41, tzinfo=UTC)


@pytest.fixture
def dumped(empty: str) -> str:
    """A database as 0.1.0 left it, at the migration of then."""
    bring_to(empty, "0005")
    engine, found = create_engine(empty), MetaData()
    kind = "postgresql" if empty.startswith("postgresql") else "sqlite"
    rows = json.loads((DUMPS / f"version_0_1_0_{kind}.json").read_text())
    found.reflect(engine)
    with engine.begin() as connection:
        for table in found.sorted_tables:
            moments = {column.name for column in table.columns if isinstance(column.type, DateTime)}
            for row in rows.get(table.name, []):
                connection.execute(table.insert().values(dict(_stored(row, moments))))
        if kind == "postgresql":
            newest = "SELECT setval(pg_get_serial_sequence('outbox', 'id'), (SELECT max(id) FROM outbox))"
            connection.execute(text(newest))
    engine.dispose()
    return empty


def _stored(row: dict[str, Any], moments: set[str]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        at = isinstance(value, dict) and name in moments
        yield name, datetime.fromisoformat(value["at"]) if at else value


@pytest.fixture
def upgraded(dumped: str) -> Iterator[Store]:
    command.upgrade(alembic_config(dumped), "head")
    before = keyring()
    use_keyring(Keyring([TEST_KEY]))
    store = open_for_us(dumped, StillClock(THEN).now)
    yield store
    store.close()
    use_keyring(before)


def at(store: Store, moment: datetime) -> Store:
    """The same database at another moment."""
    return OneWorkspaceStore(store.engine, StillClock(moment).now)


def the_session(tx: Tx) -> Session:
    return tx.sql.scalars(select(Session)).one()


def unsent(tx: Tx) -> list[OutboxRow]:
    wanted = select(OutboxRow).where(OutboxRow.state == OutboxState.PENDING).order_by(OutboxRow.id)
    return list(tx.sql.scalars(wanted.options(undefer(OutboxRow.payload))))


async def test_the_session_is_where_it_was_and_its_next_phase_comes_in_time(upgraded: Store) -> None:
    session = await upgraded.read(the_session)
    assert (session.state, session.phase_index, session.pass_no) == (State.RUNNING, 2, 1)
    later = at(upgraded, datetime(2027, 1, 15, 8, 57, tzinfo=UTC))
    await later.transact(run_due, dict(due_handlers()))
    session = await later.read(the_session)
    assert (session.state, session.phase_index) == (State.RUNNING, 3)
    later.close()


async def test_a_button_of_before_works(upgraded: Store) -> None:
    def press(tx: Tx) -> int:
        sessions.next_phase(tx, BRAM, control(tx, the_session(tx).id))
        return the_session(tx).phase_index

    assert await upgraded.transact(press) == 3


async def test_what_was_not_sent_can_be_read_and_is_sent(upgraded: Store) -> None:
    waiting = await upgraded.read(unsent)
    assert waiting
    assert all(row.payload and row.payload["text"] for row in waiting)


async def test_an_event_of_before_is_known_when_slack_brings_it_again(upgraded: Store) -> None:
    def again(tx: Tx) -> None:
        names = ("rounds.thread_message", "bot.rounds.listeners.someone_wrote")
        dedup.once(tx, "Ev0SPOKE", names, lambda tx: None)

    with pytest.raises(dedup.AlreadyProcessed):
        await upgraded.transact(again)


async def test_votes_stand_and_more_are_given(upgraded: Store) -> None:
    def vote(tx: Tx) -> int:
        poll = tx.sql.scalars(select(Poll)).one()
        case = next(case for points in tx.sql.scalars(select(Ballot.points)) for case in points)
        polls.give_votes(tx, poll.id, CHLOE, {case: 3})
        return sum(sum(points.values()) for points in tx.sql.scalars(select(Ballot.points)))

    assert await upgraded.transact(vote) == 3 + 3 + 3


async def test_a_private_message_of_before_can_be_read(upgraded: Store) -> None:
    def parts(tx: Tx) -> list[dict[str, Any]]:
        return tx.sql.scalars(select(Digest)).one().parts

    found = await upgraded.read(parts)
    assert "Met mijn leidinggevende praten" in json.dumps(found, ensure_ascii=False)


async def test_the_question_about_a_step_still_comes_on_its_day(upgraded: Store) -> None:
    def question(tx: Tx) -> str:
        nudge = tx.sql.scalars(select(Nudge).where(Nudge.user == DAAN, Nudge.kind == "step.ask")).one()
        assert nudge.at == datetime(2027, 1, 20, 8, tzinfo=UTC)
        waiting = tx.sql.scalars(
            select(JobRow.at).where(JobRow.kind == DELIVER, JobRow.subject == DAAN)
        ).one()
        assert waiting <= nudge.at + timedelta(days=1)
        item = composes()[nudge.kind](tx, nudge, for_language("nl"))
        assert item is not None
        return item.text

    assert "een dag wachten" in await upgraded.transact(question)


@pytest.mark.parametrize("stopped_after", ["0005", "0007", "0009", "0012"])
async def test_an_upgrade_that_was_interrupted_is_run_again(dumped: str, stopped_after: str) -> None:
    command.upgrade(alembic_config(dumped), stopped_after)
    for _ in range(2):
        command.upgrade(alembic_config(dumped), "head")
    engine = create_engine(dumped)
    found = MetaData()
    found.reflect(engine)
    with engine.connect() as connection:
        assert connection.execute(select(found.tables["sessions"])).one()
    engine.dispose()
