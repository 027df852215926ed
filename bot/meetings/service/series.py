"""Use cases of a series, the fixed rhythm of a group: plan, change, extend and end it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.delivery import outbox
from bot.events import MeetingCancelled, MeetingMoved, MeetingPlanned
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import queries, rules, views
from bot.meetings.records import Meeting, Series
from bot.meetings.rules import MeetingState, SeriesState
from bot.meetings.rules.recurrence import AHEAD
from bot.meetings.service import announcements, recurrence
from bot.meetings.service.planning import add_meeting, mark_cancelled, schedule_meeting
from bot.meetings.service.warnings import NeedsConfirmation
from bot.storage import Tx, belonging_to
from bot.texts import Refused

EXTEND = "meeting.extend"


@dataclass(frozen=True)
class SeriesRequest:
    """A series as somebody requests it: the RRULE, its first day, the local hour, the days to skip.

    `country`: its public holidays are skipped later on; empty for none. `known`: the `change_count` of the form.
    `form`: the window; sent again, it changes the series that it planned.
    """

    rule: str
    first: str
    hour: str
    place: str = ""
    skipped: tuple[str, ...] = ()
    country: str = ""
    known: int | None = None
    form: str | None = None
    # How long each takes; None where the form did not ask.
    minutes: int | None = None


def series_request(
    rule: str,
    first: str,
    hour: str,
    place: str,
    ticked: Sequence[str],
    country: str,
    known: int,
    form: str,
) -> SeriesRequest:
    """The request behind a preview and its ticks."""
    days = tuple(day for day in ticked if day != views.LATER)
    return SeriesRequest(
        rule, first, hour, place, days, country if views.LATER in ticked else "", known, form
    )


def plan_series(tx: Tx, group_id: str, user: str, wanted: SeriesRequest) -> Series:
    """Plan a series: its next six dates become meetings, and the channel reads of them in one message."""
    group = groups.group_for(tx, group_id, user)
    groups.lock_group(tx, group)
    running = queries.running_series(tx, group)
    if running is not None:
        if wanted.form and running.form == wanted.form:
            return _change(tx, group, running, "", wanted)
        if (running.rule, running.first, running.hour) == (wanted.rule, wanted.first, wanted.hour):
            # Two members planned the same rhythm at once: the second finds it done.
            return running
        raise Refused(
            lambda t: t("The group has a rhythm already. Type /intervisie plan to change it."), "skip"
        )
    _require_unchanged(tx, group, wanted)
    series = Series(
        group_id=group.id,
        state=SeriesState.RUNNING,
        planned_by=user,
        created_at=tx.now,
        **belonging_to(tx.workspace),
    )
    _write(series, group, wanted)
    tx.sql.add(series)
    tx.sql.flush()
    planned = _fill_series(tx, group, series)
    _require_some(planned)
    message = views.series_planned(groups.texts_in(group), series, planned)
    outbox.post(tx, group.channel, message, key=f"series/{series.id}/1")
    announcements.publish_change(tx, group, MeetingPlanned, planned, alone=False)
    return series


def change_series(tx: Tx, series_id: str, user: str, since_id: str, wanted: SeriesRequest) -> Series:
    """Change the rhythm from a meeting on. Upcoming meetings keep their ids and get the new dates."""
    series, group = queries.series_for(tx, series_id, user)
    groups.lock_group(tx, group)
    tx.sql.refresh(series)
    _require_running(series)
    if not wanted.form or series.form != wanted.form:
        _require_unchanged(tx, group, wanted, series)
    return _change(tx, group, series, since_id, wanted)


def _change(tx: Tx, group: Group, series: Series, since_id: str, wanted: SeriesRequest) -> Series:
    if _is_kept(series, wanted):
        return series
    here_on = queries.upcoming_in_series(tx, series, queries.meeting_of_series(tx, series, since_id))
    _clear_recurrence_dates(tx, series, here_on)
    _write(series, group, wanted)
    series.version += 1
    moved, dropped = _give_new_dates(tx, group, series, here_on)
    planned = _fill_series(tx, group, series)
    ahead = queries.upcoming_in_series(tx, series)
    _require_some(ahead)
    changed = views.Changed(
        since=here_on[0] if here_on and here_on[0] in ahead and here_on[0] is not ahead[0] else None,
        gone=_days_dropped(tx, series, ahead, [*moved, *dropped]),
    )
    message = views.series_planned(groups.texts_in(group), series, ahead, changed=changed)
    outbox.post(tx, group.channel, message, key=f"series/{series.id}/{series.version}")
    announcements.publish_change(tx, group, MeetingMoved, moved, alone=False)
    announcements.publish_change(tx, group, MeetingCancelled, dropped, alone=False)
    announcements.publish_change(tx, group, MeetingPlanned, planned, alone=False)
    return series


def _days_dropped(tx: Tx, series: Series, ahead: list[Meeting], changed: list[Meeting]) -> list[datetime]:
    """The starts that a change dropped, apart from those on days on which the group still meets."""
    days = {one.day for one in ahead}
    before = [one.starts_at if one.state == MeetingState.CANCELLED else one.moved_from for one in changed]
    gone = {at for at in before if at is not None and at > tx.now}
    return sorted(at for at in gone if rules.local_of(at, series.zone)[0] not in days)


def end_series(tx: Tx, series_id: str, user: str, since_id: str) -> None:
    """End a series before one of its meetings. A series that has ended already stays so."""
    series, group = queries.series_for(tx, series_id, user)
    groups.lock_group(tx, group)
    tx.sql.refresh(series)
    if series.state != SeriesState.RUNNING:
        return
    here_on = queries.upcoming_in_series(tx, series, queries.meeting_of_series(tx, series, since_id))
    series.state = SeriesState.ENDED
    queue.cancel(tx, EXTEND, series.id)
    for meeting in here_on:
        mark_cancelled(tx, meeting)
    message = views.series_ended(
        groups.texts_in(group), series, here_on, queries.upcoming_in_series(tx, series)
    )
    outbox.post(tx, group.channel, message, key=f"series/{series.id}/ended")
    announcements.publish_change(tx, group, MeetingCancelled, here_on, alone=False)


def extend_series(tx: Tx, group: Group) -> None:
    """Plan the next meetings of the group's series, unless the group is paused or at a standstill: it resumes first."""
    groups.lock_group(tx, group)
    series = queries.running_series(tx, group)
    if series is None or groups.is_quiet(group):
        return
    planned = _fill_series(tx, group, series)
    if planned:
        announcements.publish_change(tx, group, MeetingPlanned, planned, alone=False)


def _require_running(series: Series) -> None:
    if series.state != SeriesState.RUNNING:
        raise Refused(
            lambda t: t("This rhythm has ended in the meantime. Type /intervisie plan again."), "skip"
        )


def _require_unchanged(tx: Tx, group: Group, wanted: SeriesRequest, series: Series | None = None) -> None:
    if series is not None and _is_kept(series, wanted):
        return
    if wanted.known is not None and wanted.known != queries.change_count(tx, group):
        raise NeedsConfirmation(
            lambda t: t(
                "In the meantime somebody planned or moved a meeting. Look once more, and plan again."
            ),
            "skip",
        )


def _require_some(planned: list[Meeting]) -> None:
    if not planned:
        raise Refused(lambda t: t("Everything is left out now. Leave at least one date in."), "skip")


def _write(series: Series, group: Group, wanted: SeriesRequest) -> None:
    series.rule, series.first, series.hour, series.zone = wanted.rule, wanted.first, wanted.hour, group.zone
    series.place, series.skipped, series.country = wanted.place, list(wanted.skipped), wanted.country
    series.form, series.minutes = wanted.form, wanted.minutes or series.minutes or rules.USUAL_MINUTES


def _is_kept(series: Series, wanted: SeriesRequest) -> bool:
    kept = (series.rule, series.first, series.hour, series.place, tuple(series.skipped), series.country)
    same = kept == (wanted.rule, wanted.first, wanted.hour, wanted.place, wanted.skipped, wanted.country)
    return same and wanted.minutes in (None, series.minutes)


def _clear_recurrence_dates(tx: Tx, series: Series, here_on: list[Meeting]) -> None:
    """Clear the days that the old rhythm gave, so that the new rhythm may give them again."""
    since = min((one.recurrence_date or one.day for one in here_on), default="")
    for one in queries.all_of_series(tx, series):
        if one in here_on or (one.state == MeetingState.CANCELLED and (one.recurrence_date or "") >= since):
            one.recurrence_date = None
    tx.sql.flush()


def _give_new_dates(
    tx: Tx, group: Group, series: Series, here_on: list[Meeting]
) -> tuple[list[Meeting], list[Meeting]]:
    """Move the meetings to the new dates, and cancel those left over. Returns the moved and the cancelled ones."""
    free = recurrence.free_days(tx, group, series)
    moved: list[Meeting] = []
    dropped: list[Meeting] = []
    for meeting in here_on:
        day = next(free, None)
        if day is None:
            mark_cancelled(tx, meeting)
            dropped.append(meeting)
            continue
        meeting.recurrence_date = day
        if schedule_meeting(tx, meeting, day, series.hour, series.zone, series.place, series.minutes):
            moved.append(meeting)
    return moved, dropped


def _fill_series(tx: Tx, group: Group, series: Series) -> list[Meeting]:
    """Add meetings until six are upcoming, within two years. Schedules itself again for the start of the first."""
    missing = AHEAD - len(queries.upcoming_in_series(tx, series))
    made: list[Meeting] = []
    for _, day in zip(range(missing), recurrence.free_days(tx, group, series), strict=False):
        meeting = add_meeting(
            tx, group, series.planned_by, day, series.hour, series.zone, series.place, series.minutes
        )
        meeting.series_id, meeting.recurrence_date = series.id, day
        made.append(meeting)
    tx.sql.flush()
    queue.schedule(tx, EXTEND, series.id, _next_extension(tx, series))
    return made


def _next_extension(tx: Tx, series: Series) -> datetime:
    ahead = queries.upcoming_in_series(tx, series)
    # Without an upcoming meeting (all cancelled, or no date within two years) it looks again every month.
    return ahead[0].starts_at if ahead else tx.now + rules.AT_MOST_AHEAD / 24
