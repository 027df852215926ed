"""Logs cannot hold a word of a case, whoever writes them and however."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from bot import logs
from bot.jobs import queue
from bot.jobs.runner import JobRunner
from bot.sessions import service as sessions
from bot.slack.requests import Command, UserLocale
from bot.storage import Store, Tx
from tests.conftest import OURS
from tests.factories import load, open_session, running_session
from tests.slack.conftest import Address, address

__all__ = ["address"]

PROGRAM = """
import logging, structlog
from bot import logs

logs.configure("INFO")
log = structlog.get_logger()
log.info("known", session="s1", count=3)
log.info("unknown", text="geheim", title="geheim", arguments={"text": "geheim"})
log.debug("quiet")
def read_the_case():
    raise ValueError("geheim")
try:
    read_the_case()
except ValueError as problem:
    log.exception("failed", error=type(problem).__name__)
    logging.getLogger("sqlalchemy").exception("geheim %s", problem)
    logging.getLogger("slack_bolt.AsyncApp").error("geheim", exc_info=True)
logging.getLogger("slack_sdk").warning("geheim")
logging.getLogger("asyncio").error("geheim", extra={"text": "geheim"})
"""


def written() -> list[str]:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    return ran.stderr.splitlines()


def test_only_what_is_allowed_gets_through_and_it_says_where_it_went_wrong() -> None:
    lines = written()
    assert "geheim" not in "\n".join(lines)
    ours = [json.loads(line) for line in lines if line.startswith("{")]
    assert [line["event"] for line in ours] == ["known", "unknown", "failed"]
    assert (ours[0]["session"], ours[0]["count"]) == ("s1", 3)
    assert set(ours[1]) == {"event", "level", "timestamp"}
    assert ours[2]["error"] == "ValueError"
    assert "read_the_case" in ours[2]["where"]


def test_a_library_is_heard_by_its_name_and_its_kind_of_error() -> None:
    lines = written()
    [database] = [line for line in lines if line.startswith("sqlalchemy ")]
    assert "ValueError" in database
    assert "read_the_case" in database
    assert any(line.startswith("asyncio ERROR") for line in lines)


Lines = Callable[[], list[dict[str, Any]]]
CASE = "Mijn collega Fatima huilt elke dag"


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What our own log lines would be in production, as they are written."""
    out = io.StringIO()
    structlog.configure(
        processors=[*logs.PROCESSORS, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(out),
    )
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    structlog.reset_defaults()


@pytest.mark.parametrize("key", sorted(logs.ALLOWED))
@pytest.mark.parametrize("content", [CASE, "Fatima huilt", "Fatima?", "één", {"text": "Fatima"}, ["Fatima"]])
def test_what_people_write_fits_under_no_key(key: str, content: object) -> None:
    kept = logs.only_allowed(None, "info", {"event": "something", key: content})
    assert "Fatima" not in json.dumps(kept)
    assert content not in kept.values()
    assert "event" in kept


def test_what_the_code_says_fits() -> None:
    line = {
        "event": "slack_refused",
        "level": "info",
        "timestamp": "2027-01-14T14:00:00.123456Z",
        "workspace": "T0OURS",
        "group": "0123456789abcdef",
        "session": "0123456789abcdef",
        "reference": "A1B2C3",
        "kind": "action.rounds.write_question",
        "method": "chat.postMessage",
        "outcome": "channel_not_found",
        "error": "_LostConnection",
        "mode": "socket",
        "seconds": -1.5,
        "count": 3,
        "messages": 2,
        "forgotten": 1,
        "port": 3000,
        "advice": logs.Advice.RENEW_TOKEN,
    }
    assert set(line) == set(logs.ALLOWED)
    assert logs.only_allowed(None, "info", dict(line)) == line


async def test_a_use_case_that_fails_in_its_thread_is_logged_with_its_group_and_session(
    store: Store, lines: Lines
) -> None:
    session_id = await store.transact(running_session)
    group_id = (await store.read(load, session_id)).group_id

    def fail(tx: Tx) -> None:
        sessions.session_by_id(tx, session_id)
        structlog.get_logger().info("inside")
        raise ValueError(CASE)

    async def ack() -> None: ...

    call = Command(
        store=store,
        client=None,  # type: ignore[arg-type]  # nothing is asked of Slack here
        workspace=OURS,
        user="U0ANNA",
        locale=UserLocale("nl", "Europe/Amsterdam"),
        body={},
        ack=ack,
        channel="C0OOST",
        name="",
        words="",
        trigger_id="",
    )
    for work in (call.transact, call.read):
        with logs.about(workspace="T0OURS", kind="command"):
            try:
                await work(fail)
            except ValueError:
                structlog.get_logger().exception("outside", error="ValueError")
    structlog.get_logger().info("afterwards")
    *told, afterwards = lines()
    assert [line["event"] for line in told] == ["inside", "outside"] * 2
    for line in told:
        assert (line["workspace"], line["kind"]) == ("T0OURS", "command")
        assert (line["group"], line["session"]) == (group_id, session_id)
    assert set(afterwards) == {"event", "level", "timestamp"}
    assert "Fatima" not in json.dumps(told)


async def test_a_moment_that_fails_is_logged_with_its_kind_and_session(store: Store, lines: Lines) -> None:
    session_id = await store.transact(running_session)
    other = await store.transact(lambda tx: open_session(tx, channel="C0WEST"))

    def fail(tx: Tx, item: queue.Job) -> None:
        sessions.session_by_id(tx, item.subject)
        raise ValueError(CASE)

    def succeed(tx: Tx, item: queue.Job) -> None:
        sessions.session_by_id(tx, item.subject)

    def plan(tx: Tx) -> None:
        queue.schedule(tx, "test.fine", other, tx.now)
        queue.schedule(tx, "test.fails", session_id, tx.now)

    await store.transact(plan)
    await JobRunner(store, {"test.fails": fail, "test.fine": succeed}).run()
    [line] = [line for line in lines() if line["event"] == "due_failed"]
    assert (line["workspace"], line["kind"]) == ("T0OURS", "test.fails")
    assert line["session"] == session_id
    assert len(line["group"]) == 16
    assert "Fatima" not in json.dumps(line)


def test_a_line_of_a_library_says_what_it_was_about_too() -> None:
    record = logging.LogRecord("sqlalchemy", logging.ERROR, "pool.py", 7, CASE, None, None)
    with logs.about(workspace="T0OURS", group=CASE):
        assert logs._Bare().format(record) == "sqlalchemy ERROR pool.py:7 workspace=T0OURS"


def test_what_is_known_of_one_thing_is_forgotten_with_the_next(lines: Lines) -> None:
    log = structlog.get_logger()
    with logs.about(workspace="T0OURS"):
        logs.know(session="s1")
        log.info("first", session="s2")
    with logs.about(workspace="T0OURS"):
        log.info("second")
    logs.know(session="s3")
    log.info("third")
    first, second, third = lines()
    assert first["session"] == "s2"
    assert (second["workspace"], "session" in second) == ("T0OURS", False)
    assert "session" not in third


async def test_the_reference_that_a_person_reads_is_the_one_in_the_log(
    address: Address, lines: Lines
) -> None:
    @address.app.router.command("stuk", summary=lambda t: "stuk")
    async def fail(call: Command) -> None:
        raise ValueError(CASE)

    said = (await address.command("stuk")).json()["text"]
    [line] = [line for line in lines() if line["event"] == "listener_failed"]
    assert line["reference"] in said
    assert (line["workspace"], line["kind"]) == ("T0OURS", "command.stuk")
    assert "Fatima" not in json.dumps(lines())


def test_a_line_that_a_library_repeats_does_not_fill_the_disk() -> None:
    now = 0.0
    flood = logs.FloodFilter(lambda: now)
    accept = logging.LogRecord("asyncio", logging.ERROR, "base_events.py", 10, "accept", None, None)
    other = logging.LogRecord("asyncio", logging.ERROR, "base_events.py", 20, "other", None, None)
    assert sum(flood.filter(accept) for _ in range(818_617 // 100)) == logs.MOST_OF_ONE_PLACE
    assert flood.filter(other)
    now += logs.FLOOD_SECONDS
    assert flood.filter(accept)
