"""When the way to a case is not the vote: one case only, a case that is picked directly, or one that goes."""

from collections.abc import Sequence

from sqlalchemy import select

from bot.cases.records import Case
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.polls import rules, views
from bot.polls.records import Candidate, Poll
from bot.polls.rules import PollState
from bot.polls.service import choosing, lookup, voting
from bot.storage import Tx, Workspace
from bot.texts import Refused


def take_only(tx: Tx, workspace: Workspace, group_id: str, user: str) -> None:
    """There is one case, so its presenter is asked at once."""
    group = groups.group_for(tx, workspace, group_id, user)
    lookup.lock_group(tx, group)
    waiting = voting.candidates_for(tx, group)
    if len(waiting) >= rules.MIN_CANDIDATES or lookup.open_in(tx, group) is not None:
        raise Refused(lambda t: t("There is a choice again. Type /intervisie vote."))
    poll = voting.write_down(tx, group, user, waiting, tx.now)
    choosing.close_poll(tx, poll, group)
    outbox.post(tx, workspace, group.channel, choosing.closed_post(tx, poll, group), key=lookup.key(poll.id))
    if waiting[0].presenter == user:
        choosing.answer_presenter(tx, workspace, poll.id, waiting[0].id, user, accepted=True)


def session_started(tx: Tx, case: Case) -> None:
    """A session with this case has opened: the poll that chose it has done its work."""
    for poll in _polls_with(tx, case, (PollState.ASKING, PollState.CHOSEN)):
        if poll.asked_case == case.id:
            _settle_agreed(tx, poll, case, state=PollState.DONE)


def take_case(tx: Tx, case: Case) -> None:
    """A case was chosen, perhaps without a vote: no poll goes on with it."""
    for poll in _polls_with(tx, case, (PollState.OPEN, PollState.ASKING)):
        if poll.state == PollState.OPEN:
            lookup.drop(tx, poll, case.id, "out")
            voting.remove_case(tx, poll, _group(tx, poll), case)
        elif poll.asked_case == case.id:
            _settle_agreed(tx, poll, case, state=PollState.CHOSEN)


def drop_case(tx: Tx, case: Case) -> None:
    """A case was withdrawn, or its presenter left: the poll goes on without it."""
    for poll in _polls_with(tx, case, (PollState.OPEN, PollState.ASKING, PollState.CHOSEN)):
        lookup.drop(tx, poll, case.id, "out")
        group = _group(tx, poll)
        if poll.state == PollState.OPEN:
            voting.remove_case(tx, poll, group, case)
        elif poll.asked_case == case.id:
            t = groups.texts_of(tx, poll.workspace, case.presenter)
            choosing.settle_poll(tx, poll, case.id, views.no_longer_asked(t))
            choosing.ask_next(tx, poll, group)
        else:
            choosing.show_poll(tx, poll, group)


def case_changed(tx: Tx, case: Case) -> None:
    """A case's words have changed: what the channel shows of it does too."""
    for poll in _polls_with(tx, case, (PollState.OPEN, PollState.ASKING, PollState.CHOSEN)):
        group = _group(tx, poll)
        if poll.state == PollState.OPEN:
            outbox.update(tx, poll.workspace, lookup.key(poll.id), voting.open_post(tx, group, poll))
        else:
            choosing.show_poll(tx, poll, group)


def _settle_agreed(tx: Tx, poll: Poll, case: Case, *, state: PollState) -> None:
    t = groups.texts_of(tx, poll.workspace, case.presenter)
    group = _group(tx, poll)
    if poll.state == PollState.ASKING:
        choosing.settle_poll(tx, poll, case.id, views.answered(t, group.channel, accepted=True))
    choosing.confirm(tx, poll, group, state=state)


def _group(tx: Tx, poll: Poll) -> Group:
    return groups.group_by_id(tx, poll.workspace, poll.group_id)


def _polls_with(tx: Tx, case: Case, states: Sequence[PollState]) -> list[Poll]:
    tx.sql.flush()
    return list(
        tx.sql.scalars(
            select(Poll)
            .join(Candidate, Candidate.poll_id == Poll.id)
            .where(Candidate.case_id == case.id, Candidate.fate == "", Poll.state.in_(states))
            .order_by(Poll.opened_at, Poll.id)
            .with_for_update(of=Poll)
            .execution_options(populate_existing=True)
        )
    )
