"""Warnings about a date: they must be confirmed before it is planned after all."""

from collections.abc import Callable, Sequence
from datetime import date

from bot.groups.records import Group
from bot.meetings import views
from bot.meetings.records import Meeting
from bot.texts import Refused, Texts, list_of, place_in
from bot.working_time import holidays
from bot.working_time.hours import is_working_day

Remark = Callable[[Texts], str]
MAX_DATES_NAMED = 3


class NeedsConfirmation(Refused):
    """The date can be planned, but only when the same request comes again with `confirmed`."""


def require_confirmation(found: Sequence[Remark]) -> None:
    """Raises NeedsConfirmation with all warnings at once, when there are any."""
    if found:
        raise NeedsConfirmation(lambda t: " ".join(warning(t) for warning in found), "day")


def about_a_meeting(others: Sequence[Meeting], day: str) -> list[Remark]:
    """Warns when the group has a meeting on that day already."""
    there = next((one for one in others if one.day == day), None)
    if there is None:
        return []
    hour = there.hour
    return [lambda t: t("There is a meeting on that day already, at {hour}.", hour=hour)]


def about_the_day(group: Group, day: str) -> list[Remark]:
    """Warns of a public holiday in the group's country, or of a day on which the group does not work."""
    chosen, days, country = date.fromisoformat(day), group.days, holidays.country_of(group.zone)
    if holidays.is_holiday(chosen, group.zone):

        def holiday(t: Texts) -> str:
            name = holidays.holidays_in([chosen], country, t.language)[chosen]
            return t("On {day} it is {name}, a public holiday.", day=views.day_in_full(t, day), name=name)

        return [holiday]
    if not is_working_day(chosen, days):
        return [lambda t: t("On {day} the group does not work.", day=views.day_in_full(t, day))]
    return []


def about_the_move(meeting: Meeting) -> list[Remark]:
    """Warns that somebody else changed the meeting while the form was open."""

    def changed(t: Texts) -> str:
        when = views.when(t, meeting)
        if meeting.place:
            return t(
                "In the meantime somebody changed it: now it is {when}, {place}.",
                when=when,
                place=place_in(meeting.place),
            )
        return t("In the meantime somebody changed it: now it is {when}.", when=when)

    return [changed]


def about_the_plan(ahead: Sequence[Meeting]) -> list[Remark]:
    """Warns that somebody else planned, moved or cancelled a meeting while the form was open."""

    def changed(t: Texts) -> str:
        if not ahead:
            return t("In the meantime somebody cancelled a meeting; nothing is planned now.")
        dates = list_of(t, [views.when(t, one) for one in ahead[:MAX_DATES_NAMED]])
        return t("In the meantime somebody changed the plan. Planned now: {dates}.", dates=dates)

    return [changed]
