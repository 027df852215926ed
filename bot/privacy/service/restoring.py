"""After an older copy was put back: whoever was forgotten since is forgotten again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.privacy import queries, rules
from bot.privacy.records import Forgotten
from bot.privacy.rules import Subject
from bot.privacy.service.forgetting import forget_person
from bot.privacy.service.wholes import forget_group, forget_workspace
from bot.storage import Base, Tx, Workspace


@dataclass(frozen=True, slots=True)
class ForgottenEntry:
    """An entry of the list of who was forgotten."""

    kind: str
    digest: str
    at: datetime


def forgotten_entries(tx: Tx) -> list[ForgottenEntry]:
    """The list of who was forgotten, of every workspace."""
    return [ForgottenEntry(row.kind, row.digest, row.at) for row in tx.sql.scalars(select(Forgotten))]


def forget_again(tx: Tx, entries: Iterable[ForgottenEntry], made_at: datetime) -> int:
    """Forget everybody in a copy who was forgotten after it was made; returns how many.

    Whoever was forgotten before may have come back since: what the copy holds of them is theirs again.
    """
    listed = {(one.kind, one.digest): one.at for one in sorted(entries, key=lambda one: one.at)}
    later = {key for key, at in listed.items() if at > made_at}
    forgotten = 0
    for team_id in _team_ids(tx):
        there = tx.of(Workspace(team_id))
        if (Subject.WORKSPACE, rules.digest_of(Subject.WORKSPACE, team_id, team_id)) in later:
            forget_workspace(there)
            forgotten += 1
            continue
        for group in _listed(Subject.GROUP, there, _group_ids(there), later):
            forget_group(there, group)
            forgotten += 1
        for user in _listed(Subject.USER, there, queries.people_named(there), later):
            forget_person(there, user, quietly=True)
            forgotten += 1
    _keep_list(tx, listed)
    return forgotten


def _listed(kind: Subject, tx: Tx, ids: Iterable[str], later: set[tuple[str, str]]) -> list[str]:
    team_id = tx.workspace.team_id
    return [one for one in ids if (kind, rules.digest_of(kind, team_id, one)) in later]


def _keep_list(tx: Tx, listed: dict[tuple[str, str], datetime]) -> None:
    """Keep the entries that this copy does not know, for copies that are older still."""
    tx.sql.flush()
    known = {(one.kind, one.digest) for one in forgotten_entries(tx)}
    for (kind, digest), at in listed.items():
        if (kind, digest) not in known:
            tx.sql.add(Forgotten(kind=kind, digest=digest, at=at))
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
