"""People whose data are stored, and a look for whatever still names one of them."""

from datetime import timedelta

from sqlalchemy import select, true

from bot.app import composes, due_handlers
from bot.delivery.records import OutboxRow
from bot.jobs.queue import Job
from bot.nudges import service as nudges
from bot.privacy import service as privacy
from bot.privacy.register import REGISTER
from bot.storage import Base, Tx
from tests.conftest import due_items, run_due
from tests.factories import deliver

HANDLERS = {**due_handlers(), nudges.DELIVER: nudges.digest_job(composes())}


def sweep(tx: Tx) -> None:
    """What falls due in every room, after Slack has taken what waits."""
    run_due(tx, HANDLERS)
    deliver(tx)


def sweep_away(tx: Tx) -> None:
    """The sweeps after somebody was forgotten, until none is planned."""
    for _ in range(30):
        sweep(tx)
        rows = due_items(tx, privacy.SWEEP)
        if not rows:
            return
        for row in rows:
            job = Job(row.workspace, row.kind, row.subject, row.at, dict(row.data))
            tx.sql.delete(row)
            tx.sql.flush()
            privacy.on_sweep(tx, job)
    raise AssertionError("it is never over")


def naming(tx: Tx, user: str) -> dict[str, int]:
    """Where the database still holds somebody's id, in any column at all: table and column with the number of rows."""
    tx.sql.flush()
    tx.sql.expire_all()
    found: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:
        for row in tx.sql.execute(select(table)).mappings():
            for name, value in row.items():
                if name != "payload" and user in str(value):
                    where = f"{table.name}.{name}"
                    found[where] = found.get(where, 0) + 1
    return found


def words(tx: Tx) -> str:
    """Every content column of every row, as it is decrypted."""
    tx.sql.flush()
    said: list[str] = []
    for name, kept in REGISTER.items():
        table = Base.metadata.tables[name]
        # A test delivers by itself, and leaves the payload of what was sent.
        waits = table.c.state == "pending" if name == "outbox" else true()
        for row in tx.sql.execute(select(table).where(waits)).mappings():
            said += [str(row[column]) for column in kept.content.split()]
    return "\n".join(said)


def standing(tx: Tx) -> list[str]:
    """The keys of the messages that stand in Slack, after everything that waits was sent."""
    deliver(tx)
    rows = tx.sql.scalars(select(OutboxRow).where(OutboxRow.key.is_not(None)).order_by(OutboxRow.id))
    return [str(row.key) for row in rows if row.state == "sent"]


def later(tx: Tx, by: timedelta) -> None:
    """Moves the clock of this transaction."""
    tx.now += by
