"""Use cases of the next meeting: planning, moving, cancelling, and the reminders before it."""

from sqlalchemy import select

from bot.cases import service as cases
from bot.cases.views import CaseRef
from bot.delivery import outbox
from bot.delivery.message import AtWorst
from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import rules, views
from bot.meetings.records import Meeting
from bot.slack import blocks, ids
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused
from bot.timing import due

REMINDER = "meeting.reminder"
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
    due.cancel_all(tx, workspace, meeting.id)
    for kind in ("week", "day", "hour"):
        due.cancel(tx, workspace, REMINDER, f"{meeting.id}/{kind}")
    for one in rules.announcements(meeting.day, meeting.hour, meeting.zone, tx.now):
        data = {"meeting": meeting.id, "kind": one.kind, "version": meeting.version}
        due.schedule(tx, workspace, REMINDER, f"{meeting.id}/{one.kind}", one.at, data)
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


def find(tx: Tx, workspace: Workspace, meeting_id: str, user: str) -> tuple[Meeting, Group]:
    """A meeting as a member of its group sees it. Raises Refused for anyone else and any other id."""
    meeting = tx.sql.scalars(
        select(Meeting).where(Meeting.of(workspace), Meeting.id == meeting_id)
    ).one_or_none()
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
    _stop_reminders(tx, meeting)
    message = views.cancelled(groups.texts_in(group), meeting)
    outbox.post(tx, workspace, group.channel, message, key=f"meeting/{meeting.id}/cancelled")
    for member in groups.members(tx, group):
        groups.refresh_home(tx, workspace, member.user)


def opened(tx: Tx, group: Group) -> None:
    """A session has begun: what was announced is now."""
    meeting = next_meeting(tx, group)
    if meeting is not None and meeting.starts_at <= tx.now + rules.STILL_GOING:
        meeting.state = "opened"
        _stop_reminders(tx, meeting)


def _stop_reminders(tx: Tx, meeting: Meeting) -> None:
    due.cancel_all(tx, meeting.workspace, meeting.id)
    for kind in ("week", "day", "hour"):
        due.cancel(tx, meeting.workspace, REMINDER, f"{meeting.id}/{kind}")


def remind(tx: Tx, item: due.Item) -> None:
    """An announcement's moment has come. It is checked once more whether it still holds."""
    meeting = tx.sql.get(Meeting, item.data["meeting"])
    if meeting is None or meeting.state != "planned" or meeting.version != item.data["version"]:
        return
    if meeting.starts_at <= tx.now:
        return
    group = groups.group_by_id(tx, item.workspace, meeting.group_id)
    kind = str(item.data["kind"])
    waiting = cases.backlog(tx, group)
    facilitator = group.facilitator if group.facilitation == "fixed" else None
    if group.facilitation == "rotating":
        facilitator = groups.next_facilitator(tx, group, meeting.planned_by)
    key = f"meeting/{meeting.id}/{kind}/{meeting.version}"
    message = views.announcement(groups.texts_in(group), meeting, kind, facilitator, len(waiting))
    outbox.post(tx, item.workspace, group.channel, message, key=key, expires_at=meeting.starts_at)
    if kind == "hour":
        return
    for member in groups.members(tx, group):
        person = groups.person(tx, item.workspace, member.user)
        if person.nudges and not cases.waiting_of(tx, group, member.user):
            _ask_for_case(tx, group, meeting, member.user, f"{key}/{member.user}")


def _ask_for_case(tx: Tx, group: Group, meeting: Meeting, user: str, key: str) -> None:
    t = groups.texts_of(tx, group.workspace, user)
    button = blocks.button(t("Write a case"), ids.CASE_OPEN, CaseRef(group.id, ""), style="primary")
    message = views.case_nudge(t, meeting, group.channel, button)
    outbox.direct(
        tx,
        group.workspace,
        user,
        message,
        key=key,
        expires_at=meeting.starts_at,
        at_worst=AtWorst.NEVER,
    )


DUE: dict[str, due.Handler] = {REMINDER: remind}
