"""Where the group met goes when its other texts go; that it met stays."""

from sqlalchemy import select, update

from bot.events import GroupPurged
from bot.meetings.records import Meeting, Series
from bot.meetings.rules import SeriesState
from bot.storage import Tx, Workspace


def on_group_purged(tx: Tx, workspace: Workspace, event: GroupPurged) -> None:
    group, before = event.group_id, event.before
    old = (Meeting.of(workspace), Meeting.group_id == group, Meeting.starts_at < before)
    tx.sql.execute(update(Meeting).where(*old).values(place=""))
    later = select(Meeting.series_id).where(Meeting.group_id == group, Meeting.starts_at >= before)
    over = (Series.of(workspace), Series.group_id == group, Series.state == SeriesState.ENDED)
    gone = (*over, Series.created_at < before, Series.id.not_in(later.where(Meeting.series_id.is_not(None))))
    tx.sql.execute(update(Series).where(*gone).values(place=""))
