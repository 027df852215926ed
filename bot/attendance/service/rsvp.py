"""Use cases of the RSVP: answer, give a reason, and decide when too few come."""

from datetime import timedelta

from bot.attendance import queries, rules, views
from bot.attendance.records import Attendance
from bot.attendance.rules import Rsvp
from bot.attendance.service import attendance, facilitator, invitation, subjects
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.nudges import service as nudges
from bot.nudges.service import DigestItem
from bot.storage import Tx
from bot.texts import Refused

# A "no" this shortly before the start asks the facilitator again whether enough people come.
RECENT_CHANGE = timedelta(hours=24)
# The values of `Meeting.decided`: the decisions for few people, and ASKED so that it is asked once.
DECISIONS = ("as_planned", facilitator.SHORT)
ASKED = "asked"


def answer_invitation(tx: Tx, meeting_id: str, starts_at: int, user: str, said: str) -> Meeting:
    """Keep a member's RSVP: "yes", "late" or "no". A later answer replaces it."""
    if said not in rules.RSVP_ANSWERS:
        raise Refused(lambda t: t("I don't know this answer. Use the buttons of the invitation."))
    meeting, group = queries.open_meeting_for(tx, meeting_id, user, starts_at)
    found = attendance.ensure_attendance(tx, meeting, user)
    if (found.answer, found.answered_for) == (said, meeting.starts_at):
        return meeting
    keep_answer(tx, group, meeting, found, Rsvp(said))
    facilitator.assign_facilitator(tx, group, meeting)
    invitation.update_invitation(tx, group, meeting)
    groups.refresh_home(tx, user)
    if said == Rsvp.NO and meeting.starts_at - RECENT_CHANGE <= tx.now:
        ask_if_too_few(tx, group, meeting)
    elif said in rules.COMING and meeting.decided == ASKED:
        _settle_when_enough(tx, group, meeting)
    return meeting


def keep_answer(tx: Tx, group: Group, meeting: Meeting, found: Attendance, rsvp: Rsvp) -> None:
    """Keep an RSVP for the present date, and answer the question that asked for it."""
    # The reason belonged to the answer before.
    found.reason, found.reason_for = "", None
    found.answer, found.answered_for = rsvp, meeting.starts_at
    tx.sql.flush()
    t = groups.texts_of(tx, found.user)
    item = DigestItem(*views.private.answered(t, meeting, group.channel, rsvp))
    nudges.mark_answered(tx, found.user, subjects.ASK, subjects.of_meeting(meeting), item)


def give_reason(tx: Tx, meeting_id: str, starts_at: int, user: str, said: str, words: str) -> None:
    """Keep a reason for the present facilitator; empty removes it. Raises Refused when there is none."""
    meeting, _ = queries.open_meeting_for(tx, meeting_id, user, starts_at)
    found = attendance.ensure_attendance(tx, meeting, user)
    if queries.valid_rsvp(meeting, found) != said:
        return
    reader = queries.facilitator_of(tx, meeting)
    if words and reader is None:
        raise Refused(
            lambda t: t("Nobody leads this meeting now, so nobody would read it. You can leave it empty."),
            "reason",
        )
    found.reason, found.reason_for = words, reader if words else None


def bring_nothing(tx: Tx, meeting_id: str, user: str) -> None:
    """Record that a member brings no case to this meeting; they are not asked again."""
    meeting, group = meetings.meeting_for(tx, meeting_id, user)
    if user in group.leaders:
        raise groups.brings_nothing_in()
    attendance.ensure_attendance(tx, meeting, user).brings_nothing = True
    t = groups.texts_of(tx, user)
    item = DigestItem(*views.private.nothing_then(t, group.channel))
    nudges.mark_answered(tx, user, subjects.PREPARE, subjects.of_meeting(meeting), item)
    groups.refresh_home(tx, user)


def ask_if_too_few(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Plan to ask the meeting contact what to do. It is sent only if too few come by then."""
    coming = queries.head_count(tx, meeting)
    if meeting.decided is not None or len(coming.there) >= group.minimum:
        return
    contact = queries.meeting_contact(tx, group, meeting)
    subjects.plan_meeting_nudge(tx, group, meeting, contact, subjects.FEW, tx.now)


def _settle_when_enough(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Enough people come after all: the question about few people says so, also to whoever led before."""
    coming = queries.head_count(tx, meeting)
    if rules.is_too_few(len(coming.there), group.minimum):
        return
    # The question is over, so it may be asked again should people drop out.
    meeting.decided = None
    for member in groups.members(tx, group):
        t = groups.texts_of(tx, member.user)
        item = DigestItem(*views.private.enough_after_all(t, meeting, group.channel, len(coming.there)))
        nudges.mark_answered(tx, member.user, subjects.FEW, subjects.of_meeting(meeting), item)


def decide_meeting(tx: Tx, meeting_id: str, starts_at: int, user: str, how: str) -> None:
    """Decide on a meeting with few people: as planned, or in the short form."""
    meeting, group = queries.open_meeting_for(tx, meeting_id, user, starts_at)
    if user != queries.meeting_contact(tx, group, meeting):
        raise Refused(
            lambda t: t(
                "Somebody else leads this meeting now and chooses what to do. The invitation says who."
            )
        )
    if how not in DECISIONS:
        raise Refused(lambda t: t("I don't know this answer. Use the buttons of the message."))
    if meeting.decided == how:
        return
    meeting.decided = how
    close_few_question(tx, group, meeting, user)
    invitation.update_invitation(tx, group, meeting)


def shorten_next_meeting(tx: Tx, group: Group) -> Meeting | None:
    """Hold the next meeting in the short form, as the group asked; None when none is planned."""
    meeting = next(iter(meetings.upcoming_meetings(tx, group, 1)), None)
    if meeting is not None:
        meeting.decided = facilitator.SHORT
        tx.sql.flush()
        close_few_question(tx, group, meeting, queries.meeting_contact(tx, group, meeting))
        invitation.update_invitation(tx, group, meeting)
    return meeting


def close_few_question(tx: Tx, group: Group, meeting: Meeting, user: str) -> None:
    """Replace the question about few people by the decision."""
    t = groups.texts_of(tx, user)
    item = DigestItem(*views.private.decided(t, meeting, group.channel))
    nudges.mark_answered(tx, user, subjects.FEW, subjects.of_meeting(meeting), item)


def ask_about_new_date(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Replace the questions about the former date, answered or not, by the question about the new one."""
    for member in groups.members(tx, group):
        t = groups.texts_of(tx, member.user)
        item = DigestItem(*views.private.ask(t, meeting, group.channel, moved=True))
        nudges.mark_answered(tx, member.user, subjects.ASK, subjects.of_meeting(meeting), item)


def announce_cancellation(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Tell of a cancelled meeting in private: in the sent questions, and soon to those who would come."""
    for member in groups.members(tx, group):
        t = groups.texts_of(tx, member.user)
        item = DigestItem(*views.private.called_off(t, meeting, group.channel))
        for kind in (subjects.ASK, subjects.PREPARE):
            nudges.mark_answered(tx, member.user, kind, subjects.of_meeting(meeting), item)
    if meeting.starts_at > tx.now + rules.ASK_AT_LATEST:
        return
    for user in queries.who_comes(tx, meeting):
        subjects.plan_meeting_nudge(tx, group, meeting, user, subjects.OFF, tx.now)
