"""Catalogue of methods: the data files, read once, the short form of each, and the methods of sessions of before."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from bot.methods.method import TEXTS, Method, Phase, PhaseTexts, method_of_json
from bot.methods.reading import LANGUAGES, BadMethod, parse, phases_of

__all__ = [
    "DATA",
    "LANGUAGES",
    "TEXTS",
    "BadMethod",
    "Method",
    "Phase",
    "PhaseTexts",
    "UnknownMethod",
    "parse",
]

DATA = Path(__file__).parent / "data"
# The phases at both ends of a session are written once, for all methods.
BOOKENDS = DATA / "bookends.toml"
# Methods as sessions have them that a version without snapshots began.
OF_BEFORE = DATA / "before"
# The short form: every phase takes the fewest minutes that still make sense.
SHORT = ".short"
SHORT_NAMES = {"nl": "{name}, kort", "en": "{name}, short form"}
SHORT_AT_LEAST = 3
# Ends the method's key of a session that keeps its own snapshot. A version without snapshots knows no such method.
KEPT = "+"


class UnknownMethod(LookupError):
    """There is no method with this key."""


def methods() -> tuple[Method, ...]:
    """All methods, in a fixed order."""
    return tuple(_all().values())


def method(key: str) -> Method:
    """The method with a key, also a short form, or that of a session that keeps its own. Raises UnknownMethod."""
    key = key.removesuffix(KEPT)
    if key.endswith(SHORT):
        return shortened(key.removesuffix(SHORT))
    return _found(_all(), key)


def method_of_session(key: str, snapshot: Mapping[str, Any] | None) -> Method:
    """The method of a session: its snapshot, or what it was when sessions kept none. Raises UnknownMethod."""
    if snapshot is not None:
        return method_of_json(snapshot)
    if key.endswith(KEPT):
        return method(key)
    if key.endswith(SHORT):
        return _shortened_of_before(key.removesuffix(SHORT))
    return _found(_all_of_before(), key)


@cache
def shortened(key: str) -> Method:
    """A method for a small group or little time: each phase at its least. Raises UnknownMethod."""
    return _short_form(method(key))


@cache
def _shortened_of_before(key: str) -> Method:
    return _short_form(_found(_all_of_before(), key))


def _short_form(full: Method) -> Method:
    return replace(
        full,
        key=full.key + SHORT,
        names={language: SHORT_NAMES[language].format(name=name) for language, name in full.names.items()},
        group_at_least=min(SHORT_AT_LEAST, full.group_at_least),
        phases=tuple(replace(phase, minutes=phase.least) for phase in full.phases if not phase.optional),
    )


def _found(some: dict[str, Method], key: str) -> Method:
    try:
        return some[key]
    except KeyError:
        raise UnknownMethod(key) from None


@cache
def choosing_phases() -> tuple[Phase, ...]:
    """The phases in which a group chooses its case together, before the session. Those in which it arrives come first."""
    data = _read(BOOKENDS)
    before = phases_of(data.get("before"), f"{BOOKENDS.name}, before")
    # Looking back is part of the session; the rest before it may be left out, and is had here.
    arriving = tuple(phase for phase in before if phase.optional)
    return (*arriving, *phases_of(data.get("choosing"), f"{BOOKENDS.name}, choosing"))


@cache
def _all() -> dict[str, Method]:
    data = _read(BOOKENDS)
    before, after = (phases_of(data.get(where), f"{BOOKENDS.name}, {where}") for where in ("before", "after"))
    return load(DATA, before, after)


@cache
def _all_of_before() -> dict[str, Method]:
    return load(OF_BEFORE)


def load(folder: Path, before: tuple[Phase, ...] = (), after: tuple[Phase, ...] = ()) -> dict[str, Method]:
    """Read every method in a folder. Raises BadMethod."""
    found: dict[str, Method] = {}
    for path in sorted(folder.glob("*.toml")):
        if path == BOOKENDS:
            continue
        read = parse(_read(path), path.name, before, after)
        if read.key in found:
            raise BadMethod(f"{path.name}: the key {read.key!r} is taken by another file")
        found[read.key] = read
    if not found:
        raise BadMethod(f"{folder.name}: there is no method here")
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadMethod(f"{path.name}: this is not TOML: {problem}") from problem
