"""What a button or a form needs is prepared once in a run of the tests, and its rows are copied into each workspace.

A copy has other ids, in its rows and in its buttons. The processes that test side by side share what is prepared:
to prepare it anew in each test took half of its time.
"""

import dataclasses
import hashlib
import pickle
import re
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from bot.calendar.records import CalendarFeed
from bot.calendar.rules import hash_of
from bot.storage import Store, Tx, Workspace, open_store
from tests import empty
from tests.clock import START
from tests.remembered import Rows, insert_rows, rows_of
from tests.resilience.acts import number_of
from tests.resilience.button_cases import RECIPES, Act, as_sent, sweep

ORIGINAL = Workspace("T0ORIGINAL")
# The last is the secret in a calendar's address: only one row may have it, as with an id.
RANDOM = re.compile("(?<![0-9a-f])([0-9a-f]{16}|[0-9a-f]{64})(?![0-9a-f])")


class Prepared:
    """Prepares a test's database, which is empty: it has `StillClock`'s first moment."""

    def __init__(self, store: Store, shared: Path, own: Path) -> None:
        self._store = store
        self._shared = shared
        self._own = own

    async def __call__(self, name: str, *workspaces: Workspace) -> list[Act]:
        """What somebody does in each of these workspaces, where everything that it needs is there."""
        original, rows = self._original(name)
        acts = []
        for ws in workspaces:
            act, copied = _copied((original, rows), ws, _ids(rows))
            await self._store.transact(_insert_rows, copied)
            acts.append(act)
        return acts

    def _original(self, name: str) -> tuple[Act, Rows]:
        kept = self._shared / name
        if not kept.exists():
            made = self._own / name
            made.write_bytes(pickle.dumps(_prepare(name, self._own / "prepared.db")))
            # Renamed once it is whole: another process may look for it at the same moment.
            made.rename(kept)
        act, rows = pickle.loads(kept.read_bytes())
        return act, rows


def _prepare(name: str, path: Path) -> tuple[Act, Rows]:
    store = open_store(empty.sqlite_file(path))
    with store.engine.connect() as connection, Session(connection.execution_options(writes=True)) as sql:
        tx = Tx(sql, START).of(ORIGINAL)
        act = RECIPES[name](tx)
        sweep(tx)
        as_sent(tx)
        sql.flush()
        rows = rows_of(sql)
    store.close()
    return act, rows


def _ids(rows: Rows) -> set[str]:
    """What has to be another in each workspace. A fingerprint of somebody's words is not: it looks like an id."""
    found = {
        row[column] for many in rows.values() for row in many for column in ("id", "token") if column in row
    }
    return {*found, number_of(ORIGINAL)}


def _copied(value: Any, ws: Workspace, ids: set[str]) -> Any:
    """The same value, as it is in another workspace."""

    def renamed(found: re.Match[str]) -> str:
        word = found.group()
        return (
            hashlib.sha256(f"{ws.team_id} {word}".encode()).hexdigest()[: len(word)] if word in ids else word
        )

    def copied(value: Any) -> Any:
        # Members of enumerations are text as well, and stay what they are.
        if type(value) is str:
            return RANDOM.sub(renamed, value).replace(ORIGINAL.team_id, ws.team_id)
        if isinstance(value, dict):
            return {copied(key): copied(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return type(value)([copied(one) for one in value])
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {field.name: copied(getattr(value, field.name)) for field in dataclasses.fields(value)}
            return dataclasses.replace(value, **fields)
        return value

    return copied(value)


def _insert_rows(tx: Tx, rows: Rows) -> None:
    for feed in rows.get(CalendarFeed.__tablename__, []):
        feed["token_hash"] = hash_of(feed["token"])
    insert_rows(tx, rows)
