"""What there is to say about a date before it is planned after all."""

from collections.abc import Callable, Sequence
from datetime import date

from bot.groups.records import Group
from bot.meetings import views
from bot.meetings.records import Meeting
from bot.texts import Texts, list_of
from bot.working_time import holidays
from bot.working_time.hours import is_working_day

Say = Callable[[Texts], str]
AT_MOST_NAMED = 3


def about_a_meeting(others: Sequence[Meeting], day: str) -> list[Say]:
    """The group meets on that day already."""
    there = next((one for one in others if one.day == day), None)
    if there is None:
        return []
    hour = there.hour
    return [lambda t: t("There is a meeting on that day already, at {hour}.", hour=hour)]


def about_the_day(group: Group, day: str) -> list[Say]:
    """A public holiday where the group is, or a day on which it does not work."""
    chosen, days, country = date.fromisoformat(day), group.days, holidays.country_of(group.zone)
    if holidays.is_holiday(chosen, group.zone):

        def holiday(t: Texts) -> str:
            name = holidays.holidays_in([chosen], country, t.language)[chosen]
            return t("On {day} it is {name}, a public holiday.", day=views.day_in_full(t, day), name=name)

        return [holiday]
    if not is_working_day(chosen, days):
        return [lambda t: t("On {day} the group does not work.", day=views.day_in_full(t, day))]
    return []


def about_the_move(meeting: Meeting) -> list[Say]:
    """Somebody else changed it while the form was open."""

    def say(t: Texts) -> str:
        when = views.in_words(t, meeting)
        if meeting.place:
            return t(
                "In the meantime somebody changed it: now it is {when}, {place}.",
                when=when,
                place=meeting.place,
            )
        return t("In the meantime somebody changed it: now it is {when}.", when=when)

    return [say]


def about_the_plan(ahead: Sequence[Meeting]) -> list[Say]:
    """Somebody else planned, moved or cancelled a meeting while the form was open."""

    def say(t: Texts) -> str:
        if not ahead:
            return t("In the meantime somebody cancelled a meeting; nothing is planned now.")
        dates = list_of(t, [views.in_words(t, one) for one in ahead[:AT_MOST_NAMED]])
        return t("In the meantime somebody changed the plan. Planned now: {dates}.", dates=dates)

    return [say]
