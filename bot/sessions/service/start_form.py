"""The form that starts a session: its cases, methods and proposals."""

from bot.attendance import service as attendance
from bot.cases import service as cases
from bot.cases.rules import CaseKind
from bot.groups import service as groups
from bot.groups.records import Group
from bot.groups.rules import Meets
from bot.methods import catalogue
from bot.methods.catalogue import Method
from bot.polls import service as polls
from bot.sessions.service import opening, time_frame
from bot.sessions.service.activities import Opening, least_minutes
from bot.sessions.service.messages import RefusedWithOffer
from bot.sessions.views import private
from bot.sessions.views.form import TOGETHER, Choice, StartForm
from bot.storage import Tx


def start_form_for(tx: Tx, channel: str, user: str) -> StartForm:
    """The values of the form. Raises Refused without cases, and RefusedWithOffer when a session runs."""
    group = groups.group_of_channel(tx, channel)
    groups.require_member(tx, group, user)
    return start_form_of_group(tx, group.id, user)


def start_form_of_group(tx: Tx, group_id: str, user: str, *, together: bool = False) -> StartForm:
    """The same, from a button of the group. With `together` the case is to be chosen then, and none need wait."""
    group = groups.group_for(tx, group_id, user)
    opening.refuse_second_session(tx, group)
    chosen = polls.chosen_case(tx, group)
    listed = [*([chosen] if chosen else []), *cases.backlog(tx, group)]
    if not listed and not together:
        raise RefusedWithOffer(lambda t: private.no_case_waiting(t, group.id))
    preselected = None if together else chosen or (listed[0] if len(listed) == 1 else None)
    leader: str | None = attendance.facilitator_for_session(tx, group, user)
    if (
        preselected is not None
        and leader == preselected.presenter
        and opening.may_show_owner(preselected, user)
    ):
        # The presenter cannot facilitate too.
        leader = user if user != preselected.presenter else None
    methods = attendance.methods_for_session(tx, group)
    kind = preselected.kind if preselected is not None else CaseKind.QUESTION
    minutes = [_minutes_of(tx, group, method, kind) for method in methods]
    usual = attendance.default_method(tx, group)
    length = next((n for one, n in zip(methods, minutes, strict=True) if one.key == usual), minutes[0])
    return StartForm(
        group=group.id,
        cases=[Choice(case.id, case.title, case.question, case.kind) for case in listed],
        chosen=TOGETHER if together else preselected.id if preselected else None,
        methods=methods,
        minutes=minutes,
        method=usual,
        facilitator=leader,
        auto_advance=group.auto_advance,
        meets=group.way_of_meeting,
        until=time_frame.usual_end(tx, group, length + _minutes_of_choosing(together=together)),
        zone=group.zone,
    )


def _minutes_of_choosing(*, together: bool) -> int:
    """The minutes of a choice together, which come before those of the session."""
    return sum(phase.minutes for phase in catalogue.choosing_phases()) if together else 0


def _minutes_of(tx: Tx, group: Group, method: Method, kind: str) -> int:
    """The minutes of a session that opens now, as the group usually meets."""
    is_written = group.way_of_meeting in (None, Meets.THREAD)
    now, others = Opening(group, tx.now, kind), len(groups.participants_of(tx, group)) - 1
    has = opening.phases_of(tx, now, method, is_written=is_written)
    return sum(
        max(phase.minutes, least_minutes(tx, phase, now, others)) for phase, is_needed in has if is_needed
    )
