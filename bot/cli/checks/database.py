"""Is the database there, up to date, and readable with our keys?"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Text, func, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError

from bot.app import ROOMS
from bot.cli.checks.finding import Finding
from bot.cli.checks.waiting import check_waiting
from bot.cli.migrate import DatabaseProblem, engine_for, pending
from bot.delivery.records import OutboxRow
from bot.settings import Settings
from bot.storage import Base, EncryptedJson, EncryptedText, Keyring, UnreadableText

# Enough to meet a key that was taken away too early, without reading everything there is.
LOOKED_AT = 50
LATELY = timedelta(days=7)


def check_database(settings: Settings) -> list[Finding]:
    """Looks; changes nothing."""
    try:
        missing = pending(settings.database_url)
    except DatabaseProblem as problem:
        return [Finding("Database", "problem", str(problem))]
    reached = Finding("Database", "ok")
    if missing:
        advice = f"{len(missing)} to do; run `intervisie migrate`."
        return [reached, Finding("Migrations", "problem", advice)]
    return [
        reached,
        Finding("Migrations", "ok"),
        _keys(settings),
        _messages(settings),
        check_waiting(settings),
    ]


def _messages(settings: Settings) -> Finding:
    """What could not be delivered lately, by Slack's word for it."""
    engine = engine_for(settings.database_url)
    since = datetime.now(UTC) - LATELY
    failed = (
        select(OutboxRow.problem, func.count())
        .where(OutboxRow.state == "failed", OutboxRow.created_at >= since)
        .group_by(OutboxRow.problem)
        .order_by(OutboxRow.problem)
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
            for table in Base.metadata.sorted_tables:
                for column in table.columns:
                    if not isinstance(column.type, EncryptedText | EncryptedJson):
                        continue
                    stored = select(type_coerce(column, Text)).where(column.is_not(None)).limit(LOOKED_AT)
                    for token in connection.scalars(stored):
                        keyring.decrypt(token)
    except UnreadableText:
        return Finding(
            "Secret keys",
            "problem",
            "some of what is stored can't be read; put the key that was used before behind the new one in "
            "INTERVISIE_SECRET_KEYS.",
        )
    except SQLAlchemyError:
        return Finding("Secret keys", "problem", "the tables can't be read; run `intervisie migrate`.")
    finally:
        engine.dispose()
    return Finding("Secret keys", "ok")
