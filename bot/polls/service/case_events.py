"""Use cases of a case beside the vote: the only one, one picked directly, changed or withdrawn."""

from bot.cases.records import Case
from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.polls import queries, rules, views
from bot.polls.records import Poll
from bot.polls.rules import PollState
from bot.polls.service import choosing, voting
from bot.storage import Tx
from bot.texts import Refused


def take_only_case(tx: Tx, group_id: str, user: str) -> None:
    """Ask the presenter of the only case at once, without a vote."""
    group = groups.group_for(tx, group_id, user)
    groups.lock_group(tx, group)
    waiting = voting.candidates_for(tx, group)
    if len(waiting) >= rules.MIN_CANDIDATES or queries.open_poll_of(tx, group) is not None:
        raise Refused(lambda t: t("You can choose a case again. Type /intervisie vote."))
    poll = voting.add_poll(tx, group, user, waiting, tx.now)
    choosing.close_poll(tx, poll, group)
    message = choosing.closed_poll_message(tx, poll, group)
    outbox.post(
        tx,
        group.channel,
        groups.discreet_in(groups.texts_in(group), group, message),
        key=queries.poll_key(poll.id),
    )
    if waiting[0].presenter == user:
        choosing.answer_presenter(tx, poll.id, waiting[0].id, user, accepted=True, announced=True)


def finish_poll_of_case(tx: Tx, case: Case) -> None:
    """Finish the poll that chose a case: its session has opened."""
    for poll in queries.polls_with_case(tx, case, (PollState.ASKING, PollState.CHOSEN)):
        if poll.asked_case == case.id:
            _settle_accepted(tx, poll, case, state=PollState.DONE)


def take_case(tx: Tx, case: Case) -> None:
    """Take a chosen case out of the polls; it may have been picked without a vote."""
    for poll in queries.polls_with_case(tx, case, (PollState.OPEN, PollState.ASKING)):
        if poll.state == PollState.OPEN:
            choosing.drop_candidate(tx, poll, case.id, "out")
            voting.remove_case(tx, poll, _group_of(tx, poll), case)
        elif poll.asked_case == case.id:
            _settle_accepted(tx, poll, case, state=PollState.CHOSEN)


def drop_case(tx: Tx, case: Case) -> None:
    """Drop a case that was withdrawn, or whose presenter left; its polls go on."""
    for poll in queries.polls_with_case(tx, case, (PollState.OPEN, PollState.ASKING, PollState.CHOSEN)):
        choosing.drop_candidate(tx, poll, case.id, "out")
        group = _group_of(tx, poll)
        if poll.state == PollState.OPEN:
            voting.remove_case(tx, poll, group, case)
        elif poll.asked_case == case.id:
            t = groups.texts_of(tx, case.presenter)
            choosing.close_question(tx, poll, case, views.no_longer_asked(t))
            choosing.ask_next_presenter(tx, poll, group)
        else:
            choosing.update_closed_poll(tx, poll, group)


def update_case_words(tx: Tx, case: Case) -> None:
    """Edit the polls in the channel after the words of a case changed."""
    for poll in queries.polls_with_case(tx, case, (PollState.OPEN, PollState.ASKING, PollState.CHOSEN)):
        group = _group_of(tx, poll)
        if poll.state == PollState.OPEN:
            outbox.update(tx, queries.poll_key(poll.id), voting.open_poll_message(tx, group, poll))
        else:
            choosing.update_closed_poll(tx, poll, group)


def _settle_accepted(tx: Tx, poll: Poll, case: Case, *, state: PollState) -> None:
    t = groups.texts_of(tx, case.presenter)
    group = _group_of(tx, poll)
    if poll.state == PollState.ASKING:
        choosing.close_question(tx, poll, case, views.answered(t, group.channel, accepted=True))
    choosing.settle_choice(tx, poll, group, state=state)


def _group_of(tx: Tx, poll: Poll) -> Group:
    return groups.group_by_id(tx, poll.group_id)
