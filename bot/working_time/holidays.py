"""Public holidays of the country of a time zone."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from types import ModuleType

from babel.core import get_global


@cache
def _package() -> ModuleType:
    """The package with the holidays of every country."""
    # Here, because loading it takes 15 ms, and no start asks about a day.
    import holidays

    return holidays


@cache
def country_of(zone: str) -> str:
    """The country of a time zone ("NL"), by CLDR. Empty for a zone of no country, or of one without known holidays."""
    country = str(get_global("zone_territories").get(zone) or "")
    return country if country in _package().list_supported_countries(include_aliases=False) else ""


def holidays_in(days: Iterable[date], country: str, language: str) -> dict[date, str]:
    """The public holidays among some days, with their names. The names are in the language where the package has it."""
    wanted = list(days)
    if not wanted or not country:
        return {}
    known = _package().list_supported_countries(include_aliases=False)
    if country not in known:
        return {}
    of_country = _package().country_holidays(
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
    return frozenset(_package().country_holidays(country, years=year) if country else ())


def _language(country: str, language: str) -> str | None:
    """The package's code of a language for this country ("en_US"); None selects the country's own language."""
    offered: tuple[str, ...] = getattr(_package().country_holidays(country), "supported_languages", ())
    return next((one for one in sorted(offered, reverse=True) if one.split("_")[0] == language), None)
