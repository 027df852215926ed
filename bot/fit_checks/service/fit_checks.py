"""Use cases of a fit check: ask a member who missed two meetings in a row, and take the answer."""

from bot.attendance import service as attendance
from bot.fit_checks import queries, views
from bot.fit_checks.queries import SHARED
from bot.fit_checks.records import FitCheck
from bot.fit_checks.rules import FITS, SHAREABLE
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings.records import Meeting
from bot.nudges import service as nudges
from bot.nudges.service import DigestItem
from bot.storage import Tx, belonging_to
from bot.texts import Refused

# The nudge that asks.
ASK_FIT = "presence.fits"


def ask_whether_group_fits(tx: Tx, group: Group, meeting: Meeting, user: str) -> None:
    """Plan the question to a member, once for the meeting that was missed last."""
    if queries.is_asked(tx, user, meeting.id):
        return
    fit = FitCheck(
        group_id=group.id,
        user=user,
        meeting_id=meeting.id,
        asked_at=tx.now,
        **belonging_to(group.workspace),
    )
    tx.sql.add(fit)
    tx.sql.flush()
    nudges.plan_nudge(tx, user, ASK_FIT, fit.id, tx.now, group=group.id, data={"fit": fit.id})


def answer_fit_check(tx: Tx, fit_id: str, user: str, answer: str) -> Group:
    """Keep the private answer to a fit check. "stop" is kept only once it is confirmed (`stop_fit_checks`)."""
    fit, group = queries.fit_check_for(tx, fit_id, user)
    if answer not in FITS:
        raise Refused(lambda t: t("I don't know this answer. Use the buttons of the message."))
    if answer != "stop":
        fit.answer, fit.line, fit.shared = answer, "", False
        _replace_question(tx, group, fit)
    return group


def share_fit_check(tx: Tx, fit_id: str, user: str, answer: str, line: str, told: str) -> None:
    """Share an answer with `told` alone. Raises Refused when they are no longer the group contact."""
    fit, group = queries.fit_check_for(tx, fit_id, user)
    if answer not in SHAREABLE:
        raise Refused(lambda t: t("I don't know this answer. Use the buttons of the message."))
    if told != attendance.group_contact(tx, group):
        raise Refused(
            lambda t: t("Somebody else sees to the group by now, so nothing was shared. Send it once more."),
            "line",
        )
    again = fit.shared
    fit.answer, fit.line, fit.shared = answer, line, True
    _replace_question(tx, group, fit)
    if told == user:
        return
    if again and not queries.is_share_waiting(tx, fit):
        t = groups.texts_of(tx, told)
        words = views.shared_answer(t, group.id, group.channel, user, answer, line)
        nudges.mark_answered(tx, told, SHARED, fit.id, DigestItem(*words))
        return
    nudges.plan_nudge(tx, told, SHARED, fit.id, tx.now, group=group.id, data={"fit": fit.id})


def stop_fit_checks(tx: Tx, fit_id: str, user: str) -> None:
    """Leave the group, as the member asked and confirmed. Nobody is told more than the group sees."""
    fit, group = queries.fit_check_for(tx, fit_id, user)
    fit.answer, fit.line, fit.shared = "stop", "", False
    _replace_question(tx, group, fit)
    groups.leave_group(tx, group.id, user)


def _replace_question(tx: Tx, group: Group, fit: FitCheck) -> None:
    assert fit.answer is not None
    tx.sql.flush()
    t = groups.texts_of(tx, fit.user)
    item = DigestItem(*views.fit_answered(t, group.channel, fit.answer, shared=fit.shared))
    nudges.mark_answered(tx, fit.user, ASK_FIT, fit.id, item)
