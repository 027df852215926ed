"""Use cases of one meeting: plan, move, cancel, and open it for a session."""

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.events import MeetingCancelled, MeetingMoved, MeetingPlanned
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import queries, rules, views
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingOutcome, MeetingState
from bot.meetings.service import announcements, warnings
from bot.meetings.service.warnings import Remark, require_confirmation
from bot.storage import Tx, belonging_to
from bot.texts import Refused


def plan_meeting(
    tx: Tx,
    group_id: str,
    user: str,
    meeting_id: str,
    day: str,
    hour: str,
    place: str,
    *,
    confirmed: bool = False,
    known: int | None = None,
    form: str = "",
    minutes: int | None = None,
) -> Meeting:
    """Plan a meeting, or move the one with `meeting_id`. Raises Refused at the field of an impossible date.

    Raises NeedsConfirmation, unless `confirmed`: another meeting on that day, a day off, or a change since `known`.
    `known` is the `change_count` that the form was made for, or the version of the meeting to be moved.
    `form` is the window: sent again, it changes the meeting that it planned or moved. `minutes`: how long it takes, where
    the form asks.
    """
    group = groups.group_for(tx, group_id, user)
    require_possible(day, hour, group.zone, tx)
    groups.lock_group(tx, group)
    sent_before = queries.meeting_of_form(tx, group, form)
    if sent_before is not None:
        return _move(tx, group, sent_before, day, hour, place, minutes)
    if meeting_id:
        meeting, _ = queries.meeting_for(tx, meeting_id, user)
        tx.sql.refresh(meeting, with_for_update=True)
        if not confirmed:
            require_confirmation(_warnings_about_moving(tx, group, meeting, day, hour, place, minutes, known))
        meeting.form = form or None
        return _move(tx, group, meeting, day, hour, place, minutes)
    ahead = queries.upcoming_meetings(tx, group, 60)
    if not confirmed:
        meanwhile = known is not None and known != queries.change_count(tx, group)
        latest = warnings.about_the_plan(ahead) if meanwhile else []
        require_confirmation(
            [*latest, *warnings.about_a_meeting(ahead, day), *warnings.about_the_day(group, day)]
        )
    meeting = add_meeting(tx, group, user, day, hour, group.zone, place, minutes or _usual_minutes(tx, group))
    meeting.form = form or None
    first = queries.is_next(tx, group, meeting)
    _post(tx, group, meeting, views.planned(groups.texts_in(group), meeting, first=first))
    announcements.publish_change(tx, group, MeetingPlanned, [meeting])
    return meeting


def require_possible(day: str, hour: str, zone: str, tx: Tx, field: str = "day") -> None:
    """Raises Refused at the field for a moment that has passed or is too far away."""
    problem = rules.problem_with(rules.moment_of(day, hour, zone), tx.now)
    if problem == "past":
        raise Refused(lambda t: t("That moment has passed. Choose one that is still to come."), field)
    if problem == "far":
        raise Refused(lambda t: t("That is more than two years away. Choose a nearer day."), field)


def _usual_minutes(tx: Tx, group: Group) -> int:
    """As long as the next meeting, where nobody said."""
    return next((one.minutes for one in queries.upcoming_meetings(tx, group, 1)), rules.USUAL_MINUTES)


def add_meeting(
    tx: Tx, group: Group, user: str, day: str, hour: str, zone: str, place: str, minutes: int
) -> Meeting:
    """Add a meeting. Nothing is announced here: a series is announced as a whole."""
    meeting = Meeting(
        group_id=group.id,
        state=MeetingState.PLANNED,
        day=day,
        hour=hour,
        zone=zone,
        starts_at=rules.moment_of(day, hour, zone),
        place=place,
        minutes=minutes,
        planned_by=user,
        version=1,
        sequence=0,
        changed_at=tx.now,
        **belonging_to(group.workspace),
    )
    tx.sql.add(meeting)
    tx.sql.flush()
    return meeting


def schedule_meeting(
    tx: Tx, meeting: Meeting, day: str, hour: str, zone: str, place: str, minutes: int | None = None
) -> bool:
    """Give a meeting another date, hour, place or length. Returns whether that is a change; nothing is announced here."""
    before = (meeting.starts_at, meeting.place, meeting.minutes)
    meeting.day, meeting.hour, meeting.zone, meeting.place = day, hour, zone, place
    meeting.starts_at, meeting.minutes = rules.moment_of(day, hour, zone), minutes or meeting.minutes
    if before == (meeting.starts_at, place, meeting.minutes):
        return False
    if meeting.starts_at != before[0]:
        meeting.moved_from = before[0]
    meeting.version += 1
    announcements.increment_sequence(tx, meeting)
    tx.sql.flush()
    return True


def _move(
    tx: Tx, group: Group, meeting: Meeting, day: str, hour: str, place: str, minutes: int | None
) -> Meeting:
    if meeting.group_id != group.id or meeting.state != MeetingState.PLANNED:
        raise Refused(
            lambda t: t(
                "This meeting has been cancelled or has begun in the meantime. Type /intervisie plan again."
            ),
            "day",
        )
    before, place_before = meeting.starts_at, meeting.place
    if schedule_meeting(tx, meeting, day, hour, group.zone, place, minutes):
        t = groups.texts_in(group)
        if meeting.starts_at != before:
            message = views.moved(t, meeting, first=queries.is_next(tx, group, meeting))
        elif meeting.place != place_before:
            message = views.elsewhere(t, meeting)
        else:
            message = views.another_length(t, meeting)
        _post(tx, group, meeting, message)
        announcements.publish_change(tx, group, MeetingMoved, [meeting])
    return meeting


def _warnings_about_moving(
    tx: Tx,
    group: Group,
    meeting: Meeting,
    day: str,
    hour: str,
    place: str,
    minutes: int | None,
    known: int | None,
) -> list[Remark]:
    starts_at = rules.moment_of(day, hour, group.zone)
    kept = (meeting.starts_at, meeting.place, meeting.minutes)
    same = (starts_at, place, minutes or meeting.minutes) == kept
    found = warnings.about_the_move(meeting) if known not in (None, meeting.version) and not same else []
    if day != rules.local_of(meeting.starts_at, group.zone)[0]:
        others = [one for one in queries.upcoming_meetings(tx, group, 60) if one.id != meeting.id]
        found += [*warnings.about_a_meeting(others, day), *warnings.about_the_day(group, day)]
    return found


def _post(tx: Tx, group: Group, meeting: Meeting, message: Message) -> None:
    key = announcements.announcement_key(meeting, meeting.version)
    announcements.record_announcement(meeting, key)
    outbox.post(tx, group.channel, message, key=key, expires_at=meeting.starts_at)


def cancel_meeting(tx: Tx, meeting_id: str, user: str) -> None:
    """Cancel a meeting and tell the channel. A meeting that is cancelled already stays so."""
    meeting, group = queries.meeting_for(tx, meeting_id, user)
    groups.lock_group(tx, group)
    tx.sql.refresh(meeting, with_for_update=True)
    if meeting.state != MeetingState.PLANNED:
        return
    mark_cancelled(tx, meeting)
    meeting.outcome = MeetingOutcome.CALLED_OFF
    message = views.cancelled(
        groups.texts_in(group), meeting, next(iter(queries.upcoming_meetings(tx, group, 1)), None)
    )
    outbox.post(tx, group.channel, message, key=f"meeting/{meeting.id}/cancelled")
    announcements.publish_change(tx, group, MeetingCancelled, [meeting])


def mark_cancelled(tx: Tx, meeting: Meeting) -> None:
    """Cancel a meeting. Nothing is announced here: the end of a series is announced as a whole."""
    meeting.state = MeetingState.CANCELLED
    announcements.increment_sequence(tx, meeting)
    announcements.retract_next_meeting(tx, meeting)
    tx.sql.flush()


def open_for_session(tx: Tx, group: Group, session_id: str) -> None:
    """Open the meeting to which a new session belongs. A session that is begun anew replaces the one before it."""
    meeting = queries.opened_meeting(tx, group) or queries.next_meeting(tx, group)
    if meeting is not None and meeting.starts_at <= tx.now + rules.STILL_GOING:
        meeting.state, meeting.session_id = MeetingState.OPENED, session_id
        announcements.retract_next_meeting(tx, meeting)


def close_for_session(tx: Tx, group: Group, session_id: str, *, held: bool) -> Meeting | None:
    """Close the meeting of a session that ended. Unless it was held, the meeting is planned again and returned."""
    meeting = queries.meeting_of_session(tx, group, session_id)
    if meeting is None:
        return None
    meeting.session_id = None
    if held:
        return None
    meeting.state = MeetingState.PLANNED
    tx.sql.flush()
    announcements.publish_next_meeting(tx, group, {meeting.id})
    return meeting
