"""Use cases of offering to lead a meeting, and of passing it on."""

from bot.attendance import queries, views
from bot.attendance.rules import Rsvp
from bot.attendance.service import attendance, facilitator, invitation, rsvp, subjects
from bot.groups import service as groups
from bot.meetings.records import Meeting
from bot.nudges import service as nudges
from bot.nudges.service import DigestItem
from bot.storage import Tx
from bot.texts import Refused, mention


def offer_to_lead(tx: Tx, meeting_id: str, starts_at: int, user: str) -> Meeting:
    """Offer to lead, and with that to come. The member leads if nobody else does, and otherwise is first in turn."""
    meeting, group = queries.open_meeting_for(tx, meeting_id, user, starts_at)
    if queries.presenter_of(tx, group) == user:
        raise Refused(
            lambda t: t("You bring in the case this time, so you have your hands full. Lead another time.")
        )
    said = attendance.ensure_attendance(tx, meeting, user)
    if queries.valid_rsvp(meeting, said) == Rsvp.NO:
        raise Refused(
            lambda t: t("You said that you can't come. Say first that you are coming, then you can lead.")
        )
    if queries.valid_rsvp(meeting, said) is None and user not in group.leaders:
        # Nobody offers to lead a meeting that they do not come to.
        rsvp.keep_answer(tx, group, meeting, said, Rsvp.YES)
    said.would_lead, said.would_not_lead = True, False
    groups.require_member(tx, group, user).leads = True
    tx.sql.flush()
    facilitator.assign_facilitator(tx, group, meeting)
    invitation.update_invitation(tx, group, meeting)
    return meeting


def pass_on_lead(tx: Tx, meeting_id: str, starts_at: int, user: str, *, never: bool = False) -> Meeting:
    """Pass on leading, this time or for good (`never`). The next in turn leads."""
    meeting, group = queries.open_meeting_for(tx, meeting_id, user, starts_at)
    if never:
        groups.require_member(tx, group, user).leads = False
    elif meeting.facilitator != user:
        leads = meeting.facilitator
        raise Refused(
            lambda t: (
                t(
                    "{facilitator} leads this time, so there is nothing for you to pass on.",
                    facilitator=mention(leads),
                )
                if leads
                else t("Nobody leads yet, so there is nothing for you to pass on.")
            )
        )
    said = attendance.ensure_attendance(tx, meeting, user)
    said.would_lead, said.would_not_lead = False, True
    tx.sql.flush()
    facilitator.assign_facilitator(tx, group, meeting)
    invitation.update_invitation(tx, group, meeting)
    t = groups.texts_of(tx, user)
    item = DigestItem(*views.private.passed_on(t, meeting, group.channel))
    for kind in (subjects.CARD, subjects.LEADS):
        nudges.mark_answered(tx, user, kind, subjects.of_meeting(meeting), item)
    return meeting
