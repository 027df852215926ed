"""Which meetings there are; every room above looks them up here."""

from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import rules
from bot.meetings.records import Meeting, Series
from bot.meetings.rules import MeetingState, SeriesState
from bot.storage import Tx, Workspace, statement
from bot.texts import Refused


def next_meeting(tx: Tx, group: Group) -> Meeting | None:
    """The meeting that is still to come, or is going on."""
    return next(iter(_planned(tx, group, rules.STILL_GOING, 1)), None)


def coming(tx: Tx, group: Group, limit: int = 6) -> list[Meeting]:
    """The meetings that have not begun yet, the first one first."""
    return _planned(tx, group, timedelta(0), limit)


def _planned(tx: Tx, group: Group, since: timedelta, limit: int) -> list[Meeting]:
    return list(tx.scalars(_first(group.workspace, group.id, tx.now - since, limit)))


@statement
def _first(workspace: Workspace, group_id: str, after: datetime, limit: int) -> Select[Meeting]:
    return (
        select(Meeting)
        .where(
            Meeting.of(workspace),
            Meeting.group_id == group_id,
            Meeting.state == MeetingState.PLANNED,
            Meeting.starts_at > after,
        )
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(limit)
    )


def series_of(tx: Tx, group: Group) -> Series | None:
    """The rhythm that the group keeps; at most one at a time."""
    return tx.sql.scalars(
        select(Series)
        .where(Series.of(group.workspace), Series.group_id == group.id, Series.state == SeriesState.RUNNING)
        .order_by(Series.created_at.desc(), Series.id)
    ).first()


def meeting_by_id(tx: Tx, workspace: Workspace, meeting_id: str) -> Meeting | None:
    """A meeting of this workspace in whatever state, for due handlers."""
    return tx.sql.scalars(
        select(Meeting).where(Meeting.of(workspace), Meeting.id == meeting_id)
    ).one_or_none()


def find_meeting(tx: Tx, workspace: Workspace, meeting_id: str, user: str) -> tuple[Meeting, Group]:
    """A meeting as a member of its group sees it. Raises Refused for anyone else and any other id."""
    meeting = meeting_by_id(tx, workspace, meeting_id)
    if meeting is None:
        raise Refused(lambda t: t("I can't find this meeting. Type /intervisie plan for the next one."))
    return meeting, groups.group_for(tx, workspace, meeting.group_id, user)


def find_series(tx: Tx, workspace: Workspace, series_id: str, user: str) -> tuple[Series, Group]:
    """A series as a member of its group sees it. Raises Refused for anyone else and any other id."""
    found = tx.sql.scalars(select(Series).where(Series.of(workspace), Series.id == series_id)).one_or_none()
    if found is None:
        raise Refused(lambda t: t("I can't find this rhythm. Type /intervisie plan to see what is planned."))
    return found, groups.group_for(tx, workspace, found.group_id, user)


def of_series(tx: Tx, series: Series, since: Meeting | None = None) -> list[Meeting]:
    """What is planned of a series and has not begun; from one of its meetings on."""
    found = tx.sql.scalars(
        select(Meeting)
        .where(
            Meeting.of(series.workspace),
            Meeting.series_id == series.id,
            Meeting.state == MeetingState.PLANNED,
            Meeting.starts_at > tx.now,
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return [one for one in found if since is None or one.starts_at >= since.starts_at]


def changes_so_far(tx: Tx, group: Group) -> int:
    """A number that grows when anyone plans or moves a meeting of the group: a form knows by it what it was drawn for."""
    count, moves = tx.sql.execute(
        select(func.count(), func.coalesce(func.sum(Meeting.version), 0)).where(
            Meeting.of(group.workspace), Meeting.group_id == group.id
        )
    ).one()
    return int(count) + int(moves)


def lock_meeting(tx: Tx, group: Group) -> None:
    """So that who plans, moves or cancels in one instant does it one after the other."""
    tx.sql.execute(select(Group.id).where(Group.id == group.id).with_for_update())
