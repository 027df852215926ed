"""Showing: the messages of a selection, rendered as it stands now."""

from collections.abc import Callable
from datetime import timedelta

from bot.cases.rules import CaseKind
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.groups.records import Group
from bot.groups.rules import Meets
from bot.methods import catalogue
from bot.methods.catalogue import Phase
from bot.methods.extensions import extension
from bot.selections import queries, rules
from bot.selections.records import Selection
from bot.selections.rules import MarkKind, Outcome, SelectionState
from bot.selections.service.access import Choosing
from bot.selections.views import Candidate, SelectionView
from bot.selections.views.card import selection_card
from bot.selections.views.private import leading, no_longer_leading, selection_on, time_up
from bot.selections.views.thread import candidates_message
from bot.storage import Tx
from bot.texts import Texts


def key(selection: Selection, *parts: str | int) -> str:
    """The key of a message of this selection."""
    return "/".join(["selection", selection.id, *(str(part) for part in parts)])


def phase_in(selection: Selection, state: SelectionState) -> Phase | None:
    """The phase whose words and minutes a state has, at its least in a short session."""
    wanted = rules.phase_of(state)
    return next((phase for phase in catalogue.choosing_phases() if phase.key == wanted), None)


def is_paused(selection: Selection) -> bool:
    """Whether its clock stands still. A version that knows no pause leaves `remaining` where it was."""
    return selection.state in rules.TIMED and selection.ends_at is None and selection.remaining is not None


def next_extension(selection: Selection) -> int | None:
    """The minutes of the next extension of the step; None where there is none."""
    given = extension(selection.extensions) if selection.state in rules.EXTENDABLE else None
    return None if given is None else given // timedelta(minutes=1)


def view_of(choosing: Choosing, *, has_words: bool = True) -> SelectionView:
    """The selection as plain values for the views. Without words no case is read."""
    tx, selection, group = choosing.tx, choosing.selection, choosing.group
    present = queries.people_there(tx, selection)
    following = rules.next_step(selection.state, is_written=selection.meets == Meets.THREAD)
    there = [user for user in present if user not in group.leaders]
    return SelectionView(
        id=selection.id,
        version=selection.version,
        state=selection.state,
        facilitator=selection.facilitator,
        present=tuple(there),
        observers=tuple(user for user in present if user in group.leaders),
        phase=phase_in(selection, selection.state),
        following=None if following is None else phase_in(selection, following),
        ends_at=selection.ends_at,
        remaining=selection.remaining if is_paused(selection) else None,
        extensions=selection.extensions,
        extension=next_extension(selection),
        ends_by=selection.ends_by,
        now=tx.now,
        zone=group.zone,
        meets=Meets(selection.meets),
        candidates=candidates_of(choosing) if has_words else (),
        voted=len(queries.voters(tx, selection) & set(there)),
        outcome=Outcome(selection.outcome),
        session=selection.session_id,
    )


def candidates_of(choosing: Choosing) -> tuple[Candidate, ...]:
    """The cases that can be chosen now, as the group may see them."""
    tx, selection, group = choosing.tx, choosing.selection, choosing.group
    if selection.state in rules.OVER:
        return ()
    echoes = queries.counts(tx, selection, group, MarkKind.ECHO)
    return tuple(
        Candidate(one.id, one.title, one.question, one.kind or CaseKind.QUESTION, echoes[one.id])
        for one in queries.candidates(tx, selection, group)
    )


def clock_of(tx: Tx, selection_id: str) -> tuple[SelectionView, Group] | None:
    """What a clock on the table shows of a selection: no word of any case is read."""
    selection = queries.selection_by_id(tx, selection_id)
    if selection is None:
        return None
    group = groups.group_by_id(tx, selection.group_id)
    return view_of(Choosing(tx, selection, group), has_words=False), group


def offer_of_running(tx: Tx, group: Group) -> Callable[[Texts], Message]:
    """What answers a start while the group chooses together."""
    selection = queries.running_selection(tx, group)
    assert selection is not None
    view, ts = view_of(Choosing(tx, selection, group)), outbox.ts_of(tx, key(selection, "card"))
    return lambda t: selection_on(t, view, group.team_id, group.channel, ts)


def show(choosing: Choosing) -> None:
    """Post or edit every message of the selection."""
    tx, selection, group, t = choosing.tx, choosing.selection, choosing.group, choosing.t
    tx.sql.flush()
    view = view_of(choosing)
    card = key(selection, "card")
    if outbox.is_live(tx, card):
        outbox.update(tx, card, selection_card(t, view))
    elif not view.is_over:
        outbox.post(tx, group.channel, selection_card(t, view), key=card)
    listed = key(selection, "candidates")
    if outbox.is_live(tx, listed):
        outbox.update(tx, listed, groups.discreet_in(t, group, candidates_message(t, view)))
    elif view.state in (*rules.TAKES_CASES, SelectionState.POLLING, SelectionState.ASKING):
        message = groups.discreet_in(t, group, candidates_message(t, view))
        outbox.post(tx, group.channel, message, key=listed, thread=card)
    _show_leader(choosing, view)


def _show_leader(choosing: Choosing, view: SelectionView) -> None:
    """Whoever leads has one private message with what to say and the controls."""
    tx, selection, group = choosing.tx, choosing.selection, choosing.group
    leader = selection.facilitator
    if leader is None:
        return
    theirs, where = groups.texts_of(tx, leader), key(selection, "leader", leader)
    if view.is_over:
        groups.update_dm(tx, leader, where, no_longer_leading(theirs, view))
    elif outbox.is_live(tx, where):
        groups.update_dm(tx, leader, where, leading(theirs, view, group.channel))
    else:
        groups.post_dm(tx, leader, leading(theirs, view, group.channel), key=where)


def take_console_away(choosing: Choosing, leader: str) -> None:
    """Somebody leads no longer: their private message loses its controls."""
    theirs = groups.texts_of(choosing.tx, leader)
    where = key(choosing.selection, "leader", leader)
    groups.update_dm(choosing.tx, leader, where, no_longer_leading(theirs, view_of(choosing)))


def tell_time_is_up(choosing: Choosing) -> None:
    """Call whoever leads: an edit notifies nobody. The call goes with the next step."""
    selection, leader = choosing.selection, choosing.selection.facilitator
    phase = phase_in(selection, selection.state)
    if leader is not None and phase is not None:
        theirs = groups.texts_of(choosing.tx, leader)
        where = key(selection, "up", selection.version)
        groups.post_dm(choosing.tx, leader, time_up(theirs, phase.title(theirs.language)), key=where)


def take_calls_away(choosing: Choosing) -> None:
    for where in outbox.live_keys(choosing.tx, key(choosing.selection, "up") + "/"):
        outbox.delete(choosing.tx, where)


def repost_selection(choosing: Choosing, *, with_thread: bool) -> None:
    """Post again what was lost. With its card Slack loses the whole thread."""
    if with_thread:
        outbox.withdraw(choosing.tx, key(choosing.selection, "candidates"))
    show(choosing)
