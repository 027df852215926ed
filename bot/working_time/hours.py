"""Working hours of a person or a group: when the bot may write of its own accord."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.working_time import holidays

# Monday to Friday, as ISO numbers.
WORKING_DAYS = "12345"
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingHours:
    """Working hours: whole hours of a time zone, on some days of the week (1 is Monday). At least one day is named."""

    zone: str
    from_hour: int
    to_hour: int
    days: str = WORKING_DAYS

    def next_open(self, at: datetime) -> datetime:
        """The first moment from `at` on within the hours; in UTC. A public holiday counts as any other day."""
        local = at.astimezone(ZoneInfo(self.zone))
        if is_working_day(local.date(), self.days) and self.from_hour <= local.hour < self.to_hour:
            return at.astimezone(UTC)
        return self.opening_on(local.date() if local.hour < self.from_hour else local.date() + A_DAY)

    def next_working(self, at: datetime) -> datetime:
        """The first moment from `at` on within the hours of a working day: for deadlines; in UTC. Skips public holidays."""
        moment = self.next_open(at)
        while holidays.is_holiday(day := moment.astimezone(ZoneInfo(self.zone)).date(), self.zone):
            moment = self.opening_on(day + A_DAY)
        return moment

    def last_workday(self, day: date) -> date:
        """The day itself, or the last working day before it. Skips public holidays."""
        while not self.is_workday(day):
            day -= A_DAY
        return day

    def next_workday(self, day: date) -> date:
        """The day itself, or the first working day after it. Skips public holidays."""
        while not self.is_workday(day):
            day += A_DAY
        return day

    def last_open(self, at: datetime) -> datetime:
        """The last moment up to `at` within the hours, or the last working hour before it; in UTC. Skips public holidays."""
        zone = ZoneInfo(self.zone)
        local = at.astimezone(zone)
        works = self.is_workday(local.date())
        if works and self.from_hour <= local.hour < self.to_hour:
            return at.astimezone(UTC)
        day = local.date()
        if not works or local.hour < self.from_hour:
            day -= A_DAY
        day = self.last_workday(day)
        return datetime.combine(day, time(self.to_hour - 1), zone).astimezone(UTC)

    def opening_on(self, day: date) -> datetime:
        """The opening hour on a day, or on the first day of the week after it that counts; in UTC."""
        return working_moment_on(day, self.zone, self.from_hour, self.days)

    def is_workday(self, day: date) -> bool:
        """Whether a day is a working day, and no public holiday in the zone's country."""
        return is_working_day(day, self.days) and not holidays.is_holiday(day, self.zone)


def is_working_day(day: date, days: str = WORKING_DAYS) -> bool:
    """Whether a day of the week is among some days (1 is Monday). Public holidays are not looked at."""
    return str(day.isoweekday()) in days


def working_moment_on(day: date, zone: str, from_hour: int, days: str = WORKING_DAYS) -> datetime:
    """The opening hour on a day, or on the first working day after it; in UTC. `days` names at least one."""
    while not is_working_day(day, days):
        day += A_DAY
    return datetime.combine(day, time(from_hour), ZoneInfo(zone)).astimezone(UTC)
