"""The choice: said aloud and ticked, or by a poll on the spot; and the presenter's own yes."""

from collections import Counter

from sqlalchemy import delete

from bot.cases import service as cases
from bot.cases.records import Case
from bot.groups import service as groups
from bot.polls import queries as polls
from bot.selections import queries, rules
from bot.selections.records import Selection, SelectionMark
from bot.selections.rules import MarkKind, Outcome, SelectionState
from bot.selections.service import showing
from bot.selections.service.access import Choosing, choosing_for_participant, no_longer_open, second_click
from bot.selections.service.lines import add_mark, known_case, require_candidate
from bot.selections.service.steps import (
    change_state,
    choosing_for_control,
    close_question,
    question_key,
    require_control,
)
from bot.selections.views import Candidate, CandidateRef, SelectionControl
from bot.selections.views.private import presenter_accepted, presenter_declined, presenter_question
from bot.storage import Tx
from bot.texts import Refused


def cases_to_pick(tx: Tx, user: str, ref: SelectionControl) -> tuple[Candidate, ...]:
    """The cases for the form of whoever leads. Raises Refused when the group does not choose now."""
    choosing = choosing_for_control(tx, user, ref)
    _require_choosing(choosing)
    listed = showing.candidates_of(choosing)
    if not listed:
        raise Refused(lambda t: t("Nobody who is here has a case on the list yet."))
    return listed


def pick_case(tx: Tx, user: str, ref: SelectionControl, case_id: str) -> None:
    """The group said aloud which case it takes: ask its presenter."""
    choosing = require_control(tx, user, ref)
    _require_choosing(choosing)
    case = require_candidate(choosing, case_id)
    _drop_ranks(choosing)
    _ask(choosing, case)


def open_vote(tx: Tx, user: str, ref: SelectionControl) -> None:
    """Let those who are there vote, for two minutes at most."""
    choosing = require_control(tx, user, ref)
    _require_choosing(choosing)
    if len(queries.candidates(tx, choosing.selection, choosing.group)) < rules.MIN_CANDIDATES:
        raise Refused(lambda t: t("There is only one case, so there is nothing to vote on."))
    _drop_votes(choosing)
    change_state(choosing, SelectionState.POLLING)


def give_vote(tx: Tx, user: str, ref: CandidateRef) -> bool:
    """Vote on one case; the last vote of somebody counts. Returns whether others still have to vote.

    Raises Refused for somebody who is not there: whoever reads along elsewhere does not choose for those who are.
    """
    choosing = choosing_for_participant(tx, ref.selection, user)
    if choosing.selection.state != SelectionState.POLLING:
        raise Refused(lambda t: t("There is no vote now. The card in the channel says where you are."))
    if user not in choosing.there:
        raise Refused(
            lambda t: t("The vote is for who is there. Are you? Press *I'm here* in the channel first.")
        )
    require_candidate(choosing, ref.case)
    _drop_votes(choosing, user)
    add_mark(choosing, MarkKind.VOTE, user, ref.case)
    if close_vote_when_complete(choosing):
        return False
    showing.show(choosing)
    return True


def count_now(tx: Tx, user: str, ref: SelectionControl) -> None:
    """Whoever leads counts the votes before everybody has voted."""
    choosing = require_control(tx, user, ref)
    if choosing.selection.state != SelectionState.POLLING:
        raise second_click()
    close_vote(choosing)


def close_vote_when_complete(choosing: Choosing) -> bool:
    """Close the vote once all who are there have voted; returns whether it did."""
    selection = choosing.selection
    voted = queries.voters(choosing.tx, selection)
    if selection.state != SelectionState.POLLING or not rules.has_everyone_voted(voted, choosing.there):
        return False
    # In a pause nothing goes on by itself.
    if showing.is_paused(selection):
        return False
    close_vote(choosing)
    return True


def close_vote(choosing: Choosing) -> None:
    """Count the votes of those who are there, delete them, and ask the first presenter."""
    tx, selection, group = choosing.tx, choosing.selection, choosing.group
    listed = queries.candidates(tx, selection, group)
    votes = queries.counts(tx, selection, group, MarkKind.VOTE)
    echoes = queries.counts(tx, selection, group, MarkKind.ECHO)
    entries = polls.ranking_entries(tx, group, Counter(), listed)
    ranked = rules.ranking([rules.Entry(votes[one.case], echoes[one.case], one) for one in entries])
    _drop_votes(choosing)
    _drop_ranks(choosing)
    if not ranked:
        change_state(choosing, SelectionState.CHOOSING, Outcome.NO_VOTES)
        return
    for rank, entry in enumerate(ranked, start=1):
        known_case(choosing, entry.poll.case).rank = rank
    tx.sql.flush()
    first = next(one for one in listed if one.id == ranked[0].poll.case)
    _ask(choosing, first, Outcome.TIE if rules.is_tie(ranked) else Outcome.NONE)


def accept_case(tx: Tx, user: str, ref: CandidateRef) -> tuple[Selection, Case, list[str]]:
    """The presenter says yes: the selection is over. Returns it with the case, and who is there.

    The caller opens the session in the same transaction.
    """
    choosing, case = _asked(tx, user, ref)
    selection, group = choosing.selection, choosing.group
    people = queries.people_there(tx, selection)
    message = presenter_accepted(groups.texts_of(tx, user), case.title, group.channel)
    groups.update_dm(tx, user, question_key(selection), message)
    change_state(choosing, SelectionState.DONE)
    return selection, case, people


def decline_chosen(tx: Tx, user: str, ref: CandidateRef) -> None:
    """The presenter would rather not: the next one with votes is asked, or the group chooses again."""
    choosing, case = _asked(tx, user, ref)
    message = presenter_declined(groups.texts_of(tx, user), case.title)
    groups.update_dm(tx, user, question_key(choosing.selection), message)
    groups.refresh_home(tx, user)
    choosing.selection.asked_case = None
    known_case(choosing, case.id).fate = "declined"
    tx.sql.flush()
    ask_next(choosing, Outcome.DECLINED)


def take_question_back(tx: Tx, user: str, ref: SelectionControl) -> None:
    """Whoever leads takes the question to the presenter back: the group chooses another case."""
    choosing = require_control(tx, user, ref)
    if choosing.selection.state != SelectionState.ASKING:
        raise second_click()
    close_question(choosing)
    _drop_ranks(choosing)
    change_state(choosing, SelectionState.CHOOSING)


def lose_asked_case(choosing: Choosing) -> None:
    """The case whose presenter is asked can't be brought any more: they left, or withdrew it."""
    close_question(choosing)
    ask_next(choosing, Outcome.GONE)


def ask_next(choosing: Choosing, outcome: Outcome) -> None:
    """Ask the next presenter by votes; where none is left, the group chooses again."""
    tx, selection = choosing.tx, choosing.selection
    ranks = {one.case_id: one.rank for one in queries.cases_known(tx, selection).values() if one.rank}
    listed = [one for one in queries.candidates(tx, selection, choosing.group) if one.id in ranks]
    following = min(listed, key=lambda one: ranks[one.id], default=None)
    if following is None:
        _drop_ranks(choosing)
        change_state(choosing, SelectionState.CHOOSING, outcome)
    else:
        _ask(choosing, following)


def _ask(choosing: Choosing, case: Case, outcome: Outcome = Outcome.NONE) -> None:
    tx, selection, group = choosing.tx, choosing.selection, choosing.group
    selection.asked_case = case.id
    change_state(choosing, SelectionState.ASKING, outcome)
    t = groups.texts_of(tx, case.presenter)
    question = presenter_question(t, CandidateRef(selection.id, case.id), case.title, group.channel)
    message = groups.discreet_in(t, group, question)
    groups.post_dm(tx, case.presenter, message, key=question_key(selection))
    groups.refresh_home(tx, case.presenter)


def _asked(tx: Tx, user: str, ref: CandidateRef) -> tuple[Choosing, Case]:
    choosing = choosing_for_participant(tx, ref.selection, user)
    selection = choosing.selection
    case = cases.find_own_case(tx, ref.case, user)
    if case is None:
        raise Refused(lambda t: t("Only the presenter can answer this."))
    if selection.state != SelectionState.ASKING or selection.asked_case != case.id:
        raise no_longer_open()
    if not queries.may_be_chosen(case):
        raise no_longer_open()
    return choosing, case


def _require_choosing(choosing: Choosing) -> None:
    if choosing.selection.state != SelectionState.CHOOSING:
        raise second_click()


def _drop_votes(choosing: Choosing, user: str | None = None) -> None:
    wanted = delete(SelectionMark).where(
        SelectionMark.selection_id == choosing.selection.id, SelectionMark.kind == MarkKind.VOTE
    )
    if user is not None:
        wanted = wanted.where(SelectionMark.user == user)
    choosing.tx.sql.execute(wanted)
    choosing.tx.sql.flush()


def _drop_ranks(choosing: Choosing) -> None:
    for known in queries.cases_known(choosing.tx, choosing.selection).values():
        known.rank = 0
    choosing.tx.sql.flush()
