"""Database check: is it reachable, up to date, and readable with the keys?"""

import os
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from bot.app import ROOMS
from bot.cli.checks.alarms import check_alarms
from bot.cli.checks.finding import Finding
from bot.cli.checks.merging import check_merging
from bot.cli.checks.waiting import check_waiting
from bot.cli.database import DatabaseProblem, engine_for
from bot.cli.migrate import pending
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.settings import HERE, Settings
from bot.storage import CipherState, Keyring, canary

LATELY = timedelta(days=7)
# https://www.postgresql.org/docs/current/libpq-ssl.html
ENCRYPTED_MODES = ("require", "verify-ca", "verify-full")


def check_database(settings: Settings) -> list[Finding]:
    """Check the database; changes nothing."""
    try:
        missing = pending(settings.database_url)
    except DatabaseProblem as problem:
        return [Finding("Database", "problem", str(problem))]
    reached = _connection(settings.database_url)
    if missing:
        advice = f"{len(missing)} to do; run `intervisie migrate`."
        return [reached, Finding("Migrations", "problem", advice)]
    return [
        reached,
        Finding("Migrations", "ok"),
        _keys(settings),
        _messages(settings),
        check_waiting(settings),
        check_merging(settings),
        *check_alarms(settings),
    ]


def _connection(address: str) -> Finding:
    """Whether the connection to a database on another machine is encrypted."""
    url = make_url(address)
    if url.drivername.startswith("sqlite"):
        return Finding("Database", "ok")
    # In an address, `?host=` names the folder of a socket. https://www.postgresql.org/docs/current/libpq-connect.html
    given = url.query.get("host", "")
    host = given if isinstance(given, str) and given else url.host or os.environ.get("PGHOST", "")
    mode = url.query.get("sslmode") or os.environ.get("PGSSLMODE", "")
    if not host or host.startswith("/") or host in HERE or mode in ENCRYPTED_MODES:
        return Finding("Database", "ok")
    return Finding(
        "Database",
        "note",
        "it is on another machine, and nothing asks for an encrypted connection to it. Add `?sslmode=verify-full` to "
        "DATABASE_URL, or `?sslmode=require` if its certificate can't be checked.",
    )


def _messages(settings: Settings) -> Finding:
    """The messages that failed lately, by Slack's error code."""
    engine = engine_for(settings.database_url)
    since = datetime.now(UTC) - LATELY
    failed = (
        select(OutboxRow.error, func.count())
        .where(OutboxRow.state == OutboxState.FAILED, OutboxRow.created_at >= since)
        .group_by(OutboxRow.error)
        .order_by(OutboxRow.error)
    )
    try:
        with engine.connect() as connection:
            found = [f"{count} × {problem}" for problem, count in connection.execute(failed)]
    except SQLAlchemyError:
        return Finding("Messages", "problem", "the tables can't be read; run `intervisie migrate`.")
    finally:
        engine.dispose()
    if found:
        advice = (
            f"not delivered in the last week: {', '.join(found)}. docs/operations.md says what each means."
        )
        return Finding("Messages", "note", advice)
    return Finding("Messages", "ok")


def _keys(settings: Settings) -> Finding:
    assert ROOMS, "the composition root has loaded every table"
    keyring = Keyring(settings.secret_keys)
    engine = engine_for(settings.database_url)
    try:
        with engine.connect() as connection:
            keyring.state = canary.cipher_state(connection)
            lost = canary.lost_canaries(connection, keyring)
            tried = canary.scan_encrypted_rows(connection, keyring)
    except SQLAlchemyError:
        return Finding("Secret keys", "problem", "the tables can't be read; run `intervisie migrate`.")
    finally:
        engine.dispose()
    rows = ", ".join(f"{count} × {table}" for table, count in sorted(tried.unreadable.items()))
    if rows and (lost or tried.is_key_missing):
        advice = (
            f"some of what is stored can't be read ({rows}); put the key that was used before behind the new one in "
            "INTERVISIE_SECRET_KEYS."
        )
        return Finding("Secret keys", "problem", advice)
    if rows:
        advice = (
            f"damaged, and not to be read with any key of INTERVISIE_SECRET_KEYS: {rows}. Everything else goes on; "
            "docs/operations.md says what to do."
        )
        return Finding("Secret keys", "problem", advice)
    return _older_values(keyring.state, tried.outdated, len(settings.secret_keys))


def _older_values(state: CipherState, outdated: int, keys: int) -> Finding:
    """Whether `intervisie rekey` has something to do, and whether an older key may go."""
    others = "the keys behind the first one in INTERVISIE_SECRET_KEYS"
    if state is CipherState.UNBOUND:
        old = f"{outdated} values still need {others}. " if outdated else ""
        advice = (
            f"{old}Each text could be moved to another row and read there. Run `intervisie rekey`; no process of an older "
            "version may be left."
        )
        return Finding("Secret keys", "note", advice)
    if outdated or state is CipherState.MIXED:
        advice = f"{outdated} values still need {others} or another format. Run `intervisie rekey`; it goes on where it stopped."
        return Finding("Secret keys", "note", advice)
    if keys > 1:
        return Finding("Secret keys", "note", f"nothing stored needs {others} any more: take them out.")
    return Finding("Secret keys", "ok")
