"""The invitation: one message in the channel for each meeting, edited with every change."""

from bot.attendance import queries, rules, views
from bot.attendance.service import facilitator, subjects
from bot.cases import service as cases
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.methods import catalogue
from bot.polls import service as polls
from bot.storage import Tx


def post_invitation(tx: Tx, group: Group, meeting: Meeting, *, instead_of: str | None = None) -> None:
    """Invite the group, once. `instead_of`: the key of an announcement that becomes the invitation."""
    if meeting.invitation is not None:
        update_invitation(tx, group, meeting)
        return
    if instead_of is None:
        # The move had a message of its own, so a new invitation does not mention it.
        meeting.moved_from = None
    meeting.invitation = instead_of or f"presence/{meeting.id}/invitation/{int(tx.now.timestamp())}"
    meetings.record_announcement(meeting, meeting.invitation)
    facilitator.assign_facilitator(tx, group, meeting)
    if meeting.facilitator is not None:
        facilitator.plan_facilitator_card(tx, group, meeting)
    if instead_of is None:
        send_invitation(tx, group, meeting)
    else:
        _edit_invitation(tx, group, meeting, meeting.invitation)
    if "two_weeks" in group.reminders.split():
        ask_at = rules.question_at(tx.now, meeting.starts_at)
        for member in groups.members(tx, group) if ask_at is not None else []:
            plan_question(tx, group, meeting, member.user)


def update_invitation(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Edit the invitation to what holds now, if there is one."""
    if meeting.invitation is not None:
        tx.sql.flush()
        _edit_invitation(tx, group, meeting, meeting.invitation)


def _edit_invitation(tx: Tx, group: Group, meeting: Meeting, key: str) -> None:
    view = invitation_view(tx, group, meeting)
    outbox.update(tx, key, with_words_of_case(group, view, views.invitation(groups.texts_in(group), view)))


def send_invitation(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Post the invitation under its key: for the first time, or again after somebody deleted it."""
    assert meeting.invitation is not None
    view = invitation_view(tx, group, meeting)
    message = with_words_of_case(group, view, views.invitation(groups.texts_in(group), view))
    outbox.post(tx, group.channel, message, key=meeting.invitation, expires_at=meeting.starts_at)


def with_words_of_case(group: Group, view: views.Shown, message: Message) -> Message:
    """A message to post in the channel: it goes when the words of the case go, and no lock screen shows the title."""
    return (
        message if view.agenda.title is None else groups.discreet_in(groups.texts_in(group), group, message)
    )


def invitation_view(tx: Tx, group: Group, meeting: Meeting) -> views.Shown:
    """The contents of the invitation and of the reminders in the channel."""
    short = catalogue.shortened(group.method) if meeting.decided == facilitator.SHORT else None
    return views.Shown(
        meeting, queries.head_count(tx, meeting), agenda(tx, group), short.minutes if short else None
    )


def agenda(tx: Tx, group: Group) -> views.Agenda:
    """The chosen case, the number of waiting cases, and whether a poll is open."""
    case = polls.chosen_case(tx, group)
    return views.Agenda(
        case.title if case is not None else None,
        cases.backlog_size(tx, group),
        polls.open_poll_of(tx, group) is not None,
    )


def update_next_invitation(tx: Tx, group: Group) -> None:
    """Edit the invitation of the next meeting after a change of its case or of the members."""
    meeting = meetings.next_meeting(tx, group)
    if meeting is not None and meeting.invitation is not None:
        facilitator.assign_facilitator(tx, group, meeting)
        update_invitation(tx, group, meeting)


def plan_question(
    tx: Tx, group: Group, meeting: Meeting, user: str, *, moved: bool = False, now: bool = False
) -> None:
    """Plan the private question whether a member comes. It is sent only if they have not answered by then."""
    at = tx.now if now else rules.question_at(tx.now, meeting.starts_at)
    if at is None:
        return
    subjects.plan_meeting_nudge(tx, group, meeting, user, subjects.ASK, at, moved=moved)
