"""The invitation: one message in the channel for each meeting, which is edited and never posted again."""

from bot.attendance import rules, views
from bot.attendance.service import facilitator, lookup, subjects
from bot.cases import service as cases
from bot.delivery import outbox
from bot.events import MessageLost
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.methods import catalogue
from bot.nudges import service as nudges
from bot.polls import service as polls
from bot.storage import Tx, Workspace


def post_invitation(tx: Tx, group: Group, meeting: Meeting, *, instead_of: str | None = None) -> None:
    """Invites the group, once. `instead_of`: the key of a message that has just told the date, and becomes the invitation."""
    if meeting.invitation is not None:
        show_invitation(tx, group, meeting)
        return
    if instead_of is None:
        # The channel has read of a move in its own message.
        meeting.moved_from = None
    meeting.invitation = instead_of or f"presence/{meeting.id}/invitation/{int(tx.now.timestamp())}"
    meetings.record_announcement(meeting, meeting.invitation)
    facilitator.settle_facilitator(tx, group, meeting)
    if meeting.facilitator is not None:
        facilitator.plan_card(tx, group, meeting)
    message = views.invitation(groups.texts_in(group), invitation_view(tx, group, meeting))
    if instead_of is None:
        outbox.post(
            tx,
            group.workspace,
            group.channel,
            message,
            key=meeting.invitation,
            expires_at=meeting.starts_at,
        )
    else:
        outbox.update(tx, group.workspace, meeting.invitation, message)
    if "two_weeks" in group.reminders.split():
        ask_at = rules.asks_at(tx.now, meeting.starts_at)
        for member in groups.members(tx, group) if ask_at is not None else []:
            ask_members(tx, group, meeting, member.user)


def show_invitation(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Brings the invitation up to date."""
    if meeting.invitation is not None:
        tx.sql.flush()
        message = views.invitation(groups.texts_in(group), invitation_view(tx, group, meeting))
        outbox.update(tx, group.workspace, meeting.invitation, message)


def on_message_lost(tx: Tx, workspace: Workspace, event: MessageLost) -> None:
    """Somebody deleted a message in the channel by hand. When it was the invitation of a meeting to come, it comes back."""
    where = event.key
    parts = where.split("/")
    of_a_meeting = parts[0] in ("presence", "meeting") and len(parts) > 2
    meeting = meetings.meeting_by_id(tx, workspace, parts[1]) if of_a_meeting else None
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.starts_at <= tx.now:
        return
    group = groups.group_by_id(tx, workspace, meeting.group_id)
    if meeting.invitation == where and not groups.is_at_rest(group):
        message = views.invitation(groups.texts_in(group), invitation_view(tx, group, meeting))
        expires_at = meeting.starts_at
        outbox.post(tx, group.workspace, group.channel, message, key=where, expires_at=expires_at)


def invitation_view(tx: Tx, group: Group, meeting: Meeting) -> views.Shown:
    """A meeting as the channel may see it."""
    short = catalogue.shortened(group.method) if meeting.decided == facilitator.SHORT else None
    return views.Shown(
        meeting, lookup.meeting_of(tx, meeting), agenda(tx, group), short.minutes if short else None
    )


def agenda(tx: Tx, group: Group) -> views.Agenda:
    case = polls.chosen(tx, group)
    return views.Agenda(
        case.title if case is not None else None,
        len(cases.backlog(tx, group)),
        polls.open_in(tx, group) is not None,
    )


def show_next(tx: Tx, group: Group) -> None:
    """What the group will do has changed: the next meeting's invitation says so."""
    meeting = meetings.next_meeting(tx, group)
    if meeting is not None and meeting.invitation is not None:
        facilitator.settle_facilitator(tx, group, meeting)
        show_invitation(tx, group, meeting)


def ask_members(
    tx: Tx, group: Group, meeting: Meeting, user: str, *, moved: bool = False, now: bool = False
) -> None:
    """Plans to ask somebody in private whether they come; when it is time, only if that is still open."""
    at = tx.now if now else rules.asks_at(tx.now, meeting.starts_at)
    if at is None:
        return
    nudges.plan_nudge(
        tx,
        group.workspace,
        user,
        subjects.ASK,
        subjects.of(meeting),
        at,
        group=group.id,
        until=meeting.starts_at,
        data={"meeting": meeting.id, "at": subjects.start_of(meeting), "moved": moved},
    )
