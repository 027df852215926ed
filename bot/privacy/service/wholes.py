"""Forgetting a whole group or a whole workspace, for whoever runs the bot."""

from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, or_, select

from bot.delivery import outbox
from bot.delivery.states import OutboxState
from bot.groups import service as groups
from bot.groups.views import emptied
from bot.jobs.suspensions import suspension
from bot.privacy.rules import Subject
from bot.privacy.service.forgetting import note_forgotten
from bot.storage import Base, Tx
from bot.texts import default_language, for_language

_TABLES = Base.metadata.tables
# Of the bot itself, and not of a workspace's people; the outbox is emptied by hand.
_STAYS = {"outbox", "pace", "token_pauses", "suspensions"}


def forget_group(tx: Tx, group_id: str) -> int:
    """Deletes everything of a group, and the bot's own messages with its words; returns how many messages that are."""
    group = groups.group_by_id(tx, group_id)
    ids = [group.id, *_ids_of(tx, group.id)]
    prefixes = [f"{kind}/{one}" for one in ids for kind in ("session", "poll", "case")]
    keys = outbox.keys_with_words(tx, channel_prefixes=prefixes, private_prefixes=prefixes)
    outbox.remove_words(tx, keys, emptied(groups.texts_in(group)))
    _cancel_jobs(tx, ids)
    for table in ("nudges",):
        mine = (_TABLES[table].c.team_id == tx.workspace.team_id) & (_TABLES[table].c.group_id == group.id)
        tx.change((delete(_TABLES[table]).where(mine), {}))
    feeds = _TABLES["calendar_feeds"]
    mine = (feeds.c.team_id == tx.workspace.team_id) & (feeds.c.subject == group.id)
    tx.change((delete(feeds).where(mine), {}))
    # Everything else belongs to the row of the group, and goes with it.
    tx.change((delete(_TABLES["groups"]).where(_TABLES["groups"].c.id == group.id), {}))
    note_forgotten(tx, Subject.GROUP, group.id)
    tx.sql.flush()
    tx.sql.expire_all()
    return len(keys)


def forget_workspace(tx: Tx) -> int:
    """Deletes everything of this workspace; returns how many of the bot's messages are being deleted in Slack.

    After an uninstall that is none: the bot can reach no message any more.
    """
    found = suspension(tx)
    is_uninstalled = found is not None and found.delete_at is not None
    table = _TABLES["outbox"]
    ours = table.c.team_id == tx.workspace.team_id
    messages = 0
    for group_id in tx.sql.scalars(select(_TABLES["groups"].c.id).where(_in_workspace(tx, "groups"))).all():
        messages += forget_group(tx, group_id)
    users = set(
        tx.sql.scalars(select(table.c.user).where(ours, table.c.kind == "direct", table.c.user.is_not(None)))
    )
    for user in sorted(users):
        keys = outbox.keys_with_words(tx, to=user)
        outbox.remove_words(tx, keys, emptied(for_language(default_language())))
        messages += len(keys)
    for name in [one.name for one in reversed(Base.metadata.sorted_tables)]:
        if name not in _STAYS and "team_id" in _TABLES[name].c:
            tx.change((delete(_TABLES[name]).where(_in_workspace(tx, name)), {}))
    if is_uninstalled:
        messages = 0
        for name in sorted(_STAYS):
            tx.change((delete(_TABLES[name]).where(_in_workspace(tx, name)), {}))
    else:
        _keep_removals(tx)
    note_forgotten(tx, Subject.WORKSPACE, tx.workspace.team_id)
    tx.sql.flush()
    tx.sql.expire_all()
    return messages


def _keep_removals(tx: Tx) -> None:
    """Empties the outbox but for what waits to be deleted in Slack, with the rows that say where that stands."""
    table = _TABLES["outbox"]
    ours = table.c.team_id == tx.workspace.team_id
    waits = (OutboxState.PENDING, OutboxState.SENDING)
    removals = select(table.c.target_key).where(
        ours,
        table.c.kind.in_(("delete", "update")),
        table.c.state.in_(waits),
        table.c.target_key.is_not(None),
    )
    removed = list(tx.sql.scalars(removals))
    tx.change(
        (
            delete(table).where(
                ours,
                or_(table.c.key.is_(None), table.c.key.not_in(removed)),
                or_(table.c.target_key.is_(None), table.c.target_key.not_in(removed)),
            ),
            {},
        )
    )


def _in_workspace(tx: Tx, name: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = _TABLES[name].c.team_id == tx.workspace.team_id
    return condition


def _ids_of(tx: Tx, group_id: str) -> list[str]:
    """The ids of everything in a group that has jobs or messages of its own."""
    found: list[str] = []
    for name in (
        "cases",
        "sessions",
        "polls",
        "meetings",
        "meeting_series",
        "date_searches",
        "keepsakes",
        "reflections",
    ):
        table = _TABLES[name]
        found += tx.sql.scalars(select(table.c.id).where(table.c.group_id == group_id))
    return found


def _cancel_jobs(tx: Tx, ids: list[str]) -> None:
    """Cancels what is planned for a group: a handler would look for rows that are gone."""
    due = _TABLES["due"]
    rows = tx.sql.execute(
        select(due.c.id, due.c.subject, cast(due.c.data, String)).where(due.c.team_id == tx.workspace.team_id)
    ).all()
    gone = [row.id for row in rows if _concerns(row, ids)]
    for first in range(0, len(gone), 500):
        tx.change((delete(due).where(due.c.id.in_(gone[first : first + 500])), {}))


def _concerns(row: Any, ids: list[str]) -> bool:
    said = f"{row[1]} {row[2]}"
    return any(one in said for one in ids)
