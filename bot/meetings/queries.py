"""Queries of meetings and of the rhythm that they come from."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, func, or_, select

from bot.groups import service as groups
from bot.groups.records import Group
from bot.meetings import rules
from bot.meetings.records import Meeting, Series
from bot.meetings.rules import MeetingOutcome, MeetingState, SeriesState
from bot.storage import Tx, Workspace, statement
from bot.texts import Refused


def next_meeting(tx: Tx, group: Group) -> Meeting | None:
    """The planned meeting that is still to come, or that began less than STILL_GOING ago."""
    return next(iter(_planned(tx, group, rules.STILL_GOING, 1)), None)


def upcoming_meetings(tx: Tx, group: Group, limit: int = 6) -> list[Meeting]:
    """The planned meetings that have not begun yet, the earliest first."""
    return _planned(tx, group, timedelta(0), limit)


def _planned(tx: Tx, group: Group, since: timedelta, limit: int) -> list[Meeting]:
    return list(tx.recall(_planned_after(group.workspace, group.id, tx.now - since, limit)))


@statement
def _planned_after(workspace: Workspace, group_id: str, after: datetime, limit: int) -> Select[Meeting]:
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


def is_next(tx: Tx, group: Group, meeting: Meeting) -> bool:
    """Whether a meeting is the first upcoming one of its group."""
    return [one.id for one in upcoming_meetings(tx, group, 1)] == [meeting.id]


def meetings_between(tx: Tx, group: Group, after: datetime, before: datetime) -> Sequence[Meeting]:
    """The meetings of a group that start between two moments and are not cancelled."""
    return tx.scalars(_between(group.workspace, group.id, after, before)).all()


@statement
def _between(workspace: Workspace, group_id: str, after: datetime, before: datetime) -> Select[Meeting]:
    return select(Meeting).where(
        Meeting.of(workspace),
        Meeting.group_id == group_id,
        Meeting.state.in_((MeetingState.PLANNED, MeetingState.OPENED)),
        Meeting.starts_at > after,
        Meeting.starts_at < before,
    )


def meetings_since(tx: Tx, group: Group, moment: datetime) -> Sequence[Meeting]:
    """The meetings of a group that start after a moment, also cancelled ones, the earliest first."""
    return tx.scalars(_since(group.workspace, group.id, moment)).all()


@statement
def _since(workspace: Workspace, group_id: str, moment: datetime) -> Select[Meeting]:
    return (
        select(Meeting)
        .where(Meeting.of(workspace), Meeting.group_id == group_id, Meeting.starts_at > moment)
        .order_by(Meeting.starts_at, Meeting.id)
    )


def meeting_by_id(tx: Tx, meeting_id: str) -> Meeting | None:
    """A meeting of this workspace in any state, for job handlers."""
    return tx.scalars(_meeting(tx.workspace, meeting_id)).one_or_none()


@statement
def _meeting(workspace: Workspace, meeting_id: str) -> Select[Meeting]:
    return select(Meeting).where(Meeting.of(workspace), Meeting.id == meeting_id)


def meeting_for(tx: Tx, meeting_id: str, user: str) -> tuple[Meeting, Group]:
    """A meeting as a member of its group sees it. Raises Refused for anyone else and any other id."""
    meeting = meeting_by_id(tx, meeting_id)
    if meeting is None:
        raise Refused(lambda t: t("I can't find this meeting. Type /intervisie plan for the next one."))
    return meeting, groups.group_for(tx, meeting.group_id, user)


def meeting_of_form(tx: Tx, group: Group, form: str) -> Meeting | None:
    """The meeting that was planned or moved in this very window."""
    return tx.scalars(_of_form(group.workspace, group.id, form)).first() if form else None


@statement
def _of_form(workspace: Workspace, group_id: str, form: str) -> Select[Meeting]:
    return select(Meeting).where(Meeting.of(workspace), Meeting.group_id == group_id, Meeting.form == form)


def change_count(tx: Tx, group: Group) -> int:
    """The number of plans and moves in a group. A form carries it, to see changes made since it was opened."""
    count, moves = tx.rows(_change_counts(group.workspace, group.id)).one()
    return int(count) + int(moves)


@statement
def _change_counts(workspace: Workspace, group_id: str) -> Select[int, int]:
    return select(func.count(), func.coalesce(func.sum(Meeting.version), 0)).where(
        Meeting.of(workspace), Meeting.group_id == group_id
    )


def opened_meeting(tx: Tx, group: Group) -> Meeting | None:
    """The meeting at which a session is going on."""
    return tx.scalars(_opened_after(group.workspace, group.id, tx.now - rules.STILL_GOING)).first()


@statement
def _opened_after(workspace: Workspace, group_id: str, after: datetime) -> Select[Meeting]:
    return _opened(workspace, group_id).where(Meeting.session_id.is_not(None), Meeting.starts_at > after)


def meeting_of_session(tx: Tx, group: Group, session_id: str) -> Meeting | None:
    """The meeting at which a session was begun last."""
    return tx.scalars(_of_session(group.workspace, group.id, session_id)).first()


@statement
def _of_session(workspace: Workspace, group_id: str, session_id: str) -> Select[Meeting]:
    return _opened(workspace, group_id).where(Meeting.session_id == session_id)


def last_held_meeting(tx: Tx, group: Group) -> Meeting | None:
    """The latest meeting at which a session was begun."""
    return tx.scalars(_held(group.workspace, group.id)).first()


@statement
def _held(workspace: Workspace, group_id: str) -> Select[Meeting]:
    return _opened(workspace, group_id)


def _opened(workspace: Workspace, group_id: str) -> Select[Meeting]:
    return (
        select(Meeting)
        .where(Meeting.of(workspace), Meeting.group_id == group_id, Meeting.state == MeetingState.OPENED)
        .order_by(Meeting.starts_at.desc(), Meeting.id)
    )


def meetings_over(tx: Tx, group: Group, since: datetime, limit: int) -> list[Meeting]:
    """The latest meetings of a group that are over and began after a moment, the newest first.

    Meetings that were dropped with their rhythm are left out.
    """
    over = tx.now - rules.STILL_GOING
    return list(tx.scalars(_over(group.workspace, group.id, since, over, limit)))


@statement
def _over(
    workspace: Workspace, group_id: str, since: datetime, until: datetime, limit: int
) -> Select[Meeting]:
    return (
        select(Meeting)
        .where(
            Meeting.of(workspace),
            Meeting.group_id == group_id,
            Meeting.starts_at > since,
            Meeting.starts_at <= until,
            or_(Meeting.state != MeetingState.CANCELLED, Meeting.outcome == MeetingOutcome.CALLED_OFF),
        )
        .order_by(Meeting.starts_at.desc(), Meeting.id)
        .limit(limit)
    )


def series_by_id(tx: Tx, series_id: str) -> Series | None:
    """A series of this workspace, running or ended."""
    return tx.scalars(_series(tx.workspace, series_id)).one_or_none()


@statement
def _series(workspace: Workspace, series_id: str) -> Select[Series]:
    return select(Series).where(Series.of(workspace), Series.id == series_id)


def series_for(tx: Tx, series_id: str, user: str) -> tuple[Series, Group]:
    """A series as a member of its group sees it. Raises Refused for anyone else and any other id."""
    found = series_by_id(tx, series_id)
    if found is None:
        raise Refused(lambda t: t("I can't find this rhythm. Type /intervisie plan to see what is planned."))
    return found, groups.group_for(tx, found.group_id, user)


def running_series(tx: Tx, group: Group) -> Series | None:
    """The series of a group; at most one runs at a time."""
    return tx.scalars(_running(group.workspace, group.id)).first()


@statement
def _running(workspace: Workspace, group_id: str) -> Select[Series]:
    return (
        select(Series)
        .where(Series.of(workspace), Series.group_id == group_id, Series.state == SeriesState.RUNNING)
        .order_by(Series.created_at.desc(), Series.id)
    )


def upcoming_in_series(tx: Tx, series: Series, since: Meeting | None = None) -> list[Meeting]:
    """The upcoming meetings of a series; with `since` from that meeting on."""
    found = tx.scalars(_planned_in_series(series.workspace, series.id, tx.now))
    return [one for one in found if since is None or one.starts_at >= since.starts_at]


@statement
def _planned_in_series(workspace: Workspace, series_id: str, after: datetime) -> Select[Meeting]:
    return (
        select(Meeting)
        .where(
            Meeting.of(workspace),
            Meeting.series_id == series_id,
            Meeting.state == MeetingState.PLANNED,
            Meeting.starts_at > after,
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )


def meeting_of_series(tx: Tx, series: Series, meeting_id: str) -> Meeting | None:
    """A meeting by id, if it belongs to this series."""
    found = tx.get(Meeting, meeting_id) if meeting_id else None
    return found if found is not None and found.series_id == series.id else None


def all_of_series(tx: Tx, series: Series) -> Sequence[Meeting]:
    """Every meeting of a series, in any state."""
    return tx.scalars(_all_of_series(series.id)).all()


@statement
def _all_of_series(series_id: str) -> Select[Meeting]:
    return select(Meeting).where(Meeting.series_id == series_id)


def recurrence_dates(tx: Tx, series: Series) -> Sequence[Row[str | None, MeetingState]]:
    """The days that the rhythm gave to the meetings of a series, each with the state of its meeting."""
    return tx.rows(_recurrence_dates(series.id)).all()


@statement
def _recurrence_dates(series_id: str) -> Select[str | None, MeetingState]:
    return select(Meeting.recurrence_date, Meeting.state).where(Meeting.series_id == series_id)


def days_taken(tx: Tx, group: Group, series: Series | None) -> set[str]:
    """The days on which the group has an upcoming meeting outside a series."""
    found = tx.rows(_days_planned(group.workspace, group.id, tx.now))
    return {day for day, of in found if series is None or of != series.id}


@statement
def _days_planned(workspace: Workspace, group_id: str, after: datetime) -> Select[str, str | None]:
    return select(Meeting.day, Meeting.series_id).where(
        Meeting.of(workspace),
        Meeting.group_id == group_id,
        Meeting.state == MeetingState.PLANNED,
        Meeting.starts_at > after,
    )


def series_over_before(tx: Tx, group_id: str, before: datetime) -> Sequence[Series]:
    """The ended series of a group that have no meeting from a moment on."""
    return tx.scalars(_series_over(tx.workspace, group_id, before)).all()


@statement
def _series_over(workspace: Workspace, group_id: str, before: datetime) -> Select[Series]:
    later = select(Meeting.series_id).where(
        Meeting.group_id == group_id, Meeting.starts_at >= before, Meeting.series_id.is_not(None)
    )
    return select(Series).where(
        Series.of(workspace),
        Series.group_id == group_id,
        Series.state == SeriesState.ENDED,
        Series.created_at < before,
        Series.id.not_in(later),
    )
