"""One row per ballot, while a process of the version before goes on with its votes in the same open poll."""

import threading
from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, Table, create_engine, delete, exists, func, insert, select

from bot.cli.migrate import alembic_config
from bot.polls.records import Ballot
from bot.storage import new_id
from tests.cli.test_old_version import table_of
from tests.cli.test_upgrades import MINE, put
from tests.empty import bring_to

POLL, FIRST, SECOND = "p1", "c1", "c2"
ANNA, BRAM, CHLOE = "U0ANNA", "U0BRAM", "U0CHLOE"


class VersionBefore:
    """A process of the version before: the statements that it executes on its table `votes`."""

    def __init__(self, connection: Connection) -> None:
        self._votes: Table = table_of(connection, "votes")

    def vote(self, connection: Connection, user: str, points: dict[str, int]) -> None:
        mine = (self._votes.c.poll_id == POLL, self._votes.c.user == user)
        if connection.scalar(select(exists().where(*mine))):
            connection.execute(delete(self._votes).where(*mine))
        rows = [
            {"id": new_id(), "poll_id": POLL, "user": user, "case_id": case, "points": given}
            for case, given in points.items()
        ]
        connection.execute(insert(self._votes), [{**row, **MINE} for row in rows])

    def votes_of(self, connection: Connection, user: str) -> dict[str, int]:
        wanted = select(self._votes).where(self._votes.c.poll_id == POLL, self._votes.c.user == user)
        return {row.case_id: row.points for row in connection.execute(wanted)}

    def count(self, connection: Connection) -> int:
        voters = func.count(func.distinct(self._votes.c.user))
        return connection.scalar(select(voters).where(self._votes.c.poll_id == POLL)) or 0

    def points(self, connection: Connection) -> dict[str, int]:
        by_case = self._votes.c.case_id
        wanted = select(by_case, func.sum(self._votes.c.points)).where(self._votes.c.poll_id == POLL)
        return {case: int(points) for case, points in connection.execute(wanted.group_by(by_case))}

    def remove_case(self, connection: Connection, case: str) -> None:
        connection.execute(
            delete(self._votes).where(self._votes.c.poll_id == POLL, self._votes.c.case_id == case)
        )

    def close(self, connection: Connection) -> None:
        connection.execute(delete(self._votes).where(self._votes.c.poll_id == POLL))


@pytest.fixture
def engine(empty: str) -> Iterator[Engine]:
    """A database of the version before, with an open poll in which Anna has voted."""
    bring_to(empty, "0047")
    made = create_engine(empty, connect_args={} if empty.startswith("sqlite") else {"prepare_threshold": 0})
    with made.begin() as connection:
        put(connection, "groups", 1, id="g1")
        for number, case in enumerate((FIRST, SECOND)):
            put(connection, "cases", number, id=case, group_id="g1", state="handed_in")
        put(connection, "polls", 1, id=POLL, group_id="g1", state="open")
        VersionBefore(connection).vote(connection, ANNA, {FIRST: 2, SECOND: 1})
    yield made
    made.dispose()


def ballots(connection: Connection) -> dict[str, dict[str, int]]:
    wanted = select(Ballot.user, Ballot.points).order_by(Ballot.user)
    return dict(connection.execute(wanted).all())


def test_what_either_version_is_given_counts_in_both(engine: Engine, empty: str) -> None:
    with engine.begin() as connection:
        before = VersionBefore(connection)
    command.upgrade(alembic_config(empty), "0048")
    with engine.begin() as connection:
        assert ballots(connection) == {ANNA: {FIRST: 2, SECOND: 1}}
        assert before.votes_of(connection, ANNA) == {FIRST: 2, SECOND: 1}
        before.vote(connection, BRAM, {FIRST: 2, SECOND: 1})
        before.vote(connection, BRAM, {SECOND: 3})
        connection.execute(
            insert(Ballot).values(poll_id=POLL, user=CHLOE, points={FIRST: 1, SECOND: 2}, **MINE)
        )
        assert ballots(connection) == {
            ANNA: {FIRST: 2, SECOND: 1},
            BRAM: {SECOND: 3},
            CHLOE: {FIRST: 1, SECOND: 2},
        }
        assert before.count(connection) == 3
        assert before.points(connection) == {FIRST: 3, SECOND: 6}
        before.remove_case(connection, SECOND)
        assert ballots(connection) == {ANNA: {FIRST: 2}, CHLOE: {FIRST: 1}}
        before.close(connection)
        assert ballots(connection) == {}


def test_going_back_keeps_every_vote(engine: Engine, empty: str) -> None:
    command.upgrade(alembic_config(empty), "0048")
    with engine.begin() as connection:
        connection.execute(insert(Ballot).values(poll_id=POLL, user=BRAM, points={SECOND: 3}, **MINE))
    command.downgrade(alembic_config(empty), "0047")
    with engine.begin() as connection:
        before = VersionBefore(connection)
        assert before.votes_of(connection, ANNA) == {FIRST: 2, SECOND: 1}
        assert before.points(connection) == {FIRST: 2, SECOND: 4}
        before.vote(connection, BRAM, {FIRST: 3})
        assert before.points(connection) == {FIRST: 5, SECOND: 1}


def test_a_vote_that_waits_for_the_migration_is_given(engine: Engine, empty: str) -> None:
    if empty.startswith("sqlite"):
        pytest.skip("on SQLite nobody else works meanwhile")
    with engine.connect() as voting, engine.connect() as watching, engine.connect() as migrating:
        before = VersionBefore(watching)
        watching.commit()
        # Its statements are prepared by now: the server has planned them for the table.
        before.vote(voting, BRAM, {FIRST: 3})
        before.vote(voting, BRAM, {SECOND: 3})
        assert before.votes_of(voting, ANNA) == {FIRST: 2, SECOND: 1}
        voting.commit()
        config = alembic_config(empty)
        config.attributes["connection"] = migrating
        with migrating.begin():
            command.upgrade(config, "0048")
            waiting = threading.Thread(target=before.vote, args=(voting, BRAM, {FIRST: 1, SECOND: 2}))
            waiting.start()
            until_somebody_waits(watching)
        waiting.join()
        assert before.votes_of(voting, ANNA) == {FIRST: 2, SECOND: 1}
        voting.commit()
        assert ballots(watching) == {ANNA: {FIRST: 2, SECOND: 1}, BRAM: {FIRST: 1, SECOND: 2}}


def until_somebody_waits(connection: Connection) -> None:
    while not connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar():
        connection.rollback()
