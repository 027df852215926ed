"""What a vote reads and writes.

Everyone votes just before a poll closes, and Slack waits: here the statements are made once, and they name the
columns that are needed. Reading whole records took three times as long, most of it spent on making the same
statements again and on the cases' long texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update

from bot.cases.records import Case
from bot.groups.records import Group, Member
from bot.polls.records import Candidate, Poll, Vote
from bot.polls.views import Choice
from bot.storage import Tx, Workspace, belonging_to, new_id

_polls, _groups, _members = Poll.__table__.c, Group.__table__.c, Member.__table__.c
_candidates, _cases, _votes = Candidate.__table__.c, Case.__table__.c, Vote.__table__.c

_LOCK = (
    select(_polls.group_id, _polls.state, _polls.closes_at, _polls.voters)
    .where(
        _polls.id == bindparam("poll"),
        _polls.team_id == bindparam("team_id"),
        _polls.enterprise_id == bindparam("enterprise_id"),
    )
    .with_for_update()
)
_present = select(func.count()).where(_members.group_id == bindparam("group"), _members.left_at.is_(None))
_others = select(func.count(_votes.user.distinct())).where(
    _votes.poll_id == bindparam("poll"), _votes.user != bindparam("user")
)
# Apart from the lock, and after it: on PostgreSQL one statement would count what it saw before it had to wait.
_LOOK = select(
    _groups.channel,
    _groups.language,
    _groups.zone,
    _present.scalar_subquery().label("members"),
    _present.where(_members.user == bindparam("user")).scalar_subquery().label("is_member"),
    _others.scalar_subquery().label("others"),
).where(_groups.id == bindparam("group"))
_CHOICES = (
    select(_cases.id, _cases.title, _cases.question)
    .join(Candidate.__table__, _candidates.case_id == _cases.id)
    .where(_candidates.poll_id == bindparam("poll"), _candidates.fate == "", _cases.state == "handed_in")
    .order_by(_cases.handed_in_at, _cases.id)
)
_FORGET = delete(Vote).where(_votes.poll_id == bindparam("poll"), _votes.user == bindparam("by"))
_GIVE = insert(Vote)
_COUNTED = update(Poll).where(_polls.id == bindparam("poll")).values(voters=bindparam("now"))


@dataclass(frozen=True, slots=True)
class Polling:
    """A poll as somebody votes in it."""

    id: str
    state: str
    closes_at: datetime
    voters: int
    channel: str
    language: str
    zone: str
    members: int
    is_member: bool
    # How many have voted, whoever votes now left out.
    others: int


def lock(tx: Tx, workspace: Workspace, poll_id: str, user: str) -> Polling | None:
    """A poll of this workspace, locked so that two votes at once are counted in turn."""
    poll = tx.sql.execute(_LOCK, {"poll": poll_id, **belonging_to(workspace)}).one_or_none()
    if poll is None:
        return None
    at = tx.sql.execute(_LOOK, {"poll": poll_id, "group": poll.group_id, "user": user}).one()
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
    )


def choices(tx: Tx, poll_id: str) -> list[Choice]:
    """The cases that one can vote for, the longest waiting first."""
    return [Choice(*row) for row in tx.sql.execute(_CHOICES, {"poll": poll_id})]


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
