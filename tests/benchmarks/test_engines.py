"""What the bench on lateness plans is what the bot itself would plan."""

from datetime import timedelta

from sqlalchemy import select

from benchmarks import engines
from bot.jobs import queue
from bot.jobs.records import JobRow
from bot.storage import Tx


def test_its_moments_are_rows_as_the_bot_writes_them(tx: Tx) -> None:
    at = tx.now + timedelta(minutes=1)
    engines._schedule(tx, 3, at)
    queue.schedule(tx.of(engines.WORKSPACE), engines.KIND, "own", at, ordering_key="session/own")
    *theirs, own = tx.sql.scalars(select(JobRow).order_by(JobRow.subject)).all()
    assert [row.ordering_key for row in theirs] == ["session/0", "session/1", "session/2"]
    for row in theirs:
        assert (row.kind, row.at, row.scheduled_at, row.data, row.team_id) == (
            own.kind,
            own.at,
            own.scheduled_at,
            own.data,
            own.team_id,
        )
