"""What was written in a session goes when its group keeps it no longer."""

from datetime import timedelta

from sqlalchemy import func, select

from bot.jobs import queue
from bot.rounds import jobs
from bot.rounds.records import Evaluation, Note, Question
from bot.sessions import service as sessions
from bot.sessions.views import SessionRef
from bot.storage import Store, Tx, belonging_to
from tests.clock import StillClock
from tests.conftest import OURS, run_due
from tests.factories import ANNA, BRAM, load, running_session

KINDS = (Question, Note, Evaluation)


def written(tx: Tx) -> str:
    """A session in which something of every kind was written."""
    session_id = running_session(tx)
    about = {"session_id": session_id, "user": ANNA, **belonging_to(OURS)}
    tx.sql.add(Note(text="Ademhalen", **about))
    tx.sql.add(Evaluation(marks=[4, 4, 4], line="Fijn", **about))
    tx.sql.add(Question(phase_index=1, pass_no=1, text="Wat maakt dat?", written_at=tx.now, **about))
    tx.sql.flush()
    return session_id


def end(tx: Tx, session_id: str) -> None:
    sessions.stop(tx, BRAM, SessionRef(session_id))


def forget(tx: Tx, session_id: str, days: int) -> list[int]:
    group_id = load(tx, session_id).group_id
    about = {"group": group_id, "before": (tx.now - timedelta(days=days)).isoformat()}
    queue.schedule(tx, "group.forget", group_id, tx.now, about)
    run_due(tx, jobs.JOBS)
    return [int(tx.sql.scalar(select(func.count()).select_from(kind)) or 0) for kind in KINDS]


async def test_what_was_written_goes_with_the_age_of_its_session(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(written)
    clock.move(days=100)
    # A session that has not ended is not over, however long ago it began.
    assert await store.transact(forget, session_id, 1) == [1, 1, 1]
    await store.transact(end, session_id)
    clock.move(days=100)
    assert await store.transact(forget, session_id, 101) == [1, 1, 1]
    assert await store.transact(forget, session_id, 99) == [0, 0, 0]
