"""Private messages: few, together, in working hours, and only while there is something to do."""

from datetime import timedelta

from sqlalchemy import select

from bot.delivery.records import OutboxRow
from bot.nudges import service
from bot.nudges.records import Letter, Nudge
from bot.nudges.service import Part
from bot.storage import Store, Tx
from bot.texts import Texts
from bot.timing import due
from tests.conftest import OURS, make_group

ANNA = "U0ANNA"


def say(tx: Tx, nudge: Nudge, t: Texts) -> Part | None:
    return Part(f"over {nudge.subject}") if nudge.data.get("something") else None


HANDLER = service.deliver({"test": say})


def plan(tx: Tx, group: str, subject: str, hours: float = 0, *, something: bool = True) -> None:
    at = tx.now + timedelta(hours=hours)
    service.plan(tx, OURS, ANNA, "test", subject, at, group=group, data={"something": something})


def deliver(tx: Tx) -> None:
    HANDLER(tx, due.Item(OURS, service.DELIVER, ANNA, tx.now, {}))


def letters(tx: Tx) -> list[str]:
    rows = tx.sql.scalars(select(OutboxRow).where(OutboxRow.kind == "direct").order_by(OutboxRow.id))
    return [row.payload["text"] for row in rows if row.payload]


async def test_what_falls_together_is_one_message(store: Store) -> None:
    def run(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        plan(tx, group, "de stap")
        plan(tx, group, "de casus", hours=2)
        plan(tx, group, "volgende week", hours=150)
        deliver(tx)
        assert letters(tx) == ["over de stap\n\nover de casus"]
        assert [one.subject for one in tx.sql.scalars(select(Nudge))] == ["volgende week"]

    await store.transact(run)


async def test_nobody_hears_of_what_is_done_already(store: Store) -> None:
    def run(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        plan(tx, group, "de stap", something=False)
        deliver(tx)
        assert letters(tx) == []
        assert tx.sql.scalars(select(Nudge)).all() == []
        assert tx.sql.scalars(select(Letter)).all() == []

    await store.transact(run)


async def test_the_fourth_in_a_week_waits(store: Store) -> None:
    def run(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        for number in range(4):
            plan(tx, group, f"{number}")
            deliver(tx)
        assert len(letters(tx)) == 3
        at = due.moment_of(tx, OURS, service.DELIVER, ANNA)
        assert at is not None
        assert at >= tx.now + timedelta(days=7)

    await store.transact(run)


async def test_an_answer_takes_the_place_of_its_question(store: Store) -> None:
    def run(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        plan(tx, group, "de stap")
        plan(tx, group, "de casus", hours=1)
        deliver(tx)
        service.answered(tx, OURS, ANNA, "test", "de stap", Part("gedaan"))
        assert letters(tx) == ["gedaan\n\nover de casus"]

    await store.transact(run)
