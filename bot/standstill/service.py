"""Use cases of a standstill: notice it, ask the channel once what the group needs, and take the answer."""

from bot import events
from bot.attendance import service as attendance
from bot.cases import service as cases
from bot.date_polls import service as date_polls
from bot.delivery import outbox
from bot.delivery.message import Message
from bot.events import GroupResumed
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingOutcome, MeetingState
from bot.methods import catalogue
from bot.standstill import queries, rules, views
from bot.standstill.records import Standstill
from bot.standstill.rules import Answer, Cause, End
from bot.storage import Tx, belonging_to
from bot.texts import Refused

NOTHING_PLANNED = "presence.nothing_planned"
ASK_GROUP = "standstill.ask"
# What the check comes after: no meeting, but the beginning of the group.
SET_UP = "set_up"
# The trial asks by itself whether the group goes on.
TRIAL_ASKED = "asked"


def schedule_check(tx: Tx, group: Group, after: str) -> None:
    """Schedule the check for another date. `after`: the meeting or session that is over, or SET_UP."""
    at = group.working_hours.next_open(tx.now + rules.NOTHING_PLANNED_AFTER)
    about = {"group": group.id, "after": after}
    queue.schedule(tx, NOTHING_PLANNED, group.id, at, about)


def stall_without_date(tx: Tx, group: Group, after: str) -> None:
    """The group is at a standstill when no meeting is planned or being searched for."""
    if groups.is_quiet(group) or group.trial == TRIAL_ASKED or meetings.next_meeting(tx, group) is not None:
        return
    if date_polls.running_date_poll(tx, group) is not None:
        schedule_check(tx, group, after)
        return
    _stall(tx, group, Cause.NEVER_MET if after == SET_UP else Cause.NOTHING_PLANNED)


def stall_after_missed(tx: Tx, group: Group) -> None:
    """The group is at a standstill after two meetings in a row that nobody began or that were called off."""
    if groups.is_quiet(group) or date_polls.running_date_poll(tx, group) is not None:
        return
    lately = meetings.meetings_over(tx, group, group.meetings_count_from, rules.MISSED_IN_A_ROW)
    if rules.has_stopped([one.is_missed for one in lately]):
        _stall(tx, group, Cause.MISSED)


def _stall(tx: Tx, group: Group, cause: Cause) -> None:
    groups.lock_group(tx, group)
    if groups.is_stalled(group):
        return
    if group.asks_for_a_date is not None:
        # An older version asked for a date. The channel has one question only.
        outbox.delete(tx, group.asks_for_a_date)
        group.asks_for_a_date = None
    found = Standstill(group_id=group.id, cause=cause, began_at=tx.now, **belonging_to(group.workspace))
    tx.sql.add(found)
    group.stalled_since = tx.now
    tx.sql.flush()
    # A meeting may end at night.
    queue.schedule(tx, ASK_GROUP, found.id, group.working_hours.next_open(tx.now))


def ask_what_is_needed(tx: Tx, standstill_id: str) -> None:
    """Ask the channel, unless the group went on before its working hours began."""
    found = queries.standstill_by_id(tx, standstill_id)
    if found is None or found.answer is not None:
        return
    group = groups.group_by_id(tx, found.group_id)
    if not groups.is_stalled(group) or groups.is_at_rest(group):
        return
    waiting = cases.backlog_size(tx, group)
    message = views.question(groups.texts_in(group), found.id, found.cause, waiting)
    group.asks_for_a_date = f"presence/{group.id}/nothing/{found.id}"
    outbox.post(tx, group.channel, message, key=group.asks_for_a_date)


def answer_question(tx: Tx, standstill_id: str, user: str, answer: str) -> Group:
    """Take one member's answer for the group. Raises Refused for a second one: it says who chose what."""
    found, group = queries.standstill_for(tx, standstill_id, user)
    groups.lock_group(tx, group)
    # Of two members who press at once, the second finds the answer of the first.
    tx.sql.refresh(found)
    if answer not in tuple(Answer):
        raise Refused(lambda t: t("I don't know this answer. Use the buttons of the message."))
    if (found.answer, found.answered_by) == (answer, user):
        # Pressed twice: the form of the answer opens again.
        return group
    if found.answer is not None:
        by, chosen, cause = found.answered_by, found.answer, found.cause
        raise Refused(lambda t: views.already_answered(t, by, chosen, cause, own=by == user))
    given = _do(tx, group, found.cause, user, Answer(answer))
    _end(tx, group, views.chosen(groups.texts_in(group), given), given.answer, user)
    return group


def _do(tx: Tx, group: Group, cause: str, user: str, answer: Answer) -> views.Answered:
    """What an answer changes at once. The others open a form."""
    minutes, meeting = 0, None
    if answer in (Answer.REST, Answer.STOP):
        groups.pause_group(tx, group.id, user)
    if answer == Answer.SHORTER:
        minutes = catalogue.shortened(group.method).minutes
        meeting = attendance.shorten_next_meeting(tx, group)
    if answer == Answer.MET:
        for one in meetings.meetings_over(tx, group, group.meetings_count_from, rules.MISSED_IN_A_ROW):
            if one.is_missed and one.state == MeetingState.PLANNED:
                attendance.mark_met(tx, group, one)
        # As after any other meeting.
        schedule_check(tx, group, group.id)
    return views.Answered(group.id, cause, answer, user, minutes, meeting)


def report_met(tx: Tx, meeting_id: str, user: str) -> bool:
    """Take a member's word that the group met without the bot. Returns False when somebody had said so."""
    meeting, group = meetings.meeting_for(tx, meeting_id, user)
    groups.lock_group(tx, group)
    tx.sql.refresh(meeting, with_for_update=True)
    if meeting.state != MeetingState.PLANNED or meeting.starts_at > tx.now:
        raise Refused(
            lambda t: t("This meeting has another date, or I was there myself. You can leave it as it is.")
        )
    is_new = meeting.outcome != MeetingOutcome.MET
    attendance.mark_met(tx, group, meeting)
    if groups.is_stalled(group):
        given = views.Answered(group.id, Cause.MISSED, Answer.MET, user)
        _end(tx, group, views.chosen(groups.texts_in(group), given), Answer.MET, user)
    return is_new


def end_with_date(tx: Tx, group: Group, meeting: Meeting) -> None:
    """Somebody planned: the group goes on."""
    _end(tx, group, views.date_found(groups.texts_in(group), meeting), End.PLANNED)


def end_with_session(tx: Tx, group: Group) -> None:
    """Somebody began a session: the group goes on, and what was missed before counts no more."""
    _end(tx, group, views.begun_again(groups.texts_in(group)), End.BEGUN)
    group.meetings_count_since = tx.now


def end_with_pause(tx: Tx, group: Group) -> None:
    """The group rests: there is nothing more to ask."""
    _end(tx, group, views.paused_instead(groups.texts_in(group)), End.PAUSED)


def count_afresh(tx: Tx, group: Group) -> None:
    """Meetings of a rest were not missed."""
    group.meetings_count_since = tx.now


def _end(tx: Tx, group: Group, message: Message, answer: str, user: str | None = None) -> None:
    """End a standstill, if there is one, and replace the question in the channel."""
    for found in queries.open_standstills(tx, group):
        found.answer, found.answered_by, found.answered_at = answer, user, tx.now
        queue.cancel(tx, ASK_GROUP, found.id)
    if group.asks_for_a_date is not None:
        outbox.update(tx, group.asks_for_a_date, message)
        group.asks_for_a_date = None
    if groups.is_stalled(group):
        group.stalled_since, group.meetings_count_since = None, tx.now
        tx.sql.flush()
        if not groups.is_at_rest(group):
            # The rooms that were silent meanwhile take up what they had.
            events.publish(tx, GroupResumed(group.id))
