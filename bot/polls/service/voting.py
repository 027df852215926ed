"""Use cases of an open poll: open it, vote, and count.

A vote stores its ballot and nothing else. The votes of a second are counted together, in a job of their own: everyone votes
just before a poll closes, while Slack waits three seconds (https://docs.slack.dev/interactivity/handling-user-interaction).
"""

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from bot.cases import service as cases
from bot.cases.records import Case
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.polls import queries, rules, views
from bot.polls.records import Ballot, Candidate, Poll
from bot.polls.rules import PollState
from bot.polls.service import choosing
from bot.polls.views import Choice
from bot.storage import Tx, Workspace, belonging_to, statement
from bot.texts import Refused

_BALLOTS = cast(Table, Ballot.__table__)
COUNTED_WITHIN = timedelta(seconds=1)
CLOSES_AT_LEAST = timedelta(minutes=1)
CLOSES_AT_MOST = timedelta(days=90)


def candidates_for(tx: Tx, group: Group) -> list[Case]:
    """The cases for a new poll, those that wait longest. Raises Refused when there are none, or a choice is made already."""
    queries.require_undecided(tx, group)
    waiting = cases.backlog(tx, group, at_most=rules.MAX_CANDIDATES)
    if not waiting:
        raise Refused(
            lambda t: t(
                "No case is waiting, so there is nothing to choose yet. Bring one in with /intervisie case."
            )
        )
    return waiting


def open_poll(tx: Tx, group_id: str, user: str, closes_at: datetime | None) -> Poll:
    """Open a poll over the waiting cases, or return the open one. Its opener changes the end by sending again."""
    group = groups.group_for(tx, group_id, user)
    groups.lock_group(tx, group)
    running = queries.open_poll_of(tx, group)
    if running is not None and running.opened_by != user:
        return running
    if closes_at is None or closes_at < tx.now + CLOSES_AT_LEAST:
        raise Refused(lambda t: t("Choose a moment that is still to come."), "hour")
    if closes_at > tx.now + CLOSES_AT_MOST:
        raise Refused(lambda t: t("That is very far away. Choose a day within three months."), "day")
    if running is not None:
        _close_at(tx, group, running, closes_at)
        return running
    taking_part = candidates_for(tx, group)
    if len(taking_part) < rules.MIN_CANDIDATES:
        raise Refused(lambda t: t("There is only one case, so there is nothing to choose."), "day")
    groups.reconcile_members(tx, group)
    poll = add_poll(tx, group, user, taking_part, closes_at)
    queue.schedule(tx, choosing.CLOSE, poll.id, closes_at)
    message = groups.discreet_in(groups.texts_in(group), group, open_poll_message(tx, group, poll))
    outbox.post(tx, group.channel, message, key=queries.poll_key(poll.id))
    choosing.refresh_homes(tx, group)
    return poll


def _close_at(tx: Tx, group: Group, poll: Poll, closes_at: datetime) -> None:
    if poll.closes_at == closes_at:
        return
    poll.closes_at = closes_at
    queue.schedule(tx, choosing.CLOSE, poll.id, closes_at)
    outbox.update(tx, queries.poll_key(poll.id), open_poll_message(tx, group, poll))


def add_poll(tx: Tx, group: Group, user: str, taking_part: list[Case], closes_at: datetime) -> Poll:
    """Add an open poll with its candidates."""
    poll = Poll(
        group_id=group.id,
        opened_by=user,
        state=PollState.OPEN,
        opened_at=tx.now,
        closes_at=closes_at,
        voters=0,
        **belonging_to(group.workspace),
    )
    tx.sql.add(poll)
    tx.sql.flush()
    for case in taking_part:
        tx.sql.add(Candidate(poll_id=poll.id, case_id=case.id, **belonging_to(group.workspace)))
    tx.sql.flush()
    return poll


def ballot_of(tx: Tx, poll_id: str, user: str) -> tuple[list[Choice], dict[str, int]]:
    """The cases to vote on, and the user's votes so far."""
    poll, group = queries.poll_for(tx, poll_id, user)
    if user in group.leaders:
        raise groups.brings_nothing_in()
    choosing.require_open(poll)
    return _choices(tx, poll.id), queries.votes_of(tx, poll, user)


class CaseLeft(Refused):
    """A case left the poll while somebody was voting; `choices` are the ones that are still in."""

    def __init__(self, choices: list[Choice]) -> None:
        super().__init__(
            lambda t: t("A case has left the poll in the meantime. Close this window and vote once more.")
        )
        self.choices = choices


def give_votes(tx: Tx, poll_id: str, user: str, points: dict[str, int]) -> bool:
    """Store a user's votes in place of their former ones; whether they had none. Raises CaseLeft, or Refused."""
    choices, has_voted = queries.ballot_for(tx, poll_id, user)
    if not choices:
        _explain_refusal(tx, poll_id, user)
    if not choices.issuperset(points):
        raise CaseLeft(_choices(tx, poll_id))
    problem = rules.ballot_problem(list(points.values()))
    if problem is not None:
        field = next(iter(points), None)
        raise Refused(
            lambda t: (
                t("You have {votes} votes: divide no more than that.", votes=rules.VOTES)
                if problem == "too_many"
                else t("Give at least one vote, to the case that you can learn most from.")
            ),
            next((case for case, given in points.items() if given), field),
        )
    kept = {case: votes for case, votes in points.items() if votes}
    tx.change(_give(tx.workspace, poll_id, user, kept, dialect=tx.dialect))
    if not has_voted:
        # Other points change nothing that is shown before the poll closes.
        queue.ensure(tx, choosing.COUNT, poll_id, COUNTED_WITHIN)
        groups.refresh_home(tx, user)
    return not has_voted


def _explain_refusal(tx: Tx, poll_id: str, user: str) -> None:
    """Raises Refused with the reason why somebody has no case to vote on."""
    poll = queries.poll_by_id(tx, poll_id)
    if poll is None:
        raise queries.no_such_poll()
    groups.group_for_participant(tx, poll.group_id, user)
    choosing.require_open(poll)


@statement
def _give(workspace: Workspace, poll_id: str, user: str, points: dict[str, int], *, dialect: str) -> Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return (
        insert(_BALLOTS)
        .values(poll_id=poll_id, user=user, points=points, **belonging_to(workspace))
        .on_conflict_do_update(index_elements=["poll_id", "user"], set_={"points": points})
    )


def recount_voters(tx: Tx, group: Group, poll: Poll) -> None:
    """Count the voters anew: close the poll once everyone has voted, and otherwise edit the message."""
    tx.sql.flush()
    poll.voters = queries.voter_count(tx, poll)
    members = len(groups.participants_of(tx, group))
    if rules.has_everyone_voted(poll.voters, members):
        choosing.close_poll(tx, poll, group)
        return
    queue.cancel(tx, choosing.COUNT, poll.id)
    outbox.update(tx, queries.poll_key(poll.id), open_poll_message(tx, group, poll, members))


def remove_case(tx: Tx, poll: Poll, group: Group, case: Case) -> None:
    """Remove a case from an open poll, and give the votes on it back."""
    voters: list[str] = []
    for ballot in queries.ballots_of(tx, poll):
        if case.id in ballot.points:
            voters.append(ballot.user)
            ballot.points = {other: votes for other, votes in ballot.points.items() if other != case.id}
            if not ballot.points:
                tx.sql.delete(ballot)
    tx.sql.flush()
    if len(queries.cases_to_vote_on(tx, poll.id)) < rules.MIN_CANDIDATES:
        choosing.close_poll(tx, poll, group)
        return
    for user in voters:
        groups.post_dm(
            tx,
            user,
            views.votes_returned(groups.texts_of(tx, user), poll.id, group.channel),
            key=f"poll/{poll.id}/returned/{case.id}/{user}",
        )
    recount_voters(tx, group, poll)


def remove_votes(tx: Tx, group: Group, user: str) -> None:
    """Somebody takes no part any more: their votes leave the open poll, if there is one."""
    running = queries.open_poll_of(tx, group)
    if running is not None:
        remove_voter(tx, running, group, user)


def remove_voter(tx: Tx, poll: Poll, group: Group, user: str) -> None:
    """Remove a member who left from an open poll, with their votes."""
    tx.sql.execute(delete(Ballot).where(Ballot.poll_id == poll.id, Ballot.user == user))
    recount_voters(tx, group, poll)


def open_poll_message(tx: Tx, group: Group, poll: Poll, members: int | None = None) -> Message:
    """The message of an open poll. `members`: how many may vote, where the caller knows."""
    return views.poll_post(
        groups.texts_in(group),
        poll.id,
        _choices(tx, poll.id),
        poll.voters,
        len(groups.participants_of(tx, group)) if members is None else members,
        poll.closes_at,
        group.zone,
    )


def _choices(tx: Tx, poll_id: str) -> list[Choice]:
    """The cases to vote on, the longest waiting first."""
    return [Choice(*one) for one in queries.choices_in(tx, poll_id)]
