"""What an upgrade makes good of what the version before did: on a database as that version left it."""

from datetime import UTC, datetime
from typing import Any

from alembic import command
from sqlalchemy import Connection, Row, create_engine, select

from bot.cli.migrate import alembic_config
from tests.cli.test_old_version import table_of, value
from tests.empty import bring_to

MINE = {"team_id": "T0OURS", "enterprise_id": ""}
STEP: dict[str, Any] = {"group_id": "g1", "session_id": "s1", "state": "open", "asked": 0}


def put(connection: Connection, name: str, number: int, **values: Any) -> None:
    """A row of a table as it is; what is not named here is filled with something."""
    table = table_of(connection, name)
    filled = {column.name: value(column, number) for column in table.columns}
    connection.execute(table.insert().values({**filled, **MINE, "id": f"{number}", **values}))


def rows(connection: Connection, name: str) -> list[Row[Any]]:
    table = table_of(connection, name)
    return list(connection.execute(select(table)))


def utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def test_every_open_step_without_a_question_gets_one(empty: str) -> None:
    config = alembic_config(empty)
    bring_to(empty, "0005")
    engine = create_engine(empty)
    with engine.begin() as connection:
        put(connection, "groups", 1, id="g1")
        put(connection, "people", 1, user="U0ANNA", zone="Pacific/Auckland", from_hour=9)
        put(connection, "people", 2, user="U0BRAM", zone="Europe/Amsterdam", from_hour=-5)
        steps: list[dict[str, Any]] = [
            {"user": "U0ANNA", "by": "2099-01-14"},
            {"user": "U0BRAM", "by": "2024-02-29", "asked": 1},
            # Nothing is known of whoever this is, and the day is no working day.
            {"user": "U0CHLOE", "by": "2099-01-17"},
            {"user": "U0DAAN", "by": "2099-01-14", "state": "done"},
            {"user": "U0DAAN", "by": "2024-01-14", "asked": 2},
            {"user": "U0DAAN", "by": ""},
            {"user": "U0DAAN", "by": "2099-01-14"},
            {"user": "U0DAAN", "by": "2099-01-14"},
        ]
        for number, values in enumerate(steps, start=1):
            put(connection, "keepsakes", number, **{**STEP, "session_id": f"s{number}", **values})
        planned = {"user": "U0DAAN", "kind": "step.ask", "group_id": "g1", "data": {}}
        put(connection, "nudges", 1, subject="7", at=datetime(2099, 1, 14, 9, tzinfo=UTC), **planned)
        put(connection, "due", 1, kind="followup.nudge", subject="8", data={})
        sooner, later = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
        put(connection, "due", 2, kind="nudges.deliver", subject="U0BRAM", at=sooner, data={})
        put(connection, "due", 3, kind="nudges.deliver", subject="U0ANNA", at=later, data={})
    before = datetime.now(UTC)
    command.upgrade(config, "0006")
    with engine.begin() as connection:
        found = {row.subject: row for row in rows(connection, "nudges")}
        looks = {row.subject: utc(row.at) for row in rows(connection, "due") if row.kind == "nudges.deliver"}
    engine.dispose()
    assert sorted(found) == ["1", "2", "3", "7"]
    anna, bram, chloe = (found[subject] for subject in ("1", "2", "3"))
    assert {(row.kind, row.group_id, row.until) for row in (anna, bram, chloe)} == {("step.ask", "g1", None)}
    # Nine in the morning there.
    assert utc(anna.at) == datetime(2099, 1, 13, 20, tzinfo=UTC)
    assert utc(chloe.at) == datetime(2099, 1, 17, tzinfo=UTC)
    # A day that has passed is now, so that it is not forgotten as too long ago.
    assert before <= utc(bram.at) <= datetime.now(UTC)
    assert looks == {"U0ANNA": utc(anna.at), "U0BRAM": sooner, "U0CHLOE": utc(chloe.at)}


def test_of_what_was_shared_before_nobody_knows_which_words(empty: str) -> None:
    config = alembic_config(empty)
    command.upgrade(config, "0006")
    engine = create_engine(empty)
    with engine.begin() as connection:
        put(connection, "groups", 1, id="g1")
        put(connection, "keepsakes", 1, **STEP, by="2099-01-14", shared=True)
    command.upgrade(config, "0007")
    with engine.begin() as connection:
        [kept] = rows(connection, "keepsakes")
    engine.dispose()
    # So the step is private until its owner says yes, and that they shared something is why they are asked.
    assert (kept.shared, kept.shared_takeaway, kept.shared_step) == (True, None, None)


def test_what_was_planned_before_lengths_takes_the_usual_time_and_nobody_is_told(empty: str) -> None:
    config = alembic_config(empty)
    bring_to(empty, "0033")
    engine = create_engine(empty)
    with engine.begin() as connection:
        put(connection, "groups", 1, id="g1")
        put(connection, "cases", 1, group_id="g1")
        for name in ("meetings", "meeting_series", "date_searches"):
            put(connection, name, 1, group_id="g1")
        put(connection, "sessions", 1, group_id="g1", case_id="1", state="running", extensions=1)
        before = [len(rows(connection, name)) for name in ("due", "outbox", "nudges")]
    command.upgrade(config, "head")
    with engine.begin() as connection:
        lengths = [
            rows(connection, name)[0].minutes for name in ("meetings", "meeting_series", "date_searches")
        ]
        [session] = rows(connection, "sessions")
        after = [len(rows(connection, name)) for name in ("due", "outbox", "nudges")]
    engine.dispose()
    assert lengths == [90, 90, 90]
    assert (session.state, session.ends_by, session.extensions) == ("running", None, 1)
    # A change that is told is a job or a message.
    assert after == before


def test_a_choice_that_is_on_during_the_upgrade_goes_on_without_a_pause(empty: str) -> None:
    config = alembic_config(empty)
    bring_to(empty, "0042")
    engine = create_engine(empty)
    with engine.begin() as connection:
        put(connection, "groups", 1, id="g1")
        put(connection, "selections", 1, group_id="g1", state="inventory")
    command.upgrade(config, "head")
    with engine.begin() as connection:
        [choice] = rows(connection, "selections")
    engine.dispose()
    assert (choice.state, choice.remaining, choice.extensions, choice.session_id) == (
        "inventory",
        None,
        0,
        None,
    )
