"""Planning, moving and cancelling one meeting."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from bot.delivery import outbox
from bot.delivery.message import Message
from bot.events import MeetingCancelled, MeetingMoved, MeetingPlanned
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import rules, views
from bot.meetings.records import Meeting
from bot.meetings.rules import MeetingState
from bot.meetings.service import announcements, warnings
from bot.meetings.service.lookup import changes_so_far, coming, find_meeting, lock_meeting, next_meeting
from bot.meetings.service.warnings import Say
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused


class NeedsConfirmation(Refused):
    """It can be done, if that is really meant: plan again with `also`."""


def require_confirmation(found: Sequence[Say]) -> None:
    """Raises AskFirst when there is anything to doubt about a day: all of it at once, and nothing twice."""
    if found:
        raise NeedsConfirmation(lambda t: " ".join(doubt(t) for doubt in found), "day")


def plan_meeting(
    tx: Tx,
    workspace: Workspace,
    group_id: str,
    user: str,
    meeting_id: str,
    day: str,
    hour: str,
    place: str,
    *,
    also: bool = False,
    known: int | None = None,
    form: str = "",
) -> Meeting:
    """Plans a meeting, or moves the one that is named. Raises Refused at the field for a date that cannot be.

    `known` is what the form was drawn for (`changes_so_far`, or the version of the meeting to be moved): raises
    AskFirst when somebody has planned or moved since, the group meets on that day already, or does not work then; not
    with `also`. `form` is the window: sent again it changes what it brought.
    """
    group = groups.group_for(tx, workspace, group_id, user)
    require_possible(day, hour, group.zone, tx)
    lock_meeting(tx, group)
    brought = _brought_by(tx, group, form)
    if brought is not None:
        return _move(tx, group, brought, day, hour, place)
    if meeting_id:
        meeting, _ = find_meeting(tx, workspace, meeting_id, user)
        tx.sql.refresh(meeting, with_for_update=True)
        if not also:
            require_confirmation(_doubts_about_moving(tx, group, meeting, day, hour, place, known))
        meeting.form = form or None
        return _move(tx, group, meeting, day, hour, place)
    ahead = coming(tx, group, 60)
    if not also:
        meanwhile = known is not None and known != changes_so_far(tx, group)
        latest = warnings.about_the_plan(ahead) if meanwhile else []
        require_confirmation(
            [*latest, *warnings.about_a_meeting(ahead, day), *warnings.about_the_day(group, day)]
        )
    meeting = new_meeting(tx, group, user, day, hour, group.zone, place)
    meeting.form = form or None
    first = _is_first(tx, group, meeting)
    _post(tx, group, meeting, views.planned(groups.texts_in(group), meeting, first=first))
    announcements.publish(tx, group, MeetingPlanned, [meeting])
    return meeting


def require_possible(day: str, hour: str, zone: str, tx: Tx, field: str = "day") -> None:
    """Raises Refused at the field for a moment that has passed or is too far away."""
    problem = rules.problem_with(rules.moment_of(day, hour, zone), tx.now)
    if problem == "past":
        raise Refused(lambda t: t("That moment has passed. Choose one that is still to come."), field)
    if problem == "far":
        raise Refused(lambda t: t("That is more than two years away. Choose a nearer day."), field)


def new_meeting(tx: Tx, group: Group, user: str, day: str, hour: str, zone: str, place: str) -> Meeting:
    """A meeting in the database; nobody has heard of it yet."""
    meeting = Meeting(
        group_id=group.id,
        state=MeetingState.PLANNED,
        day=day,
        hour=hour,
        zone=zone,
        starts_at=rules.moment_of(day, hour, zone),
        place=place,
        planned_by=user,
        version=1,
        sequence=0,
        changed_at=tx.now,
        **belonging_to(group.workspace),
    )
    tx.sql.add(meeting)
    tx.sql.flush()
    return meeting


def schedule_meeting(tx: Tx, meeting: Meeting, day: str, hour: str, zone: str, place: str) -> bool:
    """Gives a meeting another date, hour or place; whether that is a change."""
    before = (meeting.starts_at, meeting.place)
    meeting.day, meeting.hour, meeting.zone, meeting.place = day, hour, zone, place
    meeting.starts_at = rules.moment_of(day, hour, zone)
    if before == (meeting.starts_at, place):
        return False
    if meeting.starts_at != before[0]:
        meeting.moved_from = before[0]
    meeting.version += 1
    announcements.announce_change(meeting, tx)
    tx.sql.flush()
    return True


def _is_first(tx: Tx, group: Group, meeting: Meeting) -> bool:
    """Whether it is the next one that the group has."""
    return [one.id for one in coming(tx, group, 1)] == [meeting.id]


def _brought_by(tx: Tx, group: Group, form: str) -> Meeting | None:
    """What was planned or moved in this very window."""
    if not form:
        return None
    return tx.sql.scalars(
        select(Meeting).where(Meeting.of(group.workspace), Meeting.group_id == group.id, Meeting.form == form)
    ).first()


def _move(tx: Tx, group: Group, meeting: Meeting, day: str, hour: str, place: str) -> Meeting:
    if meeting.group_id != group.id or meeting.state != MeetingState.PLANNED:
        raise Refused(
            lambda t: t(
                "This meeting has been cancelled or has begun in the meantime. Type /intervisie plan again."
            ),
            "day",
        )
    before = meeting.starts_at
    if schedule_meeting(tx, meeting, day, hour, group.zone, place):
        t = groups.texts_in(group)
        moved = meeting.starts_at != before
        message = (
            views.moved(t, meeting, first=_is_first(tx, group, meeting))
            if moved
            else views.elsewhere(t, meeting)
        )
        _post(tx, group, meeting, message)
        announcements.publish(tx, group, MeetingMoved, [meeting])
    return meeting


def _doubts_about_moving(
    tx: Tx, group: Group, meeting: Meeting, day: str, hour: str, place: str, known: int | None
) -> list[Say]:
    starts_at = rules.moment_of(day, hour, group.zone)
    same = (starts_at, place) == (meeting.starts_at, meeting.place)
    found = warnings.about_the_move(meeting) if known not in (None, meeting.version) and not same else []
    if day != rules.local_of(meeting.starts_at, group.zone)[0]:
        others = [one for one in coming(tx, group, 60) if one.id != meeting.id]
        found += [*warnings.about_a_meeting(others, day), *warnings.about_the_day(group, day)]
    return found


def _post(tx: Tx, group: Group, meeting: Meeting, message: Message) -> None:
    key = announcements.key_of(meeting, meeting.version)
    announcements.record_announcement(meeting, key)
    outbox.post(tx, group.workspace, group.channel, message, key=key, expires_at=meeting.starts_at)


def cancel_meeting(tx: Tx, workspace: Workspace, meeting_id: str, user: str) -> None:
    """Cancels a meeting; twice is as good as once."""
    meeting, group = find_meeting(tx, workspace, meeting_id, user)
    lock_meeting(tx, group)
    tx.sql.refresh(meeting, with_for_update=True)
    if meeting.state != MeetingState.PLANNED:
        return
    call_off(tx, meeting)
    message = views.cancelled(groups.texts_in(group), meeting, next(iter(coming(tx, group, 1)), None))
    outbox.post(tx, workspace, group.channel, message, key=f"meeting/{meeting.id}/cancelled")
    announcements.publish(tx, group, MeetingCancelled, [meeting])


def call_off(tx: Tx, meeting: Meeting) -> None:
    """A meeting that will not be; nobody has heard of it yet."""
    meeting.state = MeetingState.CANCELLED
    announcements.announce_change(meeting, tx)
    announcements.cancel_announcements(tx, meeting)
    tx.sql.flush()


def open_for_session(tx: Tx, group: Group, session_id: str) -> None:
    """A session has begun: what was announced is now. One that is begun anew takes the place of the one before it."""
    going_on = _begun(group).where(
        Meeting.session_id.is_not(None), Meeting.starts_at > tx.now - rules.STILL_GOING
    )
    meeting = tx.sql.scalars(going_on).first() or next_meeting(tx, group)
    if meeting is not None and meeting.starts_at <= tx.now + rules.STILL_GOING:
        meeting.state, meeting.session_id = MeetingState.OPENED, session_id
        announcements.cancel_announcements(tx, meeting)


def close_for_session(tx: Tx, group: Group, session_id: str, *, held: bool) -> Meeting | None:
    """A session is over. When nothing came of it, the meeting that it was begun at, which is still to be or was not held."""
    meeting = tx.sql.scalars(_begun(group).where(Meeting.session_id == session_id)).first()
    if meeting is None:
        return None
    meeting.session_id = None
    if held:
        return None
    meeting.state = MeetingState.PLANNED
    tx.sql.flush()
    announcements.ask_before(tx, group, {meeting.id})
    return meeting


def _begun(group: Group) -> Select[Meeting]:
    return (
        select(Meeting)
        .where(
            Meeting.of(group.workspace), Meeting.group_id == group.id, Meeting.state == MeetingState.OPENED
        )
        .order_by(Meeting.starts_at.desc(), Meeting.id)
    )
