"""The doctor: says of each thing whether it is right, and what to do if it is not."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner
from cryptography.fernet import Fernet
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from bot.app import composes
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.cli import main
from bot.cli.checks import slack as slack_checks
from bot.cli.checks.database import _connection, check_database
from bot.cli.checks.finding import Finding
from bot.cli.checks.slack import check_slack
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.delivery.token_pauses import record_token_refusal
from bot.groups.records import Group
from bot.jobs.records import Heartbeat, JobRow
from bot.jobs.suspensions import suspend
from bot.nudges.records import Nudge
from bot.settings import Settings, load_settings
from bot.slack.manifest import HISTORY_SCOPES, SCOPES
from bot.slack.records import SocketCount
from bot.storage import Keyring, Tx, belonging_to, new_id
from bot.storage.rekeying import rekey
from bot.storage.store import open_engine
from sandbox.server import Config, running
from tests.clock import StillClock
from tests.conftest import OURS, make_group
from tests.stored import DAMAGED, as_before, new_key, put, words

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    return load_settings()


def said(findings: list[Finding]) -> dict[str, str]:
    return {finding.what: finding.state for finding in findings}


def advice(findings: list[Finding], what: str) -> str:
    return next(finding.advice for finding in findings if finding.what == what)


async def asked(settings: Settings, answer: Answer) -> list[Finding]:
    """What the doctor finds where every method is answered like this."""
    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    async with TestServer(app) as server:
        return await check_slack(replace(settings, slack_api_url=str(server.make_url("/api/"))))


async def test_all_is_well_in_a_workspace_that_gave_everything(settings: Settings) -> None:
    async with running(Config(scopes=",".join([*SCOPES, *HISTORY_SCOPES]))) as sandbox:
        found = await check_slack(replace(settings, slack_api_url=sandbox.api_url))
    assert said(found) == {
        "Bot token": "ok",
        "Scopes": "ok",
        "Clock": "ok",
        "App token (Socket Mode)": "ok",
    }


async def test_tokens_that_slack_does_not_know(settings: Settings) -> None:
    async with running(Config(bot_token="xoxb-other", app_token="xapp-other")) as sandbox:
        found = await check_slack(replace(settings, slack_api_url=sandbox.api_url))
    assert said(found) == {"Bot token": "problem", "App token (Socket Mode)": "problem"}
    assert "SLACK_BOT_TOKEN" in advice(found, "Bot token")
    assert "connections:write" in advice(found, "App token (Socket Mode)")


async def test_a_scope_that_is_missing_is_named(settings: Settings) -> None:
    given = ",".join(scope for scope in SCOPES if scope != "im:write")
    async with running(Config(scopes=given)) as sandbox:
        found = await check_slack(replace(settings, slack_api_url=sandbox.api_url))
    assert said(found)["Scopes"] == "problem"
    assert advice(found, "Scopes").startswith("im:write missing")


async def test_without_the_history_scopes_it_works_and_says_how(settings: Settings) -> None:
    async with running(Config(scopes=",".join(SCOPES))) as sandbox:
        found = await check_slack(replace(settings, slack_api_url=sandbox.api_url))
    assert said(found)["Scopes"] == "ok"
    assert said(found)["Reading who has spoken"] == "note"


async def test_over_http_the_app_token_is_not_asked_for(settings: Settings) -> None:
    http = replace(settings, app_token=None, signing_secret="abc")
    async with running(Config(scopes=",".join(SCOPES))) as sandbox:
        found = await check_slack(replace(http, slack_api_url=sandbox.api_url))
    assert said(found)["Signing secret (HTTP)"] == "note"
    assert "App token (Socket Mode)" not in said(found)


async def test_nobody_there(settings: Settings) -> None:
    found = await check_slack(replace(settings, slack_api_url="http://127.0.0.1:1/api/"))
    assert said(found) == {"Bot token": "problem", "App token (Socket Mode)": "problem"}
    assert "can't be reached" in advice(found, "Bot token")


async def test_somebody_who_never_answers(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_checks, "SECONDS", 0.05)
    ended = asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        await ended.wait()
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/api/{method}", silent)
    async with TestServer(app) as server:
        found = await check_slack(replace(settings, slack_api_url=str(server.make_url("/api/"))))
        ended.set()
    assert "can't be reached" in advice(found, "Bot token")


@pytest.mark.parametrize("kind", ["text/html", "application/json", "text/plain"])
@pytest.mark.parametrize("status", [200, 404, 502])
async def test_something_else_than_slack(settings: Settings, status: int, kind: str) -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        return web.Response(text="<h1>Welkom</h1>", content_type=kind, status=status)

    found = await asked(settings, page)
    assert said(found) == {"Bot token": "problem", "App token (Socket Mode)": "problem"}
    assert "not Slack" in advice(found, "Bot token")


async def test_a_slack_that_is_busy_is_not_blamed_on_the_token(settings: Settings) -> None:
    async def busy(request: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429)

    assert "try again" in advice(await asked(settings, busy), "Bot token")


async def test_a_clock_that_is_off(settings: Settings) -> None:
    async def early(request: web.Request) -> web.StreamResponse:
        headers = {"Date": "Mon, 05 Jan 2015 09:00:00 GMT", "x-oauth-scopes": ",".join(SCOPES)}
        return web.json_response({"ok": True, "url": "wss://x"}, headers=headers)

    found = await asked(settings, early)
    assert said(found)["Clock"] == "problem"


def test_a_database_without_tables(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    new = f"sqlite:///{tmp_path_factory.mktemp('new') / 'new.db'}"
    found = check_database(replace(settings, database_url=new))
    assert said(found) == {"Database": "ok", "Migrations": "problem"}
    assert "intervisie migrate" in advice(found, "Migrations")


def test_a_database_that_is_gone(settings: Settings) -> None:
    found = check_database(replace(settings, database_url="postgresql+psycopg://127.0.0.1:1/x"))
    assert said(found) == {"Database": "problem"}


def test_keys_that_do_not_open_what_is_stored(settings: Settings) -> None:
    engine = create_engine(settings.database_url)
    with Session(engine) as sql, sql.begin():
        tx = Tx(sql, StillClock().now()).of(OURS)
        group = make_group(tx, "U0ANNA")
        sql.add(
            Case(
                group_id=group.id,
                presenter="U0ANNA",
                state=CaseState.HANDED_IN,
                title="Over grenzen",
                situation="Het loopt vast.",
                own_part="Ik zeg niets.",
                question="Hoe begin ik het gesprek?",
                created_at=tx.now,
                **belonging_to(OURS),
            )
        )
    engine.dispose()
    # The case was written with the tests' own key, which these settings do not have.
    found = check_database(settings)
    assert said(found)["Secret keys"] == "problem"
    assert "INTERVISIE_SECRET_KEYS" in advice(found, "Secret keys")


def test_a_damaged_row_is_named_by_its_table(settings: Settings) -> None:
    engine = create_engine(settings.database_url)
    as_before(engine)
    put(engine, *(words(settings.secret_keys[0]) for _ in range(5)), DAMAGED)
    engine.dispose()
    found = check_database(settings)
    assert said(found)["Secret keys"] == "problem"
    assert "1 × outbox. Everything else goes on" in advice(found, "Secret keys")


def test_an_empty_database_opens_with_any_key(settings: Settings) -> None:
    other = replace(settings, secret_keys=(Fernet.generate_key().decode(),))
    assert said(check_database(other)) == {
        "Database": "ok",
        "Migrations": "ok",
        "Secret keys": "ok",
        "Messages": "ok",
        "Planned work": "ok",
        "Groups": "ok",
    }


def test_messages_that_were_not_delivered_lately_are_named_by_their_reason(settings: Settings) -> None:
    engine = create_engine(settings.database_url)
    now = datetime.now(UTC)
    with Session(engine) as sql, sql.begin():
        for n, (days, problem) in enumerate([(1, "invalid_blocks"), (2, "invalid_blocks"), (9, "long_ago")]):
            sql.add(
                OutboxRow(
                    kind="post",
                    ordering_key="x",
                    key=str(n),
                    state=OutboxState.FAILED,
                    error=problem,
                    guarantee="twice",
                    created_at=now - timedelta(days=days),
                    not_before=now,
                    **belonging_to(OURS),
                )
            )
    engine.dispose()
    found = check_database(settings)
    assert said(found)["Messages"] == "note"
    assert "2 × invalid_blocks" in advice(found, "Messages")
    assert "long_ago" not in advice(found, "Messages")


def test_a_refused_token_is_a_problem_that_says_since_when_and_what_to_do(settings: Settings) -> None:
    engine = create_engine(settings.database_url)
    with Session(engine) as sql, sql.begin():
        record_token_refusal(Tx(sql, datetime(2027, 1, 14, 9, 5, tzinfo=UTC)).of(OURS), "", "token_revoked")
    engine.dispose()
    found = check_database(settings)
    what = "Messages that wait for a good token"
    assert said(found)[what] == "problem"
    assert advice(found, what).startswith("token_revoked since 2027-01-14 09:05 UTC. ")
    assert "SLACK_BOT_TOKEN" in advice(found, what)


def test_over_http_the_doctor_says_when_no_event_has_ever_come_in(settings: Settings) -> None:
    http = replace(settings, app_token=None, signing_secret="abc")
    found = check_database(http)
    assert said(found)["Events (HTTP)"] == "note"
    assert "Event Subscriptions, and press Retry" in advice(found, "Events (HTTP)")
    engine = create_engine(settings.database_url)
    with Session(engine) as sql, sql.begin():
        now = datetime.now(UTC)
        sql.add(Heartbeat(id=1, at=now, first_event_at=now - timedelta(days=300)))
    engine.dispose()
    assert "Events (HTTP)" not in said(check_database(http))


def test_connections_that_slack_counts_too_many_are_a_problem_while_it_lasts(settings: Settings) -> None:
    engine = create_engine(settings.database_url)
    now = datetime.now(UTC)
    with Session(engine) as sql, sql.begin():
        sql.add(SocketCount(process_id=1, connections=1, crowded_count=5, at=now))
        sql.add(SocketCount(process_id=2, connections=1, crowded_count=9, at=now - timedelta(minutes=5)))
    engine.dispose()
    found = check_database(settings)
    assert said(found)["Connections (Socket Mode)"] == "problem"
    assert advice(found, "Connections (Socket Mode)").startswith("5 counted. ")


def waiting(settings: Settings, kind: str, *, minutes: float) -> None:
    engine = create_engine(settings.database_url)
    at = datetime.now(UTC) - timedelta(minutes=minutes)
    with Session(engine) as sql, sql.begin():
        sql.add(JobRow(kind=kind, subject=new_id(), at=at, scheduled_at=at, **belonging_to(OURS)))
    engine.dispose()


def test_two_groups_that_are_still_to_be_merged_are_named(settings: Settings) -> None:
    assert said(check_database(settings))["Groups"] == "ok"
    engine = create_engine(settings.database_url)
    with Session(engine) as sql:
        for id, into in (("older", None), ("newer", "older")):
            group = Group(id=id, channel="C0OOST", language="nl", zone="Europe/Amsterdam", set_up_by="U0ANNA")
            group.team_id, group.created_at, group.merges_into = "T0OURS", datetime.now(UTC), into
            sql.add(group)
        sql.commit()
    engine.dispose()
    found = check_database(settings)
    assert said(found)["Groups"] == "note"
    assert "newer into older (channel C0OOST)" in advice(found, "Groups")


def test_what_is_late_by_less_than_an_hour_is_not_named(settings: Settings) -> None:
    waiting(settings, "of.tomorrow", minutes=30)
    waiting(settings, "home.refresh", minutes=30)
    assert said(check_database(settings))["Planned work"] == "ok"


def test_what_nobody_took_for_an_hour_is_named(settings: Settings) -> None:
    for _ in range(2):
        waiting(settings, "home.refresh", minutes=61)
    found = check_database(settings)
    assert said(found)["Planned work"] == "note"
    assert "2 × home.refresh. See whether a worker runs" in advice(found, "Planned work")


def test_what_this_version_does_not_know_is_named_as_a_problem(settings: Settings) -> None:
    waiting(settings, "of.tomorrow", minutes=61)
    engine = create_engine(settings.database_url)
    now = datetime.now(UTC)
    with Session(engine) as sql, sql.begin():
        group = make_group(Tx(sql, now).of(OURS), "U0ANNA")
        since = {"at": now - timedelta(hours=2), **belonging_to(OURS)}
        for kind in ("of.tomorrow.as_well", next(iter(composes()))):
            sql.add(
                Nudge(user="U0ANNA", kind=kind, subject="x", number=1, group_id=group.id, data={}, **since)
            )
        sql.add(
            OutboxRow(
                kind="schedule",
                ordering_key="x",
                guarantee="twice",
                created_at=since["at"],
                not_before=since["at"],
                **belonging_to(OURS),
            )
        )
    engine.dispose()
    found = check_database(settings)
    assert said(found)["Planned work"] == "problem"
    named = advice(found, "Planned work").split(": ")[1].split(". It stays")[0]
    assert named == "1 × of.tomorrow, 1 × of.tomorrow.as_well, 1 × schedule"


def test_problems_end_with_exit_code_1_also_as_json() -> None:
    plain = CliRunner().invoke(main, ["doctor"])
    assert plain.exit_code == 1
    assert "problem  Settings: SLACK_BOT_TOKEN is missing" in plain.output
    as_json = CliRunner().invoke(main, ["doctor", "--json"])
    assert as_json.exit_code == 1
    assert {finding["state"] for finding in json.loads(as_json.output)} == {"problem"}


async def test_all_well_ends_with_exit_code_0(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(Config(scopes=",".join([*SCOPES, *HISTORY_SCOPES]))) as sandbox:
        monkeypatch.setenv("SLACK_API_URL", sandbox.api_url)
        ended = await asyncio.to_thread(CliRunner().invoke, main, ["doctor"])
    assert ended.exit_code == 0, ended.output
    assert "problem" not in ended.output


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("postgresql+psycopg://bot@db.example.org/bot", True),
        ("postgresql+psycopg://bot@db.example.org/bot?sslmode=prefer", True),
        ("postgresql+psycopg://bot@/bot?host=db.example.org", True),
        ("postgresql+psycopg://bot@db.example.org/bot?sslmode=require", False),
        ("postgresql+psycopg://bot@db.example.org/bot?sslmode=verify-full", False),
        ("postgresql+psycopg://bot@localhost/bot", False),
        ("postgresql+psycopg://bot@/bot?host=/var/run/postgresql", False),
        ("postgresql+psycopg:///bot", False),
        ("sqlite:///bot.db", False),
    ],
)
def test_a_database_elsewhere_is_asked_for_an_encrypted_connection(
    address: str, asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGHOST", raising=False)
    monkeypatch.delenv("PGSSLMODE", raising=False)
    found = _connection(address)
    assert (found.state == "note") is asked
    assert ("sslmode=verify-full" in found.advice) is asked
    # What the address says goes before what the environment says.
    monkeypatch.setenv("PGSSLMODE", "require")
    assert (_connection(address).state == "note") is ("sslmode=prefer" in address)


def test_the_doctor_asks_for_rekey_until_nothing_needs_an_older_key(settings: Settings) -> None:
    old, new = settings.secret_keys[0], new_key()
    rotated = replace(settings, secret_keys=(new, old))
    engine = create_engine(settings.database_url)
    as_before(engine)
    put(engine, words(old), words(old), words(new))
    found = check_database(rotated)
    assert said(found)["Secret keys"] == "note"
    assert advice(found, "Secret keys").startswith("2 values still need the keys behind the first one")
    assert "Run `intervisie rekey`" in advice(found, "Secret keys")
    # Without a second key too: the texts are not bound to their place.
    put(engine, words(old))
    assert "Run `intervisie rekey`" in advice(check_database(rotated), "Secret keys")
    writer = open_engine(settings.database_url)
    rekey(writer, Keyring([new, old]))
    writer.dispose()
    found = check_database(rotated)
    assert "nothing stored needs the keys behind the first one" in advice(found, "Secret keys")
    assert said(check_database(replace(settings, secret_keys=(new,))))["Secret keys"] == "ok"
    third = replace(settings, secret_keys=(new_key(), new))
    assert advice(check_database(third), "Secret keys").startswith("4 values still need")
    engine.dispose()


def test_it_names_the_day_on_which_an_uninstalled_workspace_is_deleted(settings: Settings) -> None:
    engine = create_engine(settings.database_url)
    with Session(engine) as sql, sql.begin():
        suspend(Tx(sql, datetime(2027, 1, 14, 9, tzinfo=UTC)).of(OURS), uninstalled=True)
    engine.dispose()
    said_of_it = advice(check_database(settings), "Workspace")
    assert "everything of it is deleted on 2027-02-13" in said_of_it
    assert OURS.team_id in said_of_it
