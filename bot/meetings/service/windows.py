"""The windows in which a member plans: what is planned, one date, and a rhythm."""

from typing import Any

from bot.groups import service as groups
from bot.meetings import queries, views
from bot.meetings.service import recurrence
from bot.storage import Tx
from bot.texts import Texts


def plan_window(tx: Tx, t: Texts, group_id: str, user: str) -> dict[str, Any]:
    """What is planned, with ways to change it; without anything planned, the form of a date."""
    group = groups.group_for(tx, group_id, user)
    ahead, series = queries.upcoming_meetings(tx, group), queries.running_series(tx, group)
    known = queries.change_count(tx, group)
    if ahead or series:
        return views.overview(t, group.id, group.channel, ahead, series, known)
    ref = views.PlanRef(group.id, "", known)
    ways = views.ways(t, group.id, ahead, series)
    return views.form(t, ref, group.zone, views.Draft(), ways=ways)


def rhythm_window(tx: Tx, t: Texts, ref: views.RhythmRef, user: str) -> dict[str, Any]:
    """The form of a rhythm: a new one, or a change of the one that runs."""
    group = groups.group_for(tx, ref.group, user)
    series, since = None, ""
    if ref.series:
        series, _ = queries.series_for(tx, ref.series, user)
        ahead = queries.upcoming_in_series(tx, series, queries.meeting_by_id(tx, ref.since))
        since = ahead[0].day if ahead else ""
    return views.rhythm_form(t, ref, group.zone, since or recurrence.tomorrow(tx, group), series)


def other_rhythm_window(tx: Tx, t: Texts, group_id: str, user: str) -> dict[str, Any]:
    """The form of another rhythm, from the next meeting on; of a first one when the group has none."""
    group = groups.group_for(tx, group_id, user)
    series = queries.running_series(tx, group)
    first = next(iter(queries.upcoming_in_series(tx, series)), None) if series else None
    ref = views.RhythmRef(group.id, series.id if series else "", first.id if first else "")
    return rhythm_window(tx, t, ref, user)
