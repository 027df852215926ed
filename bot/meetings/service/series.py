"""A rhythm: its next dates beforehand, planning it, changing it and ending it from a meeting on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.delivery import outbox
from bot.events import GroupResumed, MeetingCancelled, MeetingMoved, MeetingPlanned
from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.meetings import rules, views
from bot.meetings.records import Meeting, Series
from bot.meetings.rules import MeetingState, SeriesState, recurrence
from bot.meetings.rules.recurrence import Recurrence
from bot.meetings.service import announcements
from bot.meetings.service.lookup import changes_so_far, find_series, lock_meeting, of_series, series_of
from bot.meetings.service.planning import (
    NeedsConfirmation,
    call_off,
    new_meeting,
    require_possible,
    schedule_meeting,
)
from bot.storage import Tx, Workspace, belonging_to
from bot.texts import Refused, Texts
from bot.working_time import holidays
from bot.working_time.hours import is_working_day

EXTEND = "meeting.extend"


@dataclass(frozen=True)
class SeriesRequest:
    """A rhythm as somebody wants it: the RRULE, its first day, the hour on the wall, what to leave out.

    `country`: its public holidays are left out later on; empty for none. `known`: what the form was drawn for.
    `form`: the window, which changes what it brought when it is sent again.
    """

    rule: str
    first: str
    hour: str
    place: str = ""
    skipped: tuple[str, ...] = ()
    country: str = ""
    known: int | None = None
    form: str | None = None


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
    """What somebody ticked beneath the next dates."""
    days = tuple(day for day in ticked if day != views.LATER)
    return SeriesRequest(
        rule, first, hour, place, days, country if views.LATER in ticked else "", known, form
    )


def tomorrow(tx: Tx, group: Group) -> str:
    """Where a rhythm begins unless somebody says otherwise."""
    return (_today(tx, group.zone) + timedelta(days=1)).isoformat()


def preview(
    tx: Tx, group: Group, wanted: Recurrence, since: str, hour: str, t: Texts, series: Series | None = None
) -> views.Preview:
    """The next six dates, with what there is to say of each. Raises Refused at the field for a day that cannot be."""
    require_possible(since, hour, group.zone, tx, "since")
    first = recurrence.first_on(wanted, date.fromisoformat(since))
    return preview_again(tx, group, recurrence.to_rule(wanted), first.isoformat(), hour, t, series)


def preview_again(
    tx: Tx, group: Group, rule: str, first_day: str, hour: str, t: Texts, series: Series | None
) -> views.Preview:
    """The next dates of a rhythm whose first day is known."""
    first = date.fromisoformat(first_day)
    last = _today(tx, group.zone) + rules.AT_MOST_AHEAD
    days = [
        day for _, day in zip(range(recurrence.AHEAD), recurrence.days(rule, first, None, last), strict=False)
    ]
    if not days:
        raise Refused(lambda t: t("This rhythm has no date within two years. Choose another one."), "rhythm")
    country = holidays.country_of(group.zone)
    free = holidays.holidays_in(days, country, t.language)
    taken = _taken(tx, group, series)
    return views.Preview(
        rule=rule,
        first=first_day,
        hour=hour,
        country=country,
        known=changes_so_far(tx, group),
        dates=[
            views.Date(
                day.isoformat(),
                free.get(day, ""),
                taken=day.isoformat() in taken,
                off=not is_working_day(day, group.days),
            )
            for day in days
        ],
        # Of the last month only a part has been looked at.
        without=recurrence.skipped_months(
            recurrence.from_rule(rule), first, last.replace(day=1) - timedelta(days=1)
        ),
    )


def plan_series(tx: Tx, workspace: Workspace, group_id: str, user: str, wish: SeriesRequest) -> Series:
    """The group keeps a rhythm from now on: its next six dates are meetings, and the channel reads it once."""
    group = groups.group_for(tx, workspace, group_id, user)
    lock_meeting(tx, group)
    running = series_of(tx, group)
    if running is not None:
        if wish.form and running.form == wish.form:
            return _change(tx, group, running, "", wish)
        if (running.rule, running.first, running.hour) == (wish.rule, wish.first, wish.hour):
            # Two people with one thought.
            return running
        raise Refused(
            lambda t: t("The group has a rhythm already. Type /intervisie plan to change it."), "skip"
        )
    _require_unchanged(tx, group, wish)
    series = Series(
        group_id=group.id,
        state=SeriesState.RUNNING,
        planned_by=user,
        created_at=tx.now,
        **belonging_to(workspace),
    )
    _write(series, group, wish)
    tx.sql.add(series)
    tx.sql.flush()
    planned = _fill(tx, group, series)
    _require_some(planned)
    message = views.series_planned(groups.texts_in(group), series, planned)
    outbox.post(tx, workspace, group.channel, message, key=f"series/{series.id}/1")
    announcements.publish(tx, group, MeetingPlanned, planned, alone=False)
    return series


def change_series(
    tx: Tx, workspace: Workspace, series_id: str, user: str, since_id: str, wish: SeriesRequest
) -> Series:
    """Another rhythm from one of its meetings on. The meetings stay who they are and get the new dates, in order."""
    series, group = find_series(tx, workspace, series_id, user)
    lock_meeting(tx, group)
    tx.sql.refresh(series)
    _require_running(series)
    if not wish.form or series.form != wish.form:
        _require_unchanged(tx, group, wish, series)
    return _change(tx, group, series, since_id, wish)


def _change(tx: Tx, group: Group, series: Series, since_id: str, wish: SeriesRequest) -> Series:
    if _is_kept(series, wish):
        return series
    here_on = of_series(tx, series, _since(tx, series, since_id))
    _forget_slots(tx, series, here_on)
    _write(series, group, wish)
    series.version += 1
    moved, dropped = _give_new_dates(tx, group, series, here_on)
    planned = _fill(tx, group, series)
    ahead = of_series(tx, series)
    _require_some(ahead)
    changed = views.Changed(
        since=here_on[0] if here_on and here_on[0] in ahead and here_on[0] is not ahead[0] else None,
        gone=_gone(tx, series, ahead, [*moved, *dropped]),
    )
    message = views.series_planned(groups.texts_in(group), series, ahead, changed=changed)
    outbox.post(tx, group.workspace, group.channel, message, key=f"series/{series.id}/{series.version}")
    announcements.publish(tx, group, MeetingMoved, moved, alone=False)
    announcements.publish(tx, group, MeetingCancelled, dropped, alone=False)
    announcements.publish(tx, group, MeetingPlanned, planned, alone=False)
    return series


def _gone(tx: Tx, series: Series, ahead: list[Meeting], changed: list[Meeting]) -> list[datetime]:
    """The moments at which the group would have met, on days on which it does not meet any more."""
    days = {one.day for one in ahead}
    before = [one.starts_at if one.state == MeetingState.CANCELLED else one.moved_from for one in changed]
    gone = {at for at in before if at is not None and at > tx.now}
    return sorted(at for at in gone if rules.local_of(at, series.zone)[0] not in days)


def end_series(tx: Tx, workspace: Workspace, series_id: str, user: str, since_id: str) -> None:
    """The rhythm ends with the meeting before this one; twice is as good as once."""
    series, group = find_series(tx, workspace, series_id, user)
    lock_meeting(tx, group)
    tx.sql.refresh(series)
    if series.state != SeriesState.RUNNING:
        return
    here_on = of_series(tx, series, _since(tx, series, since_id))
    series.state = SeriesState.ENDED
    queue.cancel(tx, workspace, EXTEND, series.id)
    for meeting in here_on:
        call_off(tx, meeting)
    message = views.series_ended(groups.texts_in(group), series, here_on, of_series(tx, series))
    outbox.post(tx, workspace, group.channel, message, key=f"series/{series.id}/ended")
    announcements.publish(tx, group, MeetingCancelled, here_on, alone=False)


def on_extend_due(tx: Tx, item: queue.Job) -> None:
    """A meeting of a series has begun: one more comes into view. The channel knows the rhythm and is not told."""
    series = tx.sql.get(Series, item.subject)
    if series is not None:
        _go_on(tx, groups.group_by_id(tx, item.workspace, series.group_id))


def on_group_resumed(tx: Tx, workspace: Workspace, event: GroupResumed) -> None:
    """A group goes on after a rest, in which its rhythm stood still."""
    _go_on(tx, groups.group_by_id(tx, workspace, event.group_id))


def _go_on(tx: Tx, group: Group) -> None:
    """Brings the next dates of the group's rhythm into view. A group that rests makes no dates: it wakes first."""
    lock_meeting(tx, group)
    series = series_of(tx, group)
    if series is None or groups.is_at_rest(group):
        return
    planned = _fill(tx, group, series)
    if planned:
        announcements.publish(tx, group, MeetingPlanned, planned, alone=False)


def _require_running(series: Series) -> None:
    if series.state != SeriesState.RUNNING:
        raise Refused(
            lambda t: t("This rhythm has ended in the meantime. Type /intervisie plan again."), "skip"
        )


def _require_unchanged(tx: Tx, group: Group, wish: SeriesRequest, series: Series | None = None) -> None:
    if series is not None and _is_kept(series, wish):
        return
    if wish.known is not None and wish.known != changes_so_far(tx, group):
        raise NeedsConfirmation(
            lambda t: t(
                "In the meantime somebody planned or moved a meeting. Look once more, and plan again."
            ),
            "skip",
        )


def _require_some(planned: list[Meeting]) -> None:
    if not planned:
        raise Refused(lambda t: t("Everything is left out now. Leave at least one date in."), "skip")


def _write(series: Series, group: Group, wish: SeriesRequest) -> None:
    series.rule, series.first, series.hour, series.zone = wish.rule, wish.first, wish.hour, group.zone
    series.place, series.skipped, series.country = wish.place, list(wish.skipped), wish.country
    series.form = wish.form


def _is_kept(series: Series, wish: SeriesRequest) -> bool:
    kept = (series.rule, series.first, series.hour, series.place, tuple(series.skipped), series.country)
    return kept == (wish.rule, wish.first, wish.hour, wish.place, wish.skipped, wish.country)


def _since(tx: Tx, series: Series, meeting_id: str) -> Meeting | None:
    found = tx.sql.get(Meeting, meeting_id) if meeting_id else None
    return found if found is not None and found.series_id == series.id else None


def _today(tx: Tx, zone: str) -> date:
    return tx.now.astimezone(ZoneInfo(zone)).date()


def _taken(tx: Tx, group: Group, series: Series | None) -> set[str]:
    """The days to come on which the group meets already, apart from a series' own."""
    found = tx.sql.execute(
        select(Meeting.day, Meeting.series_id).where(
            Meeting.of(group.workspace),
            Meeting.group_id == group.id,
            Meeting.state == MeetingState.PLANNED,
            Meeting.starts_at > tx.now,
        )
    )
    return {day for day, of in found if series is None or of != series.id}


def _forget_slots(tx: Tx, series: Series, here_on: list[Meeting]) -> None:
    """What the old rhythm gave from here on says nothing about the new one."""
    since = min((one.recurrence_date or one.day for one in here_on), default="")
    for one in tx.sql.scalars(select(Meeting).where(Meeting.series_id == series.id)):
        if one in here_on or (one.state == MeetingState.CANCELLED and (one.recurrence_date or "") >= since):
            one.recurrence_date = None
    tx.sql.flush()


def _give_new_dates(
    tx: Tx, group: Group, series: Series, here_on: list[Meeting]
) -> tuple[list[Meeting], list[Meeting]]:
    """The meetings with the new dates, and those for which there is none."""
    free = _free_days(tx, group, series)
    moved: list[Meeting] = []
    dropped: list[Meeting] = []
    for meeting in here_on:
        day = next(free, None)
        if day is None:
            call_off(tx, meeting)
            dropped.append(meeting)
            continue
        meeting.recurrence_date = day
        if schedule_meeting(tx, meeting, day, series.hour, series.zone, series.place):
            moved.append(meeting)
    return moved, dropped


def _fill(tx: Tx, group: Group, series: Series) -> list[Meeting]:
    """Makes meetings until six of the series are ahead, as far as two years go; and comes again when the first begins."""
    missing = recurrence.AHEAD - len(of_series(tx, series))
    made: list[Meeting] = []
    for _, day in zip(range(missing), _free_days(tx, group, series), strict=False):
        meeting = new_meeting(tx, group, series.planned_by, day, series.hour, series.zone, series.place)
        meeting.series_id, meeting.recurrence_date = series.id, day
        made.append(meeting)
    tx.sql.flush()
    queue.schedule(tx, series.workspace, EXTEND, series.id, _again_at(tx, series))
    return made


def _again_at(tx: Tx, series: Series) -> datetime:
    ahead = of_series(tx, series)
    # All of it called off, or nothing within two years: some day there is something again.
    return ahead[0].starts_at if ahead else tx.now + rules.AT_MOST_AHEAD / 24


def _free_days(tx: Tx, group: Group, series: Series) -> Iterator[str]:
    """The days to come that the rhythm gives and that have no meeting yet, without what is left out."""
    rows = tx.sql.execute(
        select(Meeting.recurrence_date, Meeting.state).where(Meeting.series_id == series.id)
    )
    held = [(slot, state) for slot, state in rows if slot]
    slots = sorted(slot for slot, state in held if state != MeetingState.CANCELLED)
    without = {slot for slot, _ in held} | set(series.skipped) | _taken(tx, group, series)
    after = date.fromisoformat(slots[-1]) if slots else None
    until = _today(tx, series.zone) + rules.AT_MOST_AHEAD
    for day in recurrence.days(series.rule, date.fromisoformat(series.first), after, until):
        local = day.isoformat()
        past = rules.moment_of(local, series.hour, series.zone) <= tx.now
        if past or local in without or holidays.holidays_in([day], series.country, "en"):
            continue
        yield local
