# mypy: ignore-errors
"""Made the dumps beside this file, once: a database of version 0.1.0 in the middle of everything.

Runs on the code of commit 4412d99, with this file copied into its tests/: `python -m tests.make_dump URL FILE` for an empty
database that `alembic upgrade head` of that version has prepared. One group is in its session, with what is still to be sent; one
votes; one has a meeting ahead; Daan has an open step, and Chloé had a private message.
"""

import asyncio
import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import MetaData, create_engine, select

from bot.app import MOMENTS, NUDGING
from bot.cases.records import Case
from bot.followups import service as followups
from bot.groups.records import Group
from bot.nudges import service as nudges
from bot.polls import service as poll_service
from bot.sessions import service as sessions
from bot.sessions.records import Session
from bot.slack.records import SeenEvent
from bot.storage import Keyring, Store, belonging_to, open_store, use_keyring
from tests.clock import StillClock
from tests.conftest import OURS, make_group, run_due
from tests.polls import people as polls
from tests.presence import people as presence
from tests.sessions.people import ANNA, BRAM, CHLOE, DAAN, begin, deliver, go_on, make_case

# For these files only.
TEST_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def group(tx):
    make_group(tx, ANNA, BRAM, CHLOE, DAAN, reads_thread=True)


def session(tx):
    group = tx.sql.scalars(select(Group)).one()
    case = make_case(tx, group, state="chosen")
    made = sessions.start(
        tx, OURS, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, by_itself=True
    )
    for user in (ANNA, CHLOE, DAAN):
        sessions.present(tx, made, user)
    begin(tx, made.id)
    deliver(tx)
    tx.sql.add(
        SeenEvent(
            event_id="Ev0SPOKE",
            handler="bot.rounds.listeners.someone_wrote",
            seen_at=tx.now,
            **belonging_to(OURS),
        )
    )


def step(tx):
    group = tx.sql.scalars(select(Group)).one()
    followups.keep(
        tx,
        group,
        "s0before",
        DAAN,
        takeaway="Ik zeg te snel ja.",
        step="Eerst een dag wachten met antwoorden.",
        by=date(2027, 1, 20),
        is_presenter=False,
        shared=True,
    )
    followups.keep(
        tx,
        group,
        "s0before",
        CHLOE,
        takeaway="Vragen helpt.",
        step="Met mijn leidinggevende praten.",
        by=date(2027, 1, 13),
        is_presenter=False,
        shared=False,
    )


def letter(tx):
    compose = {kind: made for kinds in NUDGING for kind, made in kinds.items()}
    run_due(tx, {nudges.DELIVER: nudges.deliver(compose)})
    deliver(tx)


def vote(tx):
    poll = polls.open_one(tx, channel="C0WEST")
    cases = tx.sql.scalars(
        select(Case).where(Case.group_id == poll.group_id).order_by(Case.handed_in_at)
    ).all()
    poll_service.vote(tx, OURS, poll.id, BRAM, {cases[0].id: 2, cases[1].id: 1})
    poll_service.vote(tx, OURS, poll.id, ANNA, {cases[2].id: 3})
    deliver(tx)


def meeting(tx):
    presence.plan(tx, "2027-01-21", channel="C0ZUID")
    deliver(tx)


def next_phase(tx):
    go_on(tx, tx.sql.scalars(select(Session)).one().id)


def handle(tx):
    handlers = {}
    for room in MOMENTS:
        for kind, handler in room.DUE.items():
            handlers.setdefault(kind, handler)
    run_due(tx, handlers)


async def fill(store: Store, clock: StillClock) -> None:
    for act in (group, step):
        await store.transact(act)
    clock.move_to(datetime(2027, 1, 15, 8, 40, tzinfo=UTC))
    for act in (letter, session):
        await store.transact(act)
    clock.move_to(clock.now() + timedelta(minutes=1))
    for act in (handle, vote, meeting, next_phase):
        await store.transact(act)


def as_json(value):
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def dump(url: str) -> dict:
    engine, found = create_engine(url), MetaData()
    found.reflect(engine)
    rows = {}
    with engine.connect() as connection:
        for table in found.sorted_tables:
            if table.name == "alembic_version":
                continue
            names = [column.name for column in table.columns]
            order = table.primary_key.columns
            text = connection.execute(select(table).order_by(*order)).all()
            rows[table.name] = [
                {name: as_json(v) for name, v in zip(names, row, strict=True)} for row in text
            ]
    return {name: found for name, found in rows.items() if found}


def main(url: str, file: str) -> None:
    use_keyring(Keyring([TEST_KEY]))
    clock = StillClock()
    store = open_store(url, clock.now)
    asyncio.run(fill(store, clock))
    store.close()
    with Path(file).open("w") as out:
        json.dump(dump(url), out, indent=1, ensure_ascii=False)
        out.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
