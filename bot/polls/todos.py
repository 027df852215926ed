"""What polls ask of a person now: whether they bring in their case, and their votes."""

from sqlalchemy import exists, select

from bot.cases.records import Case
from bot.groups import service as groups
from bot.groups.records import Group, Member
from bot.polls import views
from bot.polls.records import Poll, Vote
from bot.polls.rules import PollState
from bot.slack.todos import Todo
from bot.storage import Tx, Workspace


def asks_of(tx: Tx, workspace: Workspace, user: str) -> list[Todo]:
    t = groups.texts_of(tx, workspace, user)
    in_group = (
        Poll.of(workspace),
        Group.id == Poll.group_id,
        Member.group_id == Poll.group_id,
        Member.user == user,
        Member.left_at.is_(None),
    )
    asking = select(Poll, Group, Case).where(
        *in_group, Poll.state == PollState.ASKING, Case.id == Poll.asked_case, Case.presenter == user
    )
    found = [
        views.ask_to_bring(t, poll.id, case.id, case.title, group.channel, poll.closes_at)
        for poll, group, case in tx.sql.execute(asking)
    ]
    voted = exists().where(Vote.poll_id == Poll.id, Vote.user == user)
    to_vote = select(Poll, Group).where(
        *in_group, Poll.state == PollState.OPEN, Poll.closes_at > tx.now, ~voted
    )
    found += [
        views.ask_to_vote(t, poll.id, group.channel, poll.closes_at, group.zone)
        for poll, group in tx.sql.execute(to_vote)
    ]
    return found
