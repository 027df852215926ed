"""The statements of a vote, made once and limited to the needed columns.

Everyone votes just before a poll closes, while Slack waits three seconds
(https://docs.slack.dev/interactivity/handling-user-interaction). Reading whole records took three times as long: most of
it went into making the statements again, and into the long texts of the cases.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Delete, Select, Table, Update, delete, func, insert, select, true, update

from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.groups.records import Group, Member, member_zones
from bot.groups.rules import Role
from bot.polls.records import Candidate, Poll, Vote
from bot.polls.rules import PollState
from bot.polls.views import Choice
from bot.storage import Tx, Workspace, belonging_to, new_id, statement

_POLLS, _GROUPS, _MEMBERS, _CANDIDATES, _CASES, _VOTES = (
    cast(Table, record.__table__) for record in (Poll, Group, Member, Candidate, Case, Vote)
)
_GIVE = insert(_VOTES)


@statement
def _lock(workspace: Workspace, poll: str) -> Select[str, str, datetime, int]:
    return (
        select(_POLLS.c.group_id, _POLLS.c.state, _POLLS.c.closes_at, _POLLS.c.voters)
        .where(
            _POLLS.c.id == poll,
            _POLLS.c.team_id == workspace.team_id,
        )
        .with_for_update()
    )


def _choices(poll: str) -> Select[*tuple[Any, ...]]:
    return (
        # The workspace belongs to the place of the texts.
        select(
            _CASES.c.team_id,
            _CASES.c.id,
            _CASES.c.title,
            _CASES.c.question,
            _CASES.c.kind,
            _CASES.c.handed_in_at,
        )
        .join(_CANDIDATES, _CANDIDATES.c.case_id == _CASES.c.id)
        .where(_CANDIDATES.c.poll_id == poll, _CANDIDATES.c.fate == "", _CASES.c.state == CaseState.HANDED_IN)
    )


@statement
def _ordered(poll: str) -> Select[*tuple[Any, ...]]:
    return _choices(poll).order_by(_CASES.c.handed_in_at, _CASES.c.id)


@statement
def _look(poll: str, group: str, user: str) -> Select[*tuple[Any, ...]]:
    """The data for a vote, read after the lock: one row for each case, or one row without a case.

    In one statement with the lock, PostgreSQL would count what it saw before it had to wait.
    """
    present = select(func.count()).where(_MEMBERS.c.group_id == group, _MEMBERS.c.left_at.is_(None))
    leads, is_user = _MEMBERS.c.role == Role.LEADER, _MEMBERS.c.user == user
    others = select(func.count(_VOTES.c.user.distinct())).where(
        _VOTES.c.poll_id == poll, _VOTES.c.user != user
    )
    open_to = _choices(poll).subquery()
    return (
        select(
            _GROUPS.c.channel,
            _GROUPS.c.language,
            _GROUPS.c.zone,
            member_zones(_GROUPS.c.id).label("member_zones"),
            present.where(~leads).scalar_subquery().label("members"),
            present.where(is_user).scalar_subquery().label("is_member"),
            present.where(is_user, leads).scalar_subquery().label("is_leader"),
            others.scalar_subquery().label("others"),
            open_to.c.id,
            open_to.c.title,
            open_to.c.question,
            open_to.c.kind,
        )
        .select_from(_GROUPS.outerjoin(open_to, true()))
        .where(_GROUPS.c.id == group)
        .order_by(open_to.c.handed_in_at, open_to.c.id)
    )


@statement
def _delete_votes(poll: str, user: str) -> Delete:
    return delete(_VOTES).where(_VOTES.c.poll_id == poll, _VOTES.c.user == user)


@statement
def _counted(poll: str, voters: int) -> Update:
    return update(_POLLS).where(_POLLS.c.id == poll).values(voters=voters)


@dataclass(frozen=True, slots=True)
class Polling:
    """A poll with all data that a vote needs."""

    id: str
    state: PollState
    closes_at: datetime
    voters: int
    channel: str
    language: str
    zone: str
    member_zones: str | None
    # The number of people who may vote.
    members: int
    is_member: bool
    # A leader from outside: they are in the group, and do not vote.
    is_leader: bool
    # The number of other users who have voted.
    others: int
    # The cases to vote on, the longest waiting first.
    choices: list[Choice]


def lock_poll(tx: Tx, poll_id: str, user: str) -> Polling | None:
    """A poll of this workspace, locked so that two votes at once are counted in turn."""
    poll = tx.rows(_lock(tx.workspace, poll_id)).one_or_none()
    if poll is None:
        return None
    rows = tx.rows(_look(poll_id, poll.group_id, user)).all()
    at = rows[0]
    return Polling(
        poll_id,
        poll.state,
        poll.closes_at,
        poll.voters,
        at.channel,
        at.language,
        at.zone,
        at.member_zones,
        at.members,
        bool(at.is_member),
        bool(at.is_leader),
        at.others,
        [Choice(row.id, row.title, row.question, row.kind) for row in rows if row.id is not None],
    )


def choices(tx: Tx, poll_id: str) -> list[Choice]:
    """The cases to vote on, the longest waiting first."""
    return [Choice(row.id, row.title, row.question, row.kind) for row in tx.rows(_ordered(poll_id))]


def replace_votes(tx: Tx, polling: Polling, user: str, points: Mapping[str, int]) -> int:
    """Replace a user's votes. Returns how many users have voted now."""
    tx.change(_delete_votes(polling.id, user))
    tx.sql.execute(
        _GIVE,
        [
            {
                "id": new_id(),
                "poll_id": polling.id,
                "user": user,
                "case_id": case,
                "points": given,
                **belonging_to(tx.workspace),
            }
            for case, given in points.items()
            if given
        ],
    )
    voters = polling.others + 1
    if voters != polling.voters:
        tx.change(_counted(polling.id, voters))
    return voters
