"""The invitation: one message in the channel for each meeting, which is edited and never posted again."""

from bot.cases import service as cases
from bot.delivery import outbox
from bot.events import MessageGone
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.methods import catalogue
from bot.nudges import service as nudges
from bot.polls import service as polls
from bot.presence import rules, views
from bot.presence.service import lookup, roles, subjects
from bot.storage import Tx, Workspace


def invite(tx: Tx, group: Group, meeting: Meeting, *, instead_of: str | None = None) -> None:
    """Invites the group, once. `instead_of`: the key of a message that has just told the date, and becomes the invitation."""
    if meeting.invitation is not None:
        show(tx, group, meeting)
        return
    if instead_of is None:
        # The channel has read of a move in its own message.
        meeting.moved_from = None
    meeting.invitation = instead_of or f"presence/{meeting.id}/invitation/{int(tx.now.timestamp())}"
    meetings.tells(meeting, meeting.invitation)
    roles.settle(tx, group, meeting)
    if meeting.facilitator is not None:
        roles.plan_card(tx, group, meeting)
    message = views.invitation(groups.texts_in(group), shown(tx, group, meeting))
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
            ask(tx, group, meeting, member.user)


def show(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Brings the invitation up to date."""
    if meeting.invitation is not None:
        tx.sql.flush()
        message = views.invitation(groups.texts_in(group), shown(tx, group, meeting))
        outbox.update(tx, group.workspace, meeting.invitation, message)


def on_message_gone(tx: Tx, workspace: Workspace, event: MessageGone) -> None:
    """Somebody deleted a message in the channel by hand. When it was the invitation of a meeting to come, it comes back."""
    where = event.key
    parts = where.split("/")
    of_a_meeting = parts[0] in ("presence", "meeting") and len(parts) > 2
    meeting = meetings.meeting_by_id(tx, workspace, parts[1]) if of_a_meeting else None
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.starts_at <= tx.now:
        return
    group = groups.group_by_id(tx, workspace, meeting.group_id)
    if meeting.invitation == where and not groups.is_at_rest(group):
        message = views.invitation(groups.texts_in(group), shown(tx, group, meeting))
        expires_at = meeting.starts_at
        outbox.post(tx, group.workspace, group.channel, message, key=where, expires_at=expires_at)


def shown(tx: Tx, group: Group, meeting: Meeting) -> views.Shown:
    """A meeting as the channel may see it."""
    short = catalogue.shortened(group.method) if meeting.decided == roles.SHORT else None
    return views.Shown(
        meeting, lookup.of_meeting(tx, meeting), agenda(tx, group), short.minutes if short else None
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
        roles.settle(tx, group, meeting)
        show(tx, group, meeting)


def ask(tx: Tx, group: Group, meeting: Meeting, user: str, *, moved: bool = False, now: bool = False) -> None:
    """Plans to ask somebody in private whether they come; when it is time, only if that is still open."""
    at = tx.now if now else rules.asks_at(tx.now, meeting.starts_at)
    if at is None:
        return
    nudges.plan(
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
