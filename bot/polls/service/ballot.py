"""What a vote reads and writes.

Everyone votes just before a poll closes, and Slack waits: here the statements are made once, and they name the
columns that are needed. Reading whole records took three times as long, most of it spent on making the same
statements again and on the cases' long texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, delete, func, insert, select, true, update

from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.groups.records import Group, Member
from bot.polls.records import Candidate, Poll, Vote
from bot.polls.rules import PollState
from bot.polls.views import Choice
from bot.storage import Tx, Workspace, belonging_to, new_id

_POLLS, _GROUPS, _MEMBERS, _CANDIDATES, _CASES, _VOTES = (
    cast(Table, record.__table__) for record in (Poll, Group, Member, Candidate, Case, Vote)
)
_LOCK = (
    select(_POLLS.c.group_id, _POLLS.c.state, _POLLS.c.closes_at, _POLLS.c.voters)
    .where(
        _POLLS.c.id == bindparam("poll"),
        _POLLS.c.team_id == bindparam("team_id"),
        _POLLS.c.enterprise_id == bindparam("enterprise_id"),
    )
    .with_for_update()
)
_CHOICES = (
    select(_CASES.c.id, _CASES.c.title, _CASES.c.question, _CASES.c.handed_in_at)
    .join(_CANDIDATES, _CANDIDATES.c.case_id == _CASES.c.id)
    .where(
        _CANDIDATES.c.poll_id == bindparam("poll"),
        _CANDIDATES.c.fate == "",
        _CASES.c.state == CaseState.HANDED_IN,
    )
)
_present = select(func.count()).where(_MEMBERS.c.group_id == bindparam("group"), _MEMBERS.c.left_at.is_(None))
_others = select(func.count(_VOTES.c.user.distinct())).where(
    _VOTES.c.poll_id == bindparam("poll"), _VOTES.c.user != bindparam("user")
)
_open_to = _CHOICES.subquery()
# Apart from the lock, and after it: on PostgreSQL one statement would count what it saw before it had to wait.
# One row for each case; one without a case when none is left.
_LOOK = (
    select(
        _GROUPS.c.channel,
        _GROUPS.c.language,
        _GROUPS.c.zone,
        _present.scalar_subquery().label("members"),
        _present.where(_MEMBERS.c.user == bindparam("user")).scalar_subquery().label("is_member"),
        _others.scalar_subquery().label("others"),
        _open_to.c.id,
        _open_to.c.title,
        _open_to.c.question,
    )
    .select_from(_GROUPS.outerjoin(_open_to, true()))
    .where(_GROUPS.c.id == bindparam("group"))
    .order_by(_open_to.c.handed_in_at, _open_to.c.id)
)
_ORDERED = _CHOICES.order_by(_CASES.c.handed_in_at, _CASES.c.id)
_FORGET = delete(_VOTES).where(_VOTES.c.poll_id == bindparam("poll"), _VOTES.c.user == bindparam("by"))
_GIVE = insert(_VOTES)
_COUNTED = update(_POLLS).where(_POLLS.c.id == bindparam("poll")).values(voters=bindparam("now"))


@dataclass(frozen=True, slots=True)
class Polling:
    """A poll as somebody votes in it."""

    id: str
    state: PollState
    closes_at: datetime
    voters: int
    channel: str
    language: str
    zone: str
    members: int
    is_member: bool
    # How many have voted, whoever votes now left out.
    others: int
    # The cases that one can vote for, the longest waiting first.
    choices: list[Choice]


def lock(tx: Tx, workspace: Workspace, poll_id: str, user: str) -> Polling | None:
    """A poll of this workspace, locked so that two votes at once are counted in turn."""
    poll = tx.sql.execute(_LOCK, {"poll": poll_id, **belonging_to(workspace)}).one_or_none()
    if poll is None:
        return None
    rows = tx.sql.execute(_LOOK, {"poll": poll_id, "group": poll.group_id, "user": user}).all()
    at = rows[0]
    return Polling(
        poll_id,
        poll.state,
        poll.closes_at,
        poll.voters,
        at.channel,
        at.language,
        at.zone,
        at.members,
        bool(at.is_member),
        at.others,
        [Choice(row.id, row.title, row.question) for row in rows if row.id is not None],
    )


def choices(tx: Tx, poll_id: str) -> list[Choice]:
    """The cases that one can vote for, the longest waiting first."""
    return [Choice(row.id, row.title, row.question) for row in tx.sql.execute(_ORDERED, {"poll": poll_id})]


def give(tx: Tx, workspace: Workspace, polling: Polling, user: str, points: Mapping[str, int]) -> int:
    """Writes down somebody's votes instead of those they gave before; returns how many have voted now."""
    tx.sql.execute(_FORGET, {"poll": polling.id, "by": user})
    tx.sql.execute(
        _GIVE,
        [
            {
                "id": new_id(),
                "poll_id": polling.id,
                "user": user,
                "case_id": case,
                "points": given,
                **belonging_to(workspace),
            }
            for case, given in points.items()
            if given
        ],
    )
    voters = polling.others + 1
    if voters != polling.voters:
        tx.sql.execute(_COUNTED, {"poll": polling.id, "now": voters})
    return voters
