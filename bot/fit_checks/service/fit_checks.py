"""Use cases of a fit check: ask a member who missed two meetings in a row, take the answer, and share its reason."""

from bot.attendance import service as attendance
from bot.fit_checks import queries, rules, views
from bot.fit_checks.queries import SHARED, SHARED_REASON
from bot.fit_checks.records import FitCheck
from bot.fit_checks.rules import FITS, REASON, REASONS
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings.records import Meeting
from bot.nudges import service as nudges
from bot.nudges.service import DigestItem
from bot.storage import Tx, belonging_to
from bot.texts import Refused

# The nudge that asks, and the one that passes on a reason without names.
ASK_FIT, REASONS_SHARED = "presence.fits", "presence.reasons"


def ask_whether_group_fits(tx: Tx, group: Group, meeting: Meeting, user: str, *, held: bool) -> None:
    """Plan the question to a member, once for the meeting that was missed last. `held`: both took place."""
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
    nudges.plan_nudge(tx, user, ASK_FIT, fit.id, tx.now, group=group.id, data={"fit": fit.id, "held": held})


def answer_fit_check(tx: Tx, fit_id: str, user: str, answer: str) -> Group:
    """Keep the private answer to a fit check. "stop" is kept only once it is confirmed (`stop_fit_checks`)."""
    fit, group = queries.fit_check_for(tx, fit_id, user)
    if answer not in FITS:
        raise Refused(lambda t: t("I don't know this answer. Use the buttons of the message."))
    if answer != "stop":
        _keep_answer(fit, answer)
        _replace_question(tx, group, fit)
    return group


def _keep_answer(fit: FitCheck, answer: str) -> None:
    """A new answer is private, whatever was shared before."""
    fit.answer, fit.reason = (REASON, answer) if answer in REASONS else (answer, "")
    fit.line, fit.shared, fit.unnamed, fit.passed_on = "", False, False, False


def share_fit_check(tx: Tx, fit_id: str, user: str, answer: str, line: str, told: str) -> None:
    """Share an answer with `told` alone. Raises Refused when they are no longer the group contact."""
    fit, group = _fit_with_reason(tx, fit_id, user, answer)
    if told != attendance.group_contact(tx, group):
        raise Refused(
            lambda t: t("Somebody else sees to the group by now, so nothing was shared. Send it once more."),
            "line",
        )
    again = fit.shared
    unnamed = fit.unnamed and fit.reason == answer
    _keep_answer(fit, answer)
    fit.line, fit.shared, fit.unnamed = line, True, unnamed
    _replace_question(tx, group, fit, told)
    if told == user:
        return
    if again and not queries.is_share_waiting(tx, fit):
        t = groups.texts_of(tx, told)
        words = views.shared_answer(t, group.id, group.channel, user, answer, line)
        for kind in (SHARED, SHARED_REASON):
            nudges.mark_answered(tx, told, kind, fit.id, DigestItem(*words))
        return
    nudges.plan_nudge(tx, told, SHARED_REASON, fit.id, tx.now, group=group.id, data={"fit": fit.id})


def share_without_name(tx: Tx, fit_id: str, user: str, answer: str, *, told: str = "") -> None:
    """Share an answer with whoever leads next, without a name and not before somebody else shares the same.

    `told`: the group contact, if the same form shares it by name as well.
    """
    fit, group = _fit_with_reason(tx, fit_id, user, answer)
    groups.lock_group(tx, group)
    if fit.reason_given != answer:
        _keep_answer(fit, answer)
    fit.unnamed = True
    _replace_question(tx, group, fit, told)
    new = [one.reason_given for one in queries.unnamed_fit_checks(tx, group.id) if not one.passed_on]
    if rules.is_shared_enough(new, answer):
        reader, subject = attendance.group_contact(tx, group), f"{group.id}/{answer}"
        about = {"reason": answer}
        nudges.plan_nudge(tx, reader, REASONS_SHARED, subject, tx.now, group=group.id, data=about)


def pass_on_reason(tx: Tx, group: Group, reason: str) -> bool:
    """Mark a reason as passed on; False when too few members share it any more."""
    fits = [one for one in queries.unnamed_fit_checks(tx, group.id) if one.reason_given == reason]
    if not rules.is_shared_enough([one.reason_given for one in fits], reason):
        return False
    for one in fits:
        one.passed_on = True
    return True


def _fit_with_reason(tx: Tx, fit_id: str, user: str, answer: str) -> tuple[FitCheck, Group]:
    fit, group = queries.fit_check_for(tx, fit_id, user)
    if answer not in REASONS:
        raise Refused(lambda t: t("I don't know this answer. Use the buttons of the message."))
    # Somebody who left shares nothing more with the group.
    groups.require_member(tx, group, user)
    return fit, group


def stop_fit_checks(tx: Tx, fit_id: str, user: str) -> None:
    """Leave the group, as the member asked and confirmed. Nobody is told more than the group sees."""
    fit, group = queries.fit_check_for(tx, fit_id, user)
    _keep_answer(fit, "stop")
    _replace_question(tx, group, fit)
    groups.leave_group(tx, group.id, user)


def _replace_question(tx: Tx, group: Group, fit: FitCheck, told: str = "") -> None:
    assert fit.answer is not None
    tx.sql.flush()
    t = groups.texts_of(tx, fit.user)
    answer = fit.reason_given or fit.answer
    # The group contact is told nothing of their own answer.
    is_own = told == fit.user
    words = views.fit_answered(
        t,
        group.channel,
        answer,
        shared=fit.shared and not is_own,
        told="" if is_own else told,
        unnamed=fit.unnamed,
    )
    item = DigestItem(*words)
    nudges.mark_answered(tx, fit.user, ASK_FIT, fit.id, item)
