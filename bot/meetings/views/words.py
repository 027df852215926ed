"""Dates and rhythms in plain words."""

from datetime import date

from babel.dates import format_date, get_day_names, get_month_names

from bot.meetings.records import Meeting
from bot.meetings.rules.recurrence import LAST, MONTHS, ORDINALS, WEEKS, Recurrence, from_rule
from bot.slack import blocks
from bot.texts import Texts, moment


def when(t: Texts, meeting: Meeting) -> str:
    """The date and hour of a meeting."""
    return moment(meeting.starts_at, meeting.zone, t, with_date=True)


def day_in_full(t: Texts, day: str) -> str:
    """ "donderdag 14 januari 2027"."""
    return format_date(date.fromisoformat(day), "EEEE d MMMM y", locale=_locale(t))


def weekday(t: Texts, number: int) -> str:
    """ "donderdag"; 0 is Monday."""
    return str(get_day_names("wide", locale=_locale(t))[number])


def month(t: Texts, first: date) -> str:
    """ "februari"."""
    return str(get_month_names("wide", locale=_locale(t))[first.month])


def rhythm_words(t: Texts, rule: str) -> str:
    """ "elke 6 weken op donderdag", for use within a sentence."""
    rhythm = from_rule(rule)
    if rhythm.kind == "weeks":
        return t.n(
            "every week on {day}", "every {n} weeks on {day}", rhythm.every, day=weekday(t, rhythm.weekday)
        )
    if rhythm.kind == "day":
        return t.n(
            "on day {day} of every month", "on day {day} of every {n} months", rhythm.every, day=rhythm.nth
        )
    return t.n(
        "the {nth} {day} of every month",
        "the {nth} {day} of every {n} months",
        rhythm.every,
        nth=_nth(t, rhythm.nth),
        day=weekday(t, rhythm.weekday),
    )


def choices(t: Texts) -> list[blocks.Block]:
    """The options of the rhythm field; the weekday is a field of its own."""
    found = [
        blocks.option(t.n("every week on", "every {n} weeks on", weeks), f"weeks/{weeks}/0")
        for weeks in WEEKS
    ]
    for months in MONTHS:
        for nth in ORDINALS:
            text = t.n("every month on the {nth}", "every {n} months on the {nth}", months, nth=_nth(t, nth))
            found.append(blocks.option(text, f"weekday/{months}/{nth}"))
    for months in MONTHS:
        text = t.n(
            "every month, on the day of the first date",
            "every {n} months, on the day of the first date",
            months,
        )
        found.append(blocks.option(text, f"day/{months}/0"))
    return found


def rhythm_of(choice: str, on: str, since: str) -> Recurrence:
    """The rhythm of an option of `choices`, a weekday ("0" is Monday) and a first day. Raises ValueError."""
    kind, every, nth = choice.split("/")
    if kind == "day":
        return Recurrence("day", int(every), nth=date.fromisoformat(since).day)
    return Recurrence(kind, int(every), int(on), int(nth))


def _nth(t: Texts, nth: int) -> str:
    return {
        1: t("first"),
        2: t("second"),
        3: t("third"),
        4: t("fourth"),
        5: t("fifth"),
        LAST: t("last"),
    }[nth]


def _locale(t: Texts) -> str:
    return "nl_NL" if t.language == "nl" else "en_GB"
