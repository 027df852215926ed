"""Use cases of the next meeting: planning, moving and cancelling."""

from sqlalchemy import select

from bot.delivery import outbox
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import rules, views
from bot.meetings.records import Meeting
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused
from bot.timing import due

# Told to the rooms above, with the meeting, its group and its version.
PLANNED = "meeting.planned"
MOVED = "meeting.moved"
CANCELLED = "meeting.cancelled"
# Told to the room of follow-ups, which asks the previous presenter how it went.
BEFORE = "followup.before_meeting"


def next_meeting(tx: Tx, group: Group) -> Meeting | None:
    """The meeting that is still to come."""
    return tx.sql.scalars(
        select(Meeting)
        .where(
            Meeting.of(group.workspace),
            Meeting.group_id == group.id,
            Meeting.state == "planned",
            Meeting.starts_at > tx.now - rules.STILL_GOING,
        )
        .order_by(Meeting.starts_at, Meeting.id)
    ).first()


def coming(tx: Tx, group: Group, limit: int = 6) -> list[Meeting]:
    """The meetings that have not begun yet, the first one first."""
    return list(
        tx.sql.scalars(
            select(Meeting)
            .where(
                Meeting.of(group.workspace),
                Meeting.group_id == group.id,
                Meeting.state == "planned",
                Meeting.starts_at > tx.now,
            )
            .order_by(Meeting.starts_at, Meeting.id)
            .limit(limit)
        )
    )


def meeting_by_id(tx: Tx, workspace: Workspace, meeting_id: str) -> Meeting | None:
    """A meeting of this workspace in whatever state, for due handlers."""
    return tx.sql.scalars(
        select(Meeting).where(Meeting.of(workspace), Meeting.id == meeting_id)
    ).one_or_none()


def plan(
    tx: Tx, workspace: Workspace, group_id: str, user: str, meeting_id: str, day: str, hour: str, place: str
) -> Meeting:
    """Plans the next meeting, or moves it. Raises Refused at the field for a date that cannot be."""
    group = groups.group_for(tx, workspace, group_id, user)
    starts_at = rules.moment_of(day, hour, group.zone)
    problem = rules.problem_with(starts_at, tx.now)
    if problem == "past":
        raise Refused(lambda t: t("That moment has passed. Choose one that is still to come."), "day")
    if problem == "far":
        raise Refused(lambda t: t("That is more than two years away. Choose a nearer day."), "day")
    _lock(tx, group)
    meeting = next_meeting(tx, group)
    moved = meeting is not None
    if meeting_id and (meeting is None or meeting.id != meeting_id):
        raise Refused(
            lambda t: t(
                "This meeting has been cancelled or has begun in the meantime. Type /intervisie plan again."
            ),
            "day",
        )
    if meeting is None:
        meeting = Meeting(group_id=group.id, state="planned", planned_by=user, **belonging_to(workspace))
        tx.sql.add(meeting)
    same = moved and (meeting.day, meeting.hour, meeting.place) == (day, hour, place)
    meeting.day, meeting.hour, meeting.zone = day, hour, group.zone
    meeting.starts_at, meeting.place = starts_at, place
    meeting.version = 1 if not moved else meeting.version + (0 if same else 1)
    tx.sql.flush()
    if not same:
        _announce(tx, group, meeting, moved=moved)
    return meeting


def _lock(tx: Tx, group: Group) -> None:
    """So that a form that comes twice in one instant plans one meeting, and one that is cancelled is not moved."""
    tx.sql.execute(select(Group.id).where(Group.id == group.id).with_for_update())


def _announce(tx: Tx, group: Group, meeting: Meeting, *, moved: bool) -> None:
    workspace = group.workspace
    message = views.planned(groups.texts_in(group), meeting, moved=moved)
    outbox.post(tx, workspace, group.channel, message, key=f"meeting/{meeting.id}/planned/{meeting.version}")
    _tell(tx, group, MOVED if moved else PLANNED, meeting)
    due.schedule(
        tx,
        workspace,
        BEFORE,
        meeting.id,
        tx.now,
        {"group": group.id, "starts_at": meeting.starts_at.timestamp()},
    )
    for member in groups.members(tx, group):
        groups.refresh_home(tx, workspace, member.user)


def _tell(tx: Tx, group: Group, kind: str, meeting: Meeting) -> None:
    data = {"meeting": meeting.id, "group": group.id, "version": meeting.version}
    due.schedule(tx, group.workspace, kind, meeting.id, tx.now, data)


def find(tx: Tx, workspace: Workspace, meeting_id: str, user: str) -> tuple[Meeting, Group]:
    """A meeting as a member of its group sees it. Raises Refused for anyone else and any other id."""
    meeting = meeting_by_id(tx, workspace, meeting_id)
    if meeting is None:
        raise Refused(lambda t: t("I can't find this meeting. Type /intervisie plan for the next one."))
    return meeting, groups.group_for(tx, workspace, meeting.group_id, user)


def cancel(tx: Tx, workspace: Workspace, meeting_id: str, user: str) -> None:
    """Cancels a meeting; twice is as good as once."""
    meeting, group = find(tx, workspace, meeting_id, user)
    _lock(tx, group)
    tx.sql.refresh(meeting)
    if meeting.state != "planned":
        return
    meeting.state = "cancelled"
    due.cancel(tx, workspace, BEFORE, meeting.id)
    _tell(tx, group, CANCELLED, meeting)
    message = views.cancelled(groups.texts_in(group), meeting)
    outbox.post(tx, workspace, group.channel, message, key=f"meeting/{meeting.id}/cancelled")
    for member in groups.members(tx, group):
        groups.refresh_home(tx, workspace, member.user)


def opened(tx: Tx, group: Group) -> None:
    """A session has begun: what was announced is now."""
    meeting = next_meeting(tx, group)
    if meeting is not None and meeting.starts_at <= tx.now + rules.STILL_GOING:
        meeting.state = "opened"
        due.cancel(tx, meeting.workspace, BEFORE, meeting.id)


DUE: dict[str, due.Handler] = {}
