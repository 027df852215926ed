"""Saying whether one comes, and what follows when too few do."""

from datetime import timedelta

from bot.attendance import rules, views
from bot.attendance.rules import Rsvp
from bot.attendance.service import facilitator, invitation, lookup, subjects
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.nudges import service as nudges
from bot.nudges.service import DigestItem
from bot.storage import Tx, Workspace
from bot.texts import Refused

# From so long before the start on it is known whether enough people come.
RECENT_CHANGE = timedelta(hours=24)
# What can be chosen for few people; and that it was asked, so that it is not asked at every change.
DECISIONS = ("as_planned", facilitator.SHORT)
ASKED = "asked"


def answer_invitation(
    tx: Tx, workspace: Workspace, meeting_id: str, starts_at: int, user: str, said: str
) -> Meeting:
    """Says whether one comes: "yes", "late" or "no". Again changes it."""
    if said not in rules.ANSWERS:
        raise Refused(lambda t: t("I don't know this answer. Use the buttons of the invitation."))
    meeting, group = lookup.open_meeting(tx, workspace, meeting_id, user, starts_at)
    found = lookup.attendance_for(tx, meeting, user)
    if (found.answer, found.answered_for) != (said, meeting.starts_at):
        # A reason belongs to the answer that it was given for.
        found.reason, found.reason_for = "", None
    found.answer, found.answered_for = Rsvp(said), meeting.starts_at
    tx.sql.flush()
    t = groups.texts_of(tx, workspace, user)
    part = DigestItem(*views.private.answered(t, meeting, group.channel, Rsvp(said)))
    nudges.mark_answered(tx, workspace, user, subjects.ASK, subjects.of(meeting), part)
    facilitator.settle_facilitator(tx, group, meeting)
    invitation.show_invitation(tx, group, meeting)
    groups.refresh_home(tx, workspace, user)
    if said == Rsvp.NO and meeting.starts_at - RECENT_CHANGE <= tx.now:
        ask_if_too_few(tx, group, meeting)
    return meeting


def give_reason(
    tx: Tx, workspace: Workspace, meeting_id: str, starts_at: int, user: str, said: str, words: str
) -> None:
    """What somebody wants whoever leads now to know; empty takes it back. Raises Refused when nobody leads."""
    meeting, _ = lookup.open_meeting(tx, workspace, meeting_id, user, starts_at)
    found = lookup.attendance_for(tx, meeting, user)
    if lookup.answer_to(meeting, found) != said:
        return
    reader = facilitator.facilitator_of(tx, meeting)
    if words and reader is None:
        raise Refused(
            lambda t: t("Nobody leads this meeting now, so nobody would read it. You can leave it empty."),
            "reason",
        )
    found.reason, found.reason_for = words, reader if words else None


def may_give_reason(tx: Tx, meeting: Meeting, user: str) -> bool:
    """Whether somebody else leads, who would read it."""
    return facilitator.facilitator_of(tx, meeting) not in (None, user)


def reasons(tx: Tx, meeting: Meeting, reader: str) -> dict[str, str]:
    """What somebody may read of why others don't come on time: what was given while they led."""
    return {
        one.user: one.reason
        for one in lookup.attendances(tx, meeting)
        if one.reason and one.reason_for == reader and lookup.answer_to(meeting, one) is not None
    }


def own_reason(tx: Tx, meeting: Meeting, user: str) -> str:
    found = lookup.attendance(tx, meeting, user)
    return found.reason if found is not None and lookup.answer_to(meeting, found) else ""


def list_for(
    tx: Tx, workspace: Workspace, meeting_id: str, user: str
) -> tuple[Meeting, rules.HeadCount, dict[str, str]]:
    """Who comes, with the reasons that were given to whoever looks."""
    meeting, _ = meetings.meeting_for(tx, workspace, meeting_id, user)
    return meeting, lookup.meeting_of(tx, meeting), reasons(tx, meeting, user)


def nothing_to_bring(tx: Tx, workspace: Workspace, meeting_id: str, user: str) -> None:
    """Nothing this time: that ends it for this meeting."""
    meeting, group = meetings.meeting_for(tx, workspace, meeting_id, user)
    lookup.attendance_for(tx, meeting, user).brings_nothing = True
    t = groups.texts_of(tx, workspace, user)
    part = DigestItem(*views.private.nothing_then(t, group.channel))
    nudges.mark_answered(tx, workspace, user, subjects.PREPARE, subjects.of(meeting), part)
    groups.refresh_home(tx, workspace, user)


def brings_nothing(tx: Tx, meeting: Meeting, user: str) -> bool:
    """Whether somebody has said that there is nothing this time."""
    found = lookup.attendance(tx, meeting, user)
    return found is not None and found.brings_nothing


def ask_if_too_few(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Plans to ask the facilitator what to do; when it is time, only if it still looks like too few."""
    coming = lookup.meeting_of(tx, meeting)
    if meeting.decided is not None or len(coming.there) >= group.minimum:
        return
    nudges.plan_nudge(
        tx,
        group.workspace,
        lookup.meeting_contact(tx, group, meeting),
        subjects.FEW,
        subjects.of(meeting),
        tx.now,
        group=group.id,
        until=meeting.starts_at,
        data={"meeting": meeting.id, "at": subjects.start_of(meeting)},
    )


def decide_meeting(
    tx: Tx, workspace: Workspace, meeting_id: str, starts_at: int, user: str, how: str
) -> None:
    """With few people: go on as planned, or in the short form."""
    meeting, group = lookup.open_meeting(tx, workspace, meeting_id, user, starts_at)
    if user != lookup.meeting_contact(tx, group, meeting):
        raise Refused(
            lambda t: t(
                "Somebody else leads this meeting now and chooses what to do. The invitation says who."
            )
        )
    if how not in DECISIONS:
        raise Refused(lambda t: t("I don't know this answer. Use the buttons of the message."))
    meeting.decided = how
    close_question(tx, group, meeting, user)
    invitation.show_invitation(tx, group, meeting)


def close_question(tx: Tx, group: Group, meeting: Meeting, user: str) -> None:
    """The question what to do with few people is answered."""
    t = groups.texts_of(tx, group.workspace, user)
    part = DigestItem(*views.private.decided(t, meeting, group.channel))
    nudges.mark_answered(tx, group.workspace, user, subjects.FEW, subjects.of(meeting), part)


def another_date(tx: Tx, group: Group, meeting: Meeting) -> None:
    """What somebody was asked or answered about a date that no longer holds asks about the new one."""
    for member in groups.members(tx, group):
        t = groups.texts_of(tx, group.workspace, member.user)
        part = DigestItem(*views.private.ask(t, meeting, group.channel, moved=True))
        nudges.mark_answered(tx, group.workspace, member.user, subjects.ASK, subjects.of(meeting), part)


def call_off(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Every private message about a meeting says that it is cancelled; whoever would come soon gets a word of it."""
    for member in groups.members(tx, group):
        t = groups.texts_of(tx, group.workspace, member.user)
        part = DigestItem(*views.private.called_off(t, meeting, group.channel))
        for kind in (subjects.ASK, subjects.PREPARE):
            nudges.mark_answered(tx, group.workspace, member.user, kind, subjects.of(meeting), part)
    if meeting.starts_at > tx.now + rules.ASK_AT_LATEST:
        return
    for user in lookup.meeting_of(tx, meeting).there:
        data = {"meeting": meeting.id, "at": subjects.start_of(meeting)}
        subject, until = subjects.of(meeting), meeting.starts_at
        nudges.plan_nudge(
            tx, group.workspace, user, subjects.OFF, subject, tx.now, group=group.id, until=until, data=data
        )


def record_attendance(tx: Tx, group: Group, user: str) -> None:
    """Somebody is present in a session: they came to the meeting that it belongs to, if there is one."""
    meeting = lookup.meeting_now(tx, group)
    member = groups.member(tx, group, user)
    if meeting is None or member is None or member.left_at is not None:
        return
    tx.sql.refresh(meeting, with_for_update=True)
    lookup.attendance_for(tx, meeting, user).came = True
