"""Who would like to lead a meeting, and who would rather not."""

from bot.attendance import views
from bot.attendance.rules import Rsvp
from bot.attendance.service import facilitator, invitation, lookup, subjects
from bot.groups import service as groups
from bot.meetings.records import Meeting
from bot.nudges import service as nudges
from bot.nudges.service import DigestItem
from bot.storage import Tx, Workspace
from bot.texts import Refused, mention


def offer_to_lead(tx: Tx, workspace: Workspace, meeting_id: str, starts_at: int, user: str) -> Meeting:
    """Somebody would like to lead; they do when nobody else does, and otherwise come first when it is given up."""
    meeting, group = lookup.open_meeting(tx, workspace, meeting_id, user, starts_at)
    if facilitator.presenter_of(tx, group) == user:
        raise Refused(
            lambda t: t("You bring in the case this time, so you have your hands full. Lead another time.")
        )
    said = lookup.attendance_for(tx, meeting, user)
    if lookup.answer_to(meeting, said) == Rsvp.NO:
        raise Refused(
            lambda t: t("You said that you can't come. Say first that you are coming, then you can lead.")
        )
    said.would_lead, said.would_not_lead = True, False
    groups.require_member(tx, group, user).leads = True
    tx.sql.flush()
    facilitator.settle_facilitator(tx, group, meeting)
    invitation.show_invitation(tx, group, meeting)
    return meeting


def pass_on_lead(
    tx: Tx, workspace: Workspace, meeting_id: str, starts_at: int, user: str, *, never: bool = False
) -> Meeting:
    """Somebody would rather not lead this time, or never; the next in turn does."""
    meeting, group = lookup.open_meeting(tx, workspace, meeting_id, user, starts_at)
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
    said = lookup.attendance_for(tx, meeting, user)
    said.would_lead, said.would_not_lead = False, True
    tx.sql.flush()
    facilitator.settle_facilitator(tx, group, meeting)
    invitation.show_invitation(tx, group, meeting)
    t = groups.texts_of(tx, workspace, user)
    part = DigestItem(*views.private.passed_on(t, meeting, group.channel))
    for kind in (subjects.CARD, subjects.LEADS):
        nudges.mark_answered(tx, workspace, user, kind, subjects.of(meeting), part)
    return meeting
