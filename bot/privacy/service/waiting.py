"""Retention of cases that wait: after a year their writer is asked whether they stay, and without an answer they go."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from bot.cases import service as cases
from bot.cases.records import Case
from bot.cases.rules import CaseState
from bot.groups import service as groups
from bot.groups.records import Group
from bot.nudges import service as nudges
from bot.nudges.records import Nudge
from bot.nudges.service import DigestItem
from bot.privacy import views
from bot.storage import Base, Tx
from bot.texts import Refused, Texts

ASK, TELL = "case.stays", "case.gone"
# A group meets some ten times a year. A case that was never chosen then is seldom still what its writer would bring.
TERM = timedelta(days=365)
# Longer than a holiday.
TO_ANSWER = timedelta(weeks=4)

_CASES, _MEMBERS = Base.metadata.tables["cases"], Base.metadata.tables["members"]


def ask_about_waiting(tx: Tx, group: Group) -> None:
    """Ask the writers of cases that have waited for a year, and delete those about which nobody answered.

    Whoever gets no private messages is not asked, and keeps the case.
    """
    unanswered = and_(_CASES.c.stay_asked_at.is_not(None), _CASES.c.stay_asked_at <= tx.now - TO_ANSWER)
    for case in _waiting(tx, group, unanswered):
        _delete_unanswered(tx, group, case)
    before = tx.now - TERM
    long_ago = and_(
        _CASES.c.stay_asked_at.is_(None),
        func.coalesce(_CASES.c.handed_in_at, _CASES.c.created_at) < before,
        *(or_(_CASES.c[name].is_(None), _CASES.c[name] < before) for name in ("written_at", "stays_since")),
    )
    for case in _waiting(tx, group, long_ago):
        if nudges.nudge_planned_at(tx, case.presenter, ASK, case.id) is None:
            nudges.plan_nudge(tx, case.presenter, ASK, case.id, tx.now, group=group.id)


def compose_question(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """The question to a writer. Its four weeks begin when it is sent."""
    case, group = _case_that_waits(tx, nudge.subject, nudge.user), groups.group_by_id(tx, nudge.group_id)
    if case is None:
        return None
    case.stay_asked_at = tx.now
    zone = groups.person_or_default(tx, nudge.user).zone
    return DigestItem(*views.does_it_stay(t, case, group.channel, tx.now + TO_ANSWER, zone))


def compose_notice(tx: Tx, nudge: Nudge, t: Texts) -> DigestItem | None:
    """To a writer: a case was deleted, because no answer came."""
    return DigestItem(views.went_unanswered(t, groups.group_by_id(tx, nudge.group_id).channel))


def let_case_stay(tx: Tx, user: str, case_id: str) -> str:
    """Let a case wait for another year; returns what the writer reads."""
    case = _require_waiting(tx, case_id, user)
    case.stays_since, case.stay_asked_at = tx.now, None
    return _answered(tx, case, views.stays(groups.texts_of(tx, user), case))


def let_case_go(tx: Tx, user: str, case_id: str) -> str:
    """Delete a case that waits, before anybody chose it; returns what the writer reads."""
    case = _require_waiting(tx, case_id, user)
    cases.forget_case(tx, case.id, user)
    return _answered(tx, case, views.gone(groups.texts_of(tx, user)))


def _delete_unanswered(tx: Tx, group: Group, case: Case) -> None:
    user = case.presenter
    cases.forget_case(tx, case.id, user)
    _answered(tx, case, views.went_unanswered(groups.texts_of(tx, user), group.channel))
    nudges.plan_nudge(tx, user, TELL, case.id, tx.now, group=group.id)


def _answered(tx: Tx, case: Case, text: str) -> str:
    nudges.mark_answered(tx, case.presenter, ASK, case.id, DigestItem(text))
    return text


def _waiting(tx: Tx, group: Group, condition: ColumnElement[bool]) -> list[Case]:
    """The waiting cases of members of a group that meet a condition, locked."""
    stays = (
        select(_MEMBERS.c.id)
        .where(
            _MEMBERS.c.group_id == group.id,
            _MEMBERS.c.user == _CASES.c.presenter,
            _MEMBERS.c.left_at.is_(None),
        )
        .exists()
    )
    wanted = select(_CASES.c.id, _CASES.c.presenter).where(
        _CASES.c.group_id == group.id,
        _CASES.c.state == CaseState.HANDED_IN,
        _CASES.c.forgotten_at.is_(None),
        condition,
        stays,
    )
    found = [_case_that_waits(tx, row.id, row.presenter) for row in tx.sql.execute(wanted).all()]
    return [case for case in found if case is not None]


def _case_that_waits(tx: Tx, case_id: str, user: str) -> Case | None:
    case = cases.find_own_case(tx, case_id, user)
    return case if case is not None and case.state == CaseState.HANDED_IN else None


def _require_waiting(tx: Tx, case_id: str, user: str) -> Case:
    case = _case_that_waits(tx, case_id, user)
    if case is None:
        raise Refused(lambda t: t("This case does not wait any more."))
    return case
