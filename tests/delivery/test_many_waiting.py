"""With thousands of waiting rows only those that wait longest are looked at, and the choice is the same."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, event, insert, select, text

from bot.delivery import outbox, rate_limits, sendable
from bot.delivery.message import Guarantee, Message
from bot.delivery.outbox.rows import TABLE
from bot.delivery.rate_limits import METHOD_BURST, RESERVE
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.delivery.token_pauses import record_token_refusal, token_pauses
from bot.storage import Store, Tx, Workspace, belonging_to

EVERYTHING = 10**6


def many(tx: Tx) -> None:
    """Crowded channels and quiet ones, replies that wait for their thread, edits, letters, Home tabs and a row put off."""
    for number in range(12):
        outbox.post(tx, "C0CROWDED", Message("Hoi"), key=f"crowded/{number}")
    for number in range(8):
        outbox.post(tx, f"C0{number}", Message("Hoi"), key=f"card/{number}")
        outbox.post(tx, f"C0{number}", Message("Hoi"), key=f"reply/{number}", thread=f"card/{number}")
        outbox.post_dm(tx, f"U0{number}", Message("Hoi"), key=f"letter/{number}")
        outbox.post_ephemeral(tx, f"C0{number}", f"U0{number}", Message("Psst"))
        outbox.publish_home(tx, f"U0{number}", {"type": "home", "blocks": []})
    tx.sql.flush()
    off = tx.sql.query(OutboxRow).filter(OutboxRow.key == "card/1").one()
    off.not_before = tx.now + timedelta(hours=1)
    tx.sql.flush()


@pytest.mark.parametrize("free", [1, 4, 7])
def test_the_choice_is_that_of_all_rows(tx: Tx, monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    many(tx)
    assert sendable._first_of_each(tx, free, sendable.Closed()) == []
    monkeypatch.setattr(sendable, "WINDOW", 24)
    short = sendable._first_of_each(tx, free, sendable.Closed())
    assert len(short) == free
    monkeypatch.setattr(sendable, "WINDOW", EVERYTHING)
    assert sendable.select_sendable(tx, free)[0] == short


def test_where_they_do_not_suffice_all_are_looked_at(tx: Tx, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first rows are of one channel: whoever waits behind them is found all the same."""
    many(tx)
    monkeypatch.setattr(sendable, "WINDOW", 5)
    found = sendable.select_sendable(tx, 5)[0]
    monkeypatch.setattr(sendable, "WINDOW", EVERYTHING)
    assert len(found) == 5
    assert sendable.select_sendable(tx, 5)[0] == found


def test_a_few_that_are_open_are_chosen_as_among_all_rows(tx: Tx, monkeypatch: pytest.MonkeyPatch) -> None:
    """Channels, methods and workspaces at their limit, calls that nobody waits for, and messages that may get lost."""
    many(tx)
    for number in range(3):
        outbox.publish_home(tx, f"U9{number}", {"type": "home", "blocks": []}, background=True)
        outbox.post(
            tx, f"C9{number}", Message("Hoi"), key=f"lossy/{number}", guarantee=Guarantee.AT_MOST_ONCE
        )
    limits = rate_limits.RateLimits(tx, locked=True)
    for call in [rate_limits.Call(tx.workspace, "views.publish")] * (METHOD_BURST - RESERVE):
        limits.load([call])
        limits.take(call)
    for call in [rate_limits.Call(tx.workspace, "chat.postMessage", "C0CROWDED")] * 3:
        limits.load([call])
        limits.take(call)
    rate_limits.record_429(tx, "chat.postEphemeral", timedelta(minutes=1))
    tx.sql.flush()
    for free in (1, 7, 20):
        few = sendable.select_sendable(tx, free)
        with monkeypatch.context() as patch:
            patch.setattr(sendable, "WINDOW", 0)
            assert sendable.select_sendable(tx, free) == few
        assert len(few[0]) == free


def test_behind_a_whole_page_of_posts_that_wait_for_their_channel_the_next_one_is_looked_at(tx: Tx) -> None:
    """Five channels with twenty posts each fill the first page, and each channel takes three of them."""
    write(tx, 100, "pending", channels=5)
    outbox.publish_home(tx, "U0ANNA", {"type": "home", "blocks": []}, background=True)
    found, _ = sendable.select_sendable(tx, sendable.MAX_IN_FLIGHT)
    kinds = [tx.sql.get_one(OutboxRow, row).kind for row in found]
    assert kinds == ["post"] * 15 + ["home"]


def test_a_row_in_doubt_does_not_wait_behind_them(tx: Tx, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox.post(tx, "C0DOUBT", Message("Hoi"), key="doubt")
    row = tx.sql.query(OutboxRow).one()
    row.state, row.lease_until, row.claim_count = OutboxState.SENDING, tx.now - timedelta(minutes=5), 1
    many(tx)
    monkeypatch.setattr(sendable, "WINDOW", 24)
    assert sendable.select_sendable(tx, 4)[0][0] == row.id


def test_whatever_is_closed_no_statement_is_made_anew(tx: Tx) -> None:
    """SQLAlchemy compiles and keeps each: with a hundred sessions at once they took half of the time and of the memory."""
    many(tx)
    made: list[int] = []
    connection = tx.sql.connection()
    event.listen(connection, "before_execute", lambda _, statement, *__: made.append(id(statement)))
    each: list[set[int]] = []
    for number, method in enumerate(("chat.postMessage", "chat.update", "chat.delete", "views.publish")):
        team = tx.of(Workspace(f"T0{number}"))
        rate_limits.record_429(team, method, timedelta(minutes=1))
        record_token_refusal(team, method, "missing_scope")
        tx.sql.flush()
        made.clear()
        sendable.select_sendable(tx, 20, token_pauses(tx), [Workspace(f"T1{one}") for one in range(number)])
        each.append({*made})
    assert each[0]
    assert all(found == each[0] for found in each)


def test_what_holds_a_row_up_is_looked_for_by_its_place_and_not_among_all_that_waits(tx: Tx) -> None:
    """Where nothing waited when PostgreSQL counted its rows, each of 20,000 was compared with all others."""
    sent_before(tx, 500)
    if tx.dialect == "postgresql":
        tx.sql.execute(text("ANALYZE outbox"))
    many(tx)
    for statement, values in (
        sendable._longest_waiting(tx.now, 200, *sendable.Closed()),
        sendable._open_rows(tx.now, 200, (), (), ()),
        sendable._sendable(tx.now, tx.now - sendable.IN_FLIGHT_GRACE, 0, *sendable.Closed()),
    ):
        plan = plan_of(tx, statement, values)
        others = [line for line in plan if "outbox_1" in line]
        assert others, plan
        assert not [line for line in others if "ix_outbox_state" in line]


async def test_a_group_goes_on_while_twenty_thousand_messages_of_others_wait(store: Store) -> None:
    """What they press is stored, and their message is in the next choice."""

    def crowd(tx: Tx) -> None:
        sent_before(tx, 500)
        if tx.dialect == "postgresql":
            tx.sql.execute(text("ANALYZE outbox"))
        write(tx, 20_000, "pending", channels=10)

    def press(tx: Tx) -> None:
        outbox.post(tx, "C0OURS", Message("De ronde begint"), key="ours")

    await store.transact(crowd)
    await store.transact(press)
    ids, _ = await store.read(sendable.select_sendable, sendable.MAX_IN_FLIGHT)
    ours = await store.read(lambda tx: tx.sql.scalar(select(OutboxRow.id).where(OutboxRow.key == "ours")))
    assert ours in ids


def sent_before(tx: Tx, count: int) -> None:
    write(tx, count, "sent", channels=50)


def write(tx: Tx, count: int, state: str, *, channels: int) -> None:
    """Posts, each in a thread of its own, straight into the table."""
    row = {"kind": "post", "state": state, "at_worst": "twice", "created_at": tx.now, "not_before": tx.now}
    rows = [
        {
            **row,
            "lane": f"{tx.workspace.team_id}/C0{number % channels}/{state}/{number}",
            "key": f"{state}/{number}",
            "channel": f"C0{number % channels}",
            "token": 1 if state == "sent" else 0,
            "ts": f"1.{number}" if state == "sent" else None,
            **belonging_to(tx.workspace),
        }
        for number in range(count)
    ]
    tx.sql.connection().execute(insert(TABLE), rows)


def plan_of(tx: Tx, statement: Select[*tuple[Any, ...]], values: dict[str, Any]) -> list[str]:
    """How the database carries out a statement, a line for each step."""
    explain = "EXPLAIN QUERY PLAN " if tx.dialect == "sqlite" else "EXPLAIN "
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        seen.append((sql, parameters))

    connection = tx.sql.connection()
    event.listen(connection, "before_cursor_execute", note)
    tx.sql.execute(statement, values)
    event.remove(connection, "before_cursor_execute", note)
    rows = connection.exec_driver_sql(explain + seen[-1][0], seen[-1][1])
    return [str(row[-1]) for row in rows]
