"""Choosing together: a start without a case, and the session that opens when the presenter says yes."""

from bot.groups import service as groups
from bot.groups.rules import Meets
from bot.methods import catalogue
from bot.selections import service as selections
from bot.selections.records import Selection
from bot.selections.views import CandidateRef
from bot.sessions.service import opening, participants, time_frame
from bot.sessions.service.scene import Scene
from bot.storage import Tx


def start_choosing(
    tx: Tx,
    group_id: str,
    user: str,
    *,
    method: str,
    facilitator: str,
    auto_advance: bool,
    meets: str = "",
    until: str = "",
) -> Selection:
    """Gather without a case: the group chooses one from who is there. The values are those of `start_session`."""
    group = groups.group_for(tx, group_id, user)
    groups.lock_group(tx, group)
    opening.refuse_second_session(tx, group)
    opening.end_session_without_card(tx, group)
    opening.require_member_to_lead(tx, group, facilitator)
    chosen = opening.method_with_key(method)
    ends_by = time_frame.end_of_session(tx, group, until) if until else None
    groups.reconcile_members(tx, group)
    return selections.open_selection(
        tx,
        group,
        user,
        method=chosen.key,
        facilitator=facilitator,
        meets=groups.choose_way_of_meeting(tx, group, meets),
        auto_advance=auto_advance,
        ends_by=ends_by,
    )


def bring_chosen_case(tx: Tx, user: str, ref: CandidateRef) -> None:
    """The presenter says yes on the spot: the choosing ends and the session opens, in one transaction.

    Raises RefusedWithOffer when a session runs already: a version that knows no selection may have begun one.
    """
    selection, case, people = selections.accept_case(tx, user, ref)
    group = groups.group_by_id(tx, selection.group_id)
    groups.lock_group(tx, group)
    opening.refuse_second_session(tx, group)
    opening.end_session_without_card(tx, group)
    leader = selection.facilitator
    session = opening.add_session(
        tx,
        group,
        case_id=case.id,
        presenter=user,
        # Whoever brings the case has their hands full: somebody takes over.
        facilitator=leader if leader != user else None,
        started_by=selection.started_by if selection.started_by in people else user,
        method=selection.method + catalogue.KEPT,
        auto_advance=selection.auto_advance,
        meets=selection.meets,
        ends_by=selection.ends_by,
    )
    # The clock on the table goes on with the session, at the same address.
    selection.session_id = session.id
    scene = Scene(tx, session, group)
    opening.open_session(tx, scene, has_arrived=selection.meets != Meets.THREAD)
    for one in dict.fromkeys((*people, user)):
        participants.mark_present(tx, scene, one)
