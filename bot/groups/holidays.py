"""Which days are public holidays where a group or a person is."""

from collections.abc import Iterable
from datetime import date
from functools import cache

import holidays
from babel.core import get_global


@cache
def country_of(zone: str) -> str:
    """The country of a time zone ("NL"), as CLDR has it; empty for one that belongs to none, or whose holidays we don't know."""
    country = str(get_global("zone_territories").get(zone) or "")
    return country if country in holidays.list_supported_countries(include_aliases=False) else ""


def holidays_in(days: Iterable[date], country: str, language: str) -> dict[date, str]:
    """Those of some days that are public holidays in a country, with their names; in the language if they are known in it."""
    wanted = list(days)
    if not wanted or not country:
        return {}
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        return {}
    of_country = holidays.country_holidays(
        country,
        years=sorted({day.year for day in wanted}),
        language=_language(country, language),
    )
    return {day: of_country[day] for day in wanted if day in of_country}


def is_holiday(day: date, zone: str) -> bool:
    """Whether a day is a public holiday in the country of a time zone."""
    return day in _of_year(country_of(zone), day.year)


@cache
def _of_year(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year) if country else ())


def _language(country: str, language: str) -> str | None:
    """How the package calls a language for this country; None is the country's own."""
    offered: tuple[str, ...] = getattr(holidays.country_holidays(country), "supported_languages", ())
    return next((one for one in sorted(offered, reverse=True) if one.split("_")[0] == language), None)
