"""After an older copy was put back: whoever was forgotten since is forgotten again."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select

from bot.privacy import queries, rules
from bot.privacy.records import Forgotten
from bot.privacy.rules import Subject
from bot.privacy.service.forgetting import forget_person
from bot.privacy.service.wholes import forget_group, forget_workspace
from bot.storage import Base, Tx, UnreadableText, Workspace, decrypt_value
from bot.storage.columns import UNREADABLE


@dataclass(frozen=True, slots=True)
class ForgottenEntry:
    """An entry of the list of who was forgotten."""

    kind: str
    digest: str
    at: datetime
    # None: a hash without a key, of before.
    secret: str | None = None


def forgotten_entries(tx: Tx) -> list[ForgottenEntry]:
    """The list of who was forgotten, of every workspace."""
    # A database of before the key has no such column, and may be the one that is replaced.
    known = {one["name"] for one in inspect(tx.sql.connection()).get_columns(Forgotten.__tablename__)}
    if "secret" not in known:
        of_before = select(Forgotten.kind, Forgotten.digest, Forgotten.at)
        return [ForgottenEntry(*row) for row in tx.sql.execute(of_before)]
    rows = tx.sql.scalars(select(Forgotten))
    return [ForgottenEntry(row.kind, row.digest, row.at, row.secret) for row in rows]


def entry_of_copy(row: Mapping[str, Any]) -> ForgottenEntry:
    """An entry as it stands in a copy, where the key is still encrypted."""
    stored, secret = row.get("secret"), None
    if stored:
        try:
            secret = decrypt_value(Base.metadata.tables["forgotten"].c["secret"], stored, [row["id"]])
        except UnreadableText:
            secret = UNREADABLE
    return ForgottenEntry(row["kind"], row["digest"], row["at"], secret)


def unreadable_entries(entries: Iterable[ForgottenEntry], made_at: datetime) -> int:
    """How many of those who were forgotten after a copy was made can't be looked up: the keys at hand are others."""
    return len({one.digest for one in entries if one.at > made_at and one.secret == UNREADABLE})


def forget_again(tx: Tx, entries: Iterable[ForgottenEntry], made_at: datetime) -> int:
    """Forget everybody in a copy who was forgotten after it was made; returns how many.

    Whoever was forgotten before may have come back since: what the copy holds of them is theirs again.
    """
    listed = {(one.kind, one.digest): one for one in sorted(entries, key=lambda one: one.at)}
    later = _Later([one for one in listed.values() if one.at > made_at])
    forgotten = 0
    for team_id in _team_ids(tx):
        there = tx.of(Workspace(team_id))
        if later.listed(Subject.WORKSPACE, there, [team_id]):
            forget_workspace(there)
            forgotten += 1
            continue
        for group in later.listed(Subject.GROUP, there, _group_ids(there)):
            forget_group(there, group)
            forgotten += 1
        for user in later.listed(Subject.USER, there, queries.people_named(there)):
            forget_person(there, user, quietly=True)
            forgotten += 1
    _keep_list(tx, listed)
    return forgotten


class _Later:
    """Those who were forgotten after a copy was made. Each key of their hashes is tried."""

    def __init__(self, entries: Collection[ForgottenEntry]) -> None:
        self._known = {(one.kind, one.digest) for one in entries}
        # Nearly always one, and None for what was listed without a key.
        self._secrets = {one.secret for one in entries}

    def listed(self, kind: Subject, tx: Tx, ids: Iterable[str]) -> list[str]:
        """Those of these ids that are listed."""
        team_id = tx.workspace.team_id
        return [
            one
            for one in ids
            if any(
                (kind, rules.digest_of(kind, team_id, one, secret)) in self._known for secret in self._secrets
            )
        ]


def _keep_list(tx: Tx, listed: Mapping[tuple[str, str], ForgottenEntry]) -> None:
    """Keep the entries that this copy does not know, for copies that are older still."""
    tx.sql.flush()
    known = {(one.kind, one.digest) for one in forgotten_entries(tx)}
    for key, one in listed.items():
        # Without its key an entry finds nobody any more.
        if key not in known and one.secret != UNREADABLE:
            tx.sql.add(Forgotten(kind=one.kind, digest=one.digest, at=one.at, secret=one.secret))
    tx.sql.flush()


def _team_ids(tx: Tx) -> list[str]:
    found: set[str] = set()
    for table in Base.metadata.sorted_tables:
        if "team_id" in table.c:
            found.update(tx.sql.scalars(select(table.c.team_id).distinct()))
    return sorted(found)


def _group_ids(tx: Tx) -> list[str]:
    table = Base.metadata.tables["groups"]
    return list(tx.sql.scalars(select(table.c.id).where(table.c.team_id == tx.workspace.team_id)))
