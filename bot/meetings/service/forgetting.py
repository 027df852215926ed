"""Where the group met goes when its other texts go; that it met stays."""

from datetime import datetime

from sqlalchemy import select, update

from bot.meetings.records import Meeting, Series
from bot.meetings.rules import SeriesState
from bot.storage import Tx
from bot.timing import due


def forget(tx: Tx, item: due.Item) -> None:
    before = datetime.fromisoformat(str(item.data["before"]))
    group = str(item.data["group"])
    old = (Meeting.of(item.workspace), Meeting.group_id == group, Meeting.starts_at < before)
    tx.sql.execute(update(Meeting).where(*old).values(place=""))
    later = select(Meeting.series_id).where(Meeting.group_id == group, Meeting.starts_at >= before)
    over = (Series.of(item.workspace), Series.group_id == group, Series.state == SeriesState.ENDED)
    gone = (*over, Series.created_at < before, Series.id.not_in(later.where(Meeting.series_id.is_not(None))))
    tx.sql.execute(update(Series).where(*gone).values(place=""))
