"""Tell workspaces apart by their own id alone, so that one which joins an organisation keeps all it has.

The unique keys of nine tables leave the organisation out; on SQLite these tables are written anew. Where a workspace had
joined an organisation before, what is there twice becomes one: the older group keeps its channel, and the bot moves the
newer group into it later. That is refused while a process of the bot lives. Going back loses which groups were still to be
merged, and divides nothing again.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEYS = {
    "calendar_feeds": ["kind", "subject"],
    "due": ["kind", "subject"],
    "groups": ["channel"],
    "nudges": ["user", "kind", "subject"],
    "outbox": ["key"],
    "pace": ["name"],
    "people": ["user"],
    "quiet": ["user"],
    "seen_events": ["event_id", "handler"],
    "silences": ["user", "topic"],
}
# The tables with a unique constraint that only changes its columns.
PLAIN = ("calendar_feeds", "nudges", "outbox", "people", "quiet", "seen_events", "silences")
# The namespace of the advisory locks that living processes hold on PostgreSQL.
LOCK_NAMESPACE = 20261121

Row = sa.Row[Any]


def upgrade() -> None:
    tables = _tables()
    twice = {name: found for name, table in tables.items() if (found := list(_twice(table, KEYS[name])))}
    if twice and _is_anybody_alive():
        raise CommandError(
            "The workspace has joined an organisation, and what stands here twice must become one. Stop every process of "
            "the bot first, and run `intervisie migrate` again. This step has changed nothing."
        )
    op.add_column("groups", sa.Column("merges_into", sa.String(length=16), nullable=True))
    op.add_column("groups", sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True))
    _make_one(twice)
    op.create_table(
        "installations",
        sa.Column("team_id", sa.String(length=20), nullable=False),
        sa.Column("enterprise_id", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_installations")),
    )
    for name in PLAIN:
        with _altered(name) as batch_op:
            batch_op.drop_constraint(batch_op.f(_unique(name, "team_id", "enterprise_id")), type_="unique")
            batch_op.create_unique_constraint(batch_op.f(_unique(name, "team_id")), ["team_id", *KEYS[name]])
            if name == "outbox":
                batch_op.drop_index("ix_outbox_team_id_enterprise_id_target_key")
                batch_op.create_index("ix_outbox_team_id_target_key", ["team_id", "target_key"])
    # The version before names the columns of its constraint in ON CONFLICT, so that one stays for now.
    with _altered("due") as batch_op:
        batch_op.create_unique_constraint(batch_op.f(_unique("due", "team_id")), ["team_id", *KEYS["due"]])
    with _altered("groups") as batch_op:
        batch_op.drop_constraint(batch_op.f(_unique("groups", "team_id", "enterprise_id")), type_="unique")
    op.create_index(
        "uq_groups_team_id_channel",
        "groups",
        ["team_id", "channel"],
        unique=True,
        sqlite_where=sa.text("merges_into IS NULL"),
        postgresql_where=sa.text("merges_into IS NULL"),
    )
    _key_of_pace("team_id", "name")


def downgrade() -> None:
    _key_of_pace("team_id", "enterprise_id", "name")
    op.drop_index("uq_groups_team_id_channel", table_name="groups")
    with _altered("groups") as batch_op:
        batch_op.create_unique_constraint(
            batch_op.f(_unique("groups", "team_id", "enterprise_id")), ["team_id", "enterprise_id", "channel"]
        )
        batch_op.drop_column("merged_at")
        batch_op.drop_column("merges_into")
    with _altered("due") as batch_op:
        batch_op.drop_constraint(batch_op.f(_unique("due", "team_id")), type_="unique")
    for name in PLAIN:
        with _altered(name) as batch_op:
            batch_op.drop_constraint(batch_op.f(_unique(name, "team_id")), type_="unique")
            batch_op.create_unique_constraint(
                batch_op.f(_unique(name, "team_id", "enterprise_id")),
                ["team_id", "enterprise_id", *KEYS[name]],
            )
            if name == "outbox":
                batch_op.drop_index("ix_outbox_team_id_target_key")
                batch_op.create_index(
                    "ix_outbox_team_id_enterprise_id_target_key", ["team_id", "enterprise_id", "target_key"]
                )
    op.drop_table("installations")


def _altered(name: str) -> Any:
    # SQLite takes AUTOINCREMENT only when a table is made, and Alembic does not reflect it.
    anew = {"sqlite_autoincrement": True} if name == "outbox" else {}
    return op.batch_alter_table(name, schema=None, table_kwargs=anew)


def _unique(name: str, *of_workspace: str) -> str:
    return "_".join(["uq", name, *of_workspace, *KEYS[name]])


def _key_of_pace(*columns: str) -> None:
    with op.batch_alter_table("pace", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("pk_pace"), type_="primary")
        batch_op.create_primary_key(batch_op.f("pk_pace"), list(columns))


def _tables() -> dict[str, sa.Table]:
    found = sa.MetaData()
    found.reflect(op.get_bind(), only=list(KEYS))
    return {name: found.tables[name] for name in KEYS}


def _twice(table: sa.Table, names: list[str]) -> Iterator[list[Row]]:
    """The rows that only the organisation tells apart, those of one key together."""
    bind = op.get_bind()
    key = [table.c.team_id, *(table.c[name] for name in names)]
    known = sa.and_(*(column.is_not(None) for column in key))
    for values in bind.execute(sa.select(*key).where(known).group_by(*key).having(sa.func.count() > 1)).all():
        same = sa.and_(*(column == value for column, value in zip(key, values, strict=True)))
        yield list(bind.execute(sa.select(table).where(same)).all())


def _make_one(twice: dict[str, list[list[Row]]]) -> None:
    """Leave one row of each key."""
    tables, first = _tables(), _first_organisations()
    # The sort key of each table: the first row stays.
    order: dict[str, Callable[[Row], Any]] = {
        "calendar_feeds": lambda row: (row.made_at, row.id),
        "due": lambda row: (row.at, row.id),
        "groups": lambda row: (row.created_at, row.id),
        "nudges": lambda row: (row.at, row.id),
        "outbox": lambda row: -row.id,
        "pace": lambda row: -row.filled_at.timestamp(),
        "seen_events": lambda row: (row.seen_at, row.id),
    }
    for name, found in twice.items():
        table = tables[name]
        for rows in found:
            rows.sort(key=order.get(name, lambda row: (row.enterprise_id != first[row.team_id], row.id)))
            kept, *others = rows
            if name in ("people", "quiet"):
                _keep(table, kept, _of_both(name, kept, others))
            for row in others:
                if name == "groups":
                    _keep(table, row, {"merges_into": kept.id})
                elif name == "outbox":
                    # A message that still waits goes, and later edits find the newest one.
                    _keep(table, row, {"key": f"{row.key[:140]}/{row.id}"})
                else:
                    op.get_bind().execute(table.delete().where(_is(table, row)))


def _first_organisations() -> dict[str, str]:
    """The organisation of each workspace's oldest group: that of the rows from before the workspace moved."""
    groups = _tables()["groups"]
    oldest = sa.select(groups.c.team_id, groups.c.enterprise_id).order_by(groups.c.created_at.desc())
    # The last of each workspace counts, so the oldest.
    return defaultdict(str, {row.team_id: row.enterprise_id for row in op.get_bind().execute(oldest)})


def _of_both(name: str, kept: Row, others: list[Row]) -> dict[str, Any]:
    """People keep their own choices; what Slack says comes from the newer row, and a "no" from either holds."""
    newer = others[-1]
    rows = [kept, *others]
    if name == "quiet":
        away = next((row for row in rows if row.away), kept)
        return {"away": away.away, "away_until": away.away_until}
    chosen = next((row for row in rows if row.chose_language), kept)
    return {
        "language": chosen.language,
        "chose_language": chosen.chose_language,
        "zone": newer.zone,
        "zone_known": newer.zone_known,
        "is_bot": newer.is_bot,
        "guest": newer.guest,
        "opened_home": any(row.opened_home for row in rows),
        "nudges": all(row.nudges for row in rows),
        "session_nudges": all(row.session_nudges for row in rows),
    }


def _keep(table: sa.Table, row: Row, values: dict[str, Any]) -> None:
    op.get_bind().execute(table.update().where(_is(table, row)).values(values))


def _is(table: sa.Table, row: Row) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == getattr(row, column.name) for column in table.primary_key))


def _is_anybody_alive() -> bool:
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        held = sa.text(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = :namespace AND objsubid = 2"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return bool(bind.scalar(held, {"namespace": LOCK_NAMESPACE}))
    path = Path(bind.engine.url.database or "")
    lock = path.with_name(path.name + ".running")
    if not lock.exists():
        return False
    asked = sqlite3.connect(lock, timeout=0, isolation_level=None)
    try:
        asked.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return True
    finally:
        asked.close()
    return False
