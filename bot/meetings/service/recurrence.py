"""The dates that a rhythm gives: a preview before it is planned, and the free days of a series."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.groups.records import Group
from bot.meetings import queries, rules, views
from bot.meetings.records import Series
from bot.meetings.rules import MeetingState, recurrence
from bot.meetings.rules.recurrence import Recurrence
from bot.meetings.service.planning import require_possible
from bot.storage import Tx
from bot.texts import Refused, Texts
from bot.working_time import holidays
from bot.working_time.hours import is_working_day


def tomorrow(tx: Tx, group: Group) -> str:
    """The day from which a new rhythm counts by default, in the group's zone."""
    return (_today_in(tx, group.zone) + timedelta(days=1)).isoformat()


def first_preview(
    tx: Tx, group: Group, wanted: Recurrence, since: str, hour: str, t: Texts, series: Series | None = None
) -> views.Preview:
    """The next six dates of a new rhythm, with remarks. Raises Refused at the field of an impossible day."""
    require_possible(since, hour, group.zone, tx, "since")
    first = recurrence.first_on(wanted, date.fromisoformat(since))
    return preview_of_rule(tx, group, recurrence.to_rule(wanted), first.isoformat(), hour, t, series)


def preview_of_rule(
    tx: Tx, group: Group, rule: str, first_day: str, hour: str, t: Texts, series: Series | None
) -> views.Preview:
    """The next dates of a recurrence rule whose first day is known, with remarks."""
    first = date.fromisoformat(first_day)
    last = _today_in(tx, group.zone) + rules.AT_MOST_AHEAD
    days = [
        day for _, day in zip(range(recurrence.AHEAD), recurrence.days(rule, first, None, last), strict=False)
    ]
    if not days:
        raise Refused(lambda t: t("This rhythm has no date within two years. Choose another one."), "rhythm")
    country = holidays.country_of(group.zone)
    free = holidays.holidays_in(days, country, t.language)
    taken = queries.days_taken(tx, group, series)
    return views.Preview(
        rule=rule,
        first=first_day,
        hour=hour,
        country=country,
        known=queries.change_count(tx, group),
        dates=[
            views.Date(
                day.isoformat(),
                free.get(day, ""),
                taken=day.isoformat() in taken,
                off=not is_working_day(day, group.days),
            )
            for day in days
        ],
        # The last month is left out here: the preview ends before its end.
        without=recurrence.skipped_months(
            recurrence.from_rule(rule), first, last.replace(day=1) - timedelta(days=1)
        ),
    )


def _today_in(tx: Tx, zone: str) -> date:
    return tx.now.astimezone(ZoneInfo(zone)).date()


def free_days(tx: Tx, group: Group, series: Series) -> Iterator[str]:
    """The coming days of a series without a meeting; skipped days, holidays and days taken are left out."""
    given = [(day, state) for day, state in queries.recurrence_dates(tx, series) if day]
    kept = sorted(day for day, state in given if state != MeetingState.CANCELLED)
    without = {day for day, _ in given} | set(series.skipped) | queries.days_taken(tx, group, series)
    after = date.fromisoformat(kept[-1]) if kept else None
    until = _today_in(tx, series.zone) + rules.AT_MOST_AHEAD
    for day in recurrence.days(series.rule, date.fromisoformat(series.first), after, until):
        local = day.isoformat()
        past = rules.moment_of(local, series.hour, series.zone) <= tx.now
        if past or local in without or holidays.holidays_in([day], series.country, "en"):
            continue
        yield local
