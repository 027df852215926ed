"""Reading a method from the data of its file; inconsistent data are refused with their place."""

import string
from collections.abc import Mapping
from typing import Any

from bot.methods.method import HOLES, TEXTS, WAYS, WENT_WELL, Method, Phase

LANGUAGES = ("nl", "en")
SPEAKS = ("presenter", "previous presenter", "group", "in turn", "everyone")
PRESENTER = ("tells", "answers", "silent", "waits", "chooses", "takes part")
ITEMS = ("question", "advice")
MAX_ACTIVITIES = 3
_NEEDED = {"key", "activities", "minutes", "least", "speaks", "presenter", *LANGUAGES}
_POSSIBLE = {"item", "quota", "write_minutes", "protected", "optional", "least_each"}


class BadMethod(ValueError):
    """A method's data are inconsistent; the message names the file and the place."""


def parse(
    data: Mapping[str, Any], source: str, before: tuple[Phase, ...] = (), after: tuple[Phase, ...] = ()
) -> Method:
    """Build a method from the data of a file, between the phases that all methods share. Raises BadMethod."""
    keys = {"key", "name", "about", "group_at_least", "group_at_most", "phases"}
    _only(data, keys, set(), source)
    phases = (*before, *phases_of(data["phases"], source), *after)
    if len({phase.key for phase in phases}) != len(phases):
        raise BadMethod(f"{source}: two phases have the same key")
    at_least = _number(data["group_at_least"], 2, 20, f"{source}: group_at_least")
    return Method(
        key=_word(data["key"], f"{source}: key"),
        names=_languages(data["name"], f"{source}: name"),
        abouts=_languages(data["about"], f"{source}: about"),
        group_at_least=at_least,
        group_at_most=_number(data["group_at_most"], at_least, 20, f"{source}: group_at_most"),
        phases=phases,
    )


def phases_of(listed: Any, source: str) -> tuple[Phase, ...]:
    """The phases of a file. Raises BadMethod."""
    if not isinstance(listed, list) or not listed:
        raise BadMethod(f"{source}: phases must be a list with at least one phase")
    return tuple(_phase(item, f"{source}, phase {number}") for number, item in enumerate(listed, start=1))


def _phase(data: Any, where: str) -> Phase:
    if not isinstance(data, dict):
        raise BadMethod(f"{where}: this is not a table")
    _only(data, _NEEDED, _POSSIBLE, where)
    minutes = _number(data["minutes"], 1, 120, f"{where}: minutes")
    activities = _activities(data["activities"], f"{where}: activities")
    written = _number(data.get("write_minutes", minutes), 1, minutes, f"{where}: write_minutes")
    texts = {language: _texts(data[language], f"{where}, {language}") for language in LANGUAGES}
    return Phase(
        key=_word(data["key"], f"{where}: key"),
        activities=activities,
        minutes=minutes,
        least=_number(data["least"], 1, minutes, f"{where}: least"),
        speaks=_one_of(data["speaks"], SPEAKS, f"{where}: speaks"),
        presenter=_one_of(data["presenter"], PRESENTER, f"{where}: presenter"),
        texts=texts,
        variants={
            language: _variants(data[language], activities, f"{where}, {language}") for language in LANGUAGES
        },
        item=_one_of(data["item"], ITEMS, f"{where}: item") if "item" in data else "",
        quota=_number(data.get("quota", 1), 1, 5, f"{where}: quota"),
        write_part=written / minutes,
        protected=_yes_or_no(data.get("protected", False), f"{where}: protected"),
        optional=_yes_or_no(data.get("optional", False), f"{where}: optional"),
        least_each=_minutes_each(data.get("least_each", 0), f"{where}: least_each"),
    )


def _activities(data: Any, where: str) -> tuple[str, ...]:
    if not isinstance(data, list) or not 1 <= len(data) <= MAX_ACTIVITIES or len(set(data)) != len(data):
        raise BadMethod(f"{where}: must be a list of one to {MAX_ACTIVITIES} different activities")
    return tuple(_word(one, where) for one in data)


def _texts(data: Any, where: str) -> dict[str, str]:
    if not isinstance(data, dict):
        raise BadMethod(f"{where}: this is not a table")
    usual = {name: text for name, text in data.items() if not isinstance(text, dict)}
    _only(usual, set(TEXTS), set(), where)
    return {name: _sentence(data[name], f"{where}: {name}") for name in TEXTS}


def _variants(data: Mapping[str, Any], activities: tuple[str, ...], where: str) -> dict[str, dict[str, str]]:
    """The texts that differ in a way of meeting, in an activity of the phase, or for what went well."""
    found = {}
    for name, texts in data.items():
        if not isinstance(texts, dict):
            continue
        if name not in (*WAYS, WENT_WELL, *activities):
            raise BadMethod(f"{where}: {name} is no way of meeting and no activity of this phase")
        if not texts or set(texts) - set(TEXTS):
            raise BadMethod(f"{where}, {name}: must hold some of {', '.join(TEXTS)}")
        found[name] = {one: _sentence(text, f"{where}, {name}: {one}") for one, text in texts.items()}
    return found


def _languages(data: Any, where: str) -> dict[str, str]:
    if not isinstance(data, dict):
        raise BadMethod(f"{where}: this is not a table")
    _only(data, set(LANGUAGES), set(), where)
    return {language: _sentence(data[language], f"{where}, {language}") for language in LANGUAGES}


def _only(data: Mapping[str, Any], needed: set[str], possible: set[str], where: str) -> None:
    missing = sorted(needed - set(data))
    unknown = sorted(set(data) - needed - possible)
    if missing:
        raise BadMethod(f"{where}: missing {', '.join(missing)}")
    if unknown:
        raise BadMethod(f"{where}: unknown {', '.join(unknown)}")


def _sentence(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadMethod(f"{where}: must be a text")
    try:
        holes = {name for _, name, _, _ in string.Formatter().parse(value) if name is not None}
    except ValueError as problem:
        raise BadMethod(f"{where}: a brace is not closed") from problem
    if holes - HOLES:
        known = ", ".join(f"{{{name}}}" for name in sorted(HOLES))
        raise BadMethod(f"{where}: only {known} may be left open")
    return value


def _word(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.replace("_", "").isalnum() or len(value) > 20:
        raise BadMethod(f"{where}: must be one short word")
    return value


def _number(value: Any, low: int, high: int, where: str) -> int:
    if type(value) is not int or not low <= value <= high:
        raise BadMethod(f"{where}: must be a whole number from {low} to {high}")
    return value


def _minutes_each(value: Any, where: str) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 10:
        raise BadMethod(f"{where}: must be a number of minutes from 0 to 10")
    return float(value)


def _yes_or_no(value: Any, where: str) -> bool:
    if type(value) is not bool:
        raise BadMethod(f"{where}: must be true or false")
    return value


def _one_of(value: Any, known: tuple[str, ...], where: str) -> str:
    if value not in known:
        raise BadMethod(f"{where}: must be one of {', '.join(known)}")
    return str(value)
