"""Retention of what has no words of its own: who was there, who spoke when, who left, and what waits of people who left."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, tuple_

from bot.cases import service as cases
from bot.cases.rules import CaseState
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.groups.views import emptied
from bot.privacy.service import waiting
from bot.sessions import service as sessions
from bot.storage import BATCH, Base, Tx

# Of somebody who left, so that they find their place when they come back.
AFTER_LEAVING = timedelta(days=730)

_TABLES = Base.metadata.tables
_OF_SESSION = (
    "contributions",
    "advice_rounds",
    "reminded",
    "session_participants",
    "parked_lines",
    "next_time_lines",
)
# A reflection that its writer asked for, as text: its term is their own.
_OWN_MESSAGES = ("reflection/",)
_OF_MEMBERSHIP = ("agreed", "trial_answers", "talk_first", "attendances", "fits")
_OF_PERSON = ("quiet", "silences", "nudges", "people")


def purge_of_group(tx: Tx, group: Group, before: datetime) -> None:
    """Deletes who was in a session and spoke when, older answers, and cases that wait of people who left before a moment."""
    for case_id, presenter in _left_behind(tx, group, before):
        cases.forget_case(tx, case_id, presenter)
    _remove_private_messages(tx, group, before)
    ended = sessions.ids_ended_before(group, before)
    for name in _OF_SESSION:
        _delete(tx, name, _TABLES[name].c.session_id.in_(ended))
    for name in ("fits", "read_alongs"):
        table = _TABLES[name]
        _delete(tx, name, and_(table.c.group_id == group.id, table.c.asked_at < before))
    tx.sql.expire_all()


def _remove_private_messages(tx: Tx, group: Group, before: datetime) -> None:
    """Deletes the bot's private messages about sessions of this group, and its members' digests and questions of before.

    A digest may hold words of several groups: it goes with the shortest of their terms.
    """
    until = groups.messages_go_until(tx, group, before)
    if until is None:
        return
    ended = set(tx.sql.scalars(sessions.ids_ended_before(group, until)))
    keys = [key for key in outbox.old_private_keys_with_words(tx, until) if key.split("/")[1] in ended]
    members = _TABLES["members"]
    users = tx.sql.scalars(select(members.c.user).where(members.c.group_id == group.id)).all()
    keys += outbox.old_letters_with_words(tx, until, users, _OWN_MESSAGES)
    outbox.remove_words(tx, keys[: groups.MESSAGES_A_NIGHT], emptied(groups.texts_in(group)))


def _left_behind(tx: Tx, group: Group, before: datetime) -> list[tuple[str, str]]:
    """Cases that wait, and drafts, of people who left before a moment; and drafts of before that nobody wrote in since."""
    table, members = _TABLES["cases"], _TABLES["members"]
    stays = (
        select(members.c.id)
        .where(
            members.c.group_id == group.id,
            members.c.user == table.c.presenter,
            or_(members.c.left_at.is_(None), members.c.left_at >= before),
        )
        .exists()
    )
    # Their term begins with the upgrade: until then a draft was kept without an end.
    is_of_before = and_(table.c.state == CaseState.DRAFT, table.c.written_at.is_(None))
    since = group.messages_go_since
    old = is_of_before if since is not None and since < before else table.c.id.is_(None)
    wanted = select(table.c.id, table.c.presenter).where(
        table.c.group_id == group.id,
        table.c.forgotten_at.is_(None),
        table.c.state.in_((CaseState.DRAFT, CaseState.HANDED_IN, CaseState.CHOSEN)),
        or_(and_(~stays, func.coalesce(table.c.written_at, table.c.created_at) < before), old),
    )
    return [(row.id, row.presenter) for row in tx.sql.execute(wanted)]


def purge_people(tx: Tx, after: str = "") -> str | None:
    """Deletes some memberships that ended long ago, and of some people those in no group any more, in every workspace.

    Returns the person after whom to go on; None after the last ones.
    """
    _purge_memberships(tx)
    _delete(tx, "forgotten", _TABLES["forgotten"].c.at < tx.now - AFTER_LEAVING)
    page, last = groups.people_after(tx, after)
    nobody = groups.without_membership(tx, page, ended_too=True)
    people = _TABLES["people"]
    # A bot is nobody: its row says that it is not to be invited.
    gone = select(people.c.team_id, people.c.user).where(
        tuple_(people.c.team_id, people.c.user).in_(nobody), people.c.is_bot.is_(False)
    )
    for team_id, user in tx.sql.execute(gone).all() if nobody else ():
        for name in _OF_PERSON:
            table = _TABLES[name]
            _delete(tx, name, and_(table.c.team_id == team_id, table.c.user == user))
    tx.sql.expire_all()
    return last


def _purge_memberships(tx: Tx) -> None:
    members = _TABLES["members"]
    long_ago = select(members.c.id, members.c.group_id, members.c.user).where(
        members.c.left_at < tx.now - AFTER_LEAVING, members.c.role.is_not(None)
    )
    rows = tx.sql.execute(long_ago.limit(BATCH)).all()
    if not rows:
        return
    theirs = [(row.group_id, row.user) for row in rows]
    for name in _OF_MEMBERSHIP:
        table = _TABLES[name]
        _delete(tx, name, tuple_(table.c.group_id, table.c.user).in_(theirs))
    _delete(tx, "members", members.c.id.in_([row.id for row in rows]))


def on_group_purged(tx: Tx, event: Any) -> None:
    """Deletes what a group keeps no longer, beside its words."""
    group = groups.group_by_id(tx, event.group_id)
    purge_of_group(tx, group, event.before)
    waiting.ask_about_waiting(tx, group)


def _delete(tx: Tx, name: str, condition: ColumnElement[bool]) -> None:
    tx.change((delete(_TABLES[name]).where(condition), {}))
