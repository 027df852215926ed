"""Copies of a database: each row is a line of JSON, all of one moment, in the same form for SQLite and PostgreSQL.

Encrypted texts are copied as they are stored, so a copy is of no use without its keys. It names them, and holds none.
"""

import gzip
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    Interval,
    Table,
    Text,
    column,
    delete,
    insert,
    select,
    table,
    text,
    type_coerce,
)
from sqlalchemy.types import TypeEngine

from bot.storage.base import Base
from bot.storage.columns import UtcDateTime, is_encrypted
from bot.storage.private_files import PRIVATE

# Grows when the form of a copy changes.
FORMAT = 1
ROWS_AT_ONCE = 500
# What a process writes of itself alone.
OF_PROCESSES = frozenset({"probes", "socket_counts"})


class DamagedCopy(Exception):
    """The file is no copy, or not a whole one."""


class NewerCopy(Exception):
    """A newer version of the bot made the copy."""


@dataclass(frozen=True, slots=True)
class CopyHeader:
    """What a copy says of itself: when it was made, at which migration, and the ids of the keys of that day."""

    made_at: datetime
    revision: str
    keys: list[str]


# How a value stands in a line, by the type of its column; a type that is not listed is a text.
_KINDS: Mapping[str, TypeEngine[Any]] = {
    "text": Text(),
    "time": UtcDateTime(),
    "interval": Interval(),
    "json": JSON(none_as_null=True),
    "bool": Boolean(),
    "int": Integer(),
    "float": Float(),
}
_MICROSECOND = timedelta(microseconds=1)


def write_copy(connection: Connection, file: Path, header: CopyHeader) -> int:
    """Write what a transaction sees to a new file that only this account reads; returns the number of rows.

    The file is there as a whole or not at all. Raises OSError, also when the disk is full.
    """
    part = file.with_name(f"{file.name}.part")
    rows = 0
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, PRIVATE), "wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
                _write_line(packed, {"format": FORMAT, **_plain_header(header)})
                for one in Base.metadata.sorted_tables:
                    if one.name not in OF_PROCESSES:
                        rows += _write_table(connection, packed, one)
                _write_line(packed, {"rows": rows})
            raw.flush()
            os.fsync(raw.fileno())
        if file.exists():
            raise FileExistsError
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    return rows


def _write_table(connection: Connection, packed: gzip.GzipFile, of: Table) -> int:
    kinds = [_kind_of(one) for one in of.columns]
    _write_line(packed, {"table": of.name, "columns": [one.name for one in of.columns], "kinds": kinds})
    wanted = [type_coerce(one, _KINDS[kind]) for one, kind in zip(of.columns, kinds, strict=True)]
    found = connection.execute(select(*wanted), execution_options={"yield_per": ROWS_AT_ONCE})
    rows = 0
    for row in found:
        _write_line(packed, [_to_plain(kind, value) for kind, value in zip(kinds, row, strict=True)])
        rows += 1
    return rows


def _kind_of(one: Column[Any]) -> str:
    if is_encrypted(one):
        return "text"
    for kind, known in _KINDS.items():
        if kind != "text" and isinstance(one.type, type(known)):
            return kind
    return "text"


def _to_plain(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "time":
        return value.isoformat()
    return value // _MICROSECOND if kind == "interval" else value


def _from_plain(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "time":
        return datetime.fromisoformat(value)
    return value * _MICROSECOND if kind == "interval" else value


def _plain_header(header: CopyHeader) -> dict[str, Any]:
    return {"made_at": header.made_at.isoformat(), "revision": header.revision, "keys": header.keys}


def _write_line(packed: gzip.GzipFile, value: Any) -> None:
    packed.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def copy_header(file: Path) -> CopyHeader:
    """What a copy says of itself. Raises DamagedCopy, NewerCopy, OSError."""
    return _header(next(_lines(file), None))


def _header(line: Any) -> CopyHeader:
    if not isinstance(line, dict) or not isinstance(line.get("format"), int):
        raise DamagedCopy
    if line["format"] > FORMAT:
        raise NewerCopy
    try:
        made_at = datetime.fromisoformat(line["made_at"]).astimezone(UTC)
        return CopyHeader(made_at, str(line["revision"]), [str(key) for key in line["keys"]])
    except (KeyError, TypeError, ValueError) as problem:
        raise DamagedCopy from problem


def rows_of_table(file: Path, name: str) -> list[dict[str, Any]]:
    """The rows of one table of a copy. Raises DamagedCopy."""
    return [
        dict(zip(columns, row, strict=True))
        for found, columns, rows in _batches(file)
        if found["table"] == name
        for row in rows
    ]


def load_copy(connection: Connection, file: Path) -> int:
    """Put the rows of a copy in a database of the same migration, in place of its own; returns how many.

    Raises DamagedCopy in the middle of it: the transaction must then be rolled back.
    """
    loaded = 0
    emptied = False
    try:
        for head, columns, rows in _batches(file):
            if not emptied:
                _empty(connection)
                emptied = True
            kinds = [_KINDS[kind] for kind in head["kinds"]]
            into = table(head["table"], *(column(*pair) for pair in zip(columns, kinds, strict=True)))
            if rows:
                values = [dict(zip(columns, row, strict=True)) for row in rows]
                connection.execute(insert(into), values)
                loaded += len(values)
    except KeyError as problem:
        raise DamagedCopy from problem
    if connection.dialect.name == "postgresql":
        _move_sequences(connection)
    return loaded


def _empty(connection: Connection) -> None:
    """Empty every table: a migration may have put a row in one."""
    for name in reversed([one.name for one in Base.metadata.sorted_tables]):
        if connection.dialect.has_table(connection, name):
            connection.execute(delete(table(name)))


def _move_sequences(connection: Connection) -> None:
    """Let PostgreSQL go on counting behind the ids that were put in."""
    for one in Base.metadata.sorted_tables:
        for key in one.primary_key:
            if not isinstance(key.type, Integer) or not connection.dialect.has_table(connection, one.name):
                continue
            sequence = connection.scalar(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": one.name, "column": key.name},
            )
            if sequence is not None:
                highest = f'(SELECT max("{key.name}") FROM "{one.name}")'
                connection.execute(
                    text(f"SELECT setval(:sequence, coalesce({highest}, 0) + 1, false)"),
                    {"sequence": sequence},
                )


def _batches(file: Path) -> Iterator[tuple[dict[str, Any], list[str], list[list[Any]]]]:
    """The head of each table with its columns and some of its rows, in values of the database."""
    lines = _lines(file)
    _header(next(lines, None))
    head: dict[str, Any] | None = None
    batch: list[list[Any]] = []
    seen = 0
    for line in lines:
        if isinstance(line, dict):
            if head is not None:
                yield head, head["columns"], batch
            batch = []
            if "rows" in line:
                # Read to the end of the file: only there gzip compares its checksum.
                if line["rows"] != seen or next(lines, None) is not None:
                    raise DamagedCopy
                return
            head = line
            continue
        if head is None or not isinstance(line, list) or len(line) != len(head["kinds"]):
            raise DamagedCopy
        seen += 1
        try:
            batch.append([_from_plain(kind, value) for kind, value in zip(head["kinds"], line, strict=True)])
        except (TypeError, ValueError) as problem:
            raise DamagedCopy from problem
        if len(batch) == ROWS_AT_ONCE:
            yield head, head["columns"], batch
            batch = []
    # The last line is missing: the file was cut off.
    raise DamagedCopy


def _lines(file: Path) -> Iterator[Any]:
    try:
        with gzip.open(file, "rb") as packed:
            for line in packed:
                yield json.loads(line)
    except (gzip.BadGzipFile, EOFError, zlib.error, ValueError) as problem:
        raise DamagedCopy from problem
