"""Catalogue of methods: reads the data files, and refuses an inconsistent one."""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
LANGUAGES = ("nl", "en")
KINDS = (
    "look_back",
    "presentation",
    "questions",
    "analysis",
    "advice",
    "response",
    "harvest",
    "evaluation",
)
SPEAKS = ("presenter", "previous presenter", "group", "in turn", "everyone")
PRESENTER = ("tells", "answers", "silent", "chooses", "takes part")
TEXTS = ("title", "prompt", "rule", "facilitator_line", "watch_for", "if_stuck", "if_wrong")
# Where people speak, single texts may differ: a table of this name beneath those of a language.
SPOKEN = ("room", "video")
# The table of a phase, within a language, with the texts that differ when the case is something that went well.
WENT_WELL = "went_well"
# The short form for three people: each phase takes this share of its minutes.
SHORT = ".short"
SHORT_NAMES = {"nl": "{name}, kort", "en": "{name}, short form"}
SHORT_PART = 0.6
SHORT_AT_LEAST = 3
# The placeholders that a text may contain.
HOLES = {"presenter"}


class BadMethod(ValueError):
    """A method's data are inconsistent; the message names the file and the place."""


class UnknownMethod(LookupError):
    """There is no method with this key."""


@dataclass(frozen=True, slots=True)
class PhaseTexts:
    """Texts of a phase in one language. "{presenter}" stands for the presenter's name.

    The facilitator alone reads the last four: a sentence to say, what to look out for, and what helps when the phase stalls or
    goes wrong.
    """

    title: str
    prompt: str
    rule: str
    facilitator_line: str
    watch_for: str
    if_stuck: str
    if_wrong: str


@dataclass(frozen=True, slots=True)
class Phase:
    """One step of a method."""

    key: str
    kind: str
    minutes: int
    speaks: str
    presenter: str
    texts: Mapping[str, PhaseTexts]
    # The texts for people who speak with each other, by language and way of meeting.
    spoken: Mapping[tuple[str, str], PhaseTexts]
    # The same, for a case of something that went well: these speak of no question.
    went_well: Mapping[str, PhaseTexts]

    def says(self, language: str, presenter: str = "", meets: str = "thread") -> PhaseTexts:
        """The texts in a language and a way of meeting, with the presenter's name filled in."""
        found = self.spoken.get((language, meets), self.texts[language])
        filled = {name: getattr(found, name).replace("{presenter}", presenter) for name in TEXTS}
        return PhaseTexts(**filled)

    def title(self, language: str) -> str:
        return self.texts[language].title


@dataclass(frozen=True, slots=True)
class Method:
    """Method (werkvorm): a fixed sequence of phases, and the group size that it suits."""

    key: str
    names: Mapping[str, str]
    abouts: Mapping[str, str]
    group_at_least: int
    group_at_most: int
    phases: tuple[Phase, ...]

    def name(self, language: str) -> str:
        return self.names[language]

    def about(self, language: str) -> str:
        """The purpose of the method, in a sentence or two."""
        return self.abouts[language]

    @property
    def minutes(self) -> int:
        return sum(phase.minutes for phase in self.phases)

    def for_what_went_well(self) -> "Method":
        """The method with the texts for a case of something that went well."""
        phases = tuple(replace(one, texts=one.went_well, spoken={}) for one in self.phases)
        return replace(self, phases=phases)


def methods() -> tuple[Method, ...]:
    """All methods, in a fixed order."""
    return tuple(_all().values())


def method(key: str) -> Method:
    """The method with a key, also a short form. Raises UnknownMethod."""
    if key.endswith(SHORT):
        return shortened(key.removesuffix(SHORT))
    try:
        return _all()[key]
    except KeyError:
        raise UnknownMethod(key) from None


@cache
def shortened(key: str) -> Method:
    """A method for a small group: the same phases with fewer minutes. Raises UnknownMethod."""
    full = method(key)
    return replace(
        full,
        key=full.key + SHORT,
        names={language: SHORT_NAMES[language].format(name=name) for language, name in full.names.items()},
        group_at_least=min(SHORT_AT_LEAST, full.group_at_least),
        phases=tuple(
            replace(phase, minutes=max(min(3, phase.minutes), round(phase.minutes * SHORT_PART)))
            for phase in full.phases
        ),
    )


@cache
def _all() -> dict[str, Method]:
    return load(DATA)


def load(folder: Path) -> dict[str, Method]:
    """Read every method in a folder. Raises BadMethod."""
    found: dict[str, Method] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            raise BadMethod(f"{path.name}: this is not TOML: {problem}") from problem
        read = parse(data, path.name)
        if read.key in found:
            raise BadMethod(f"{path.name}: the key {read.key!r} is taken by another file")
        found[read.key] = read
    if not found:
        raise BadMethod(f"{folder.name}: there is no method here")
    return found


def parse(data: Mapping[str, Any], source: str) -> Method:
    """Build a method from the data of a file. Raises BadMethod, which names `source` and the place."""
    keys = {"key", "name", "about", "group_at_least", "group_at_most", "phases"}
    _only(data, keys, source)
    listed = data["phases"]
    if not isinstance(listed, list) or not listed:
        raise BadMethod(f"{source}: phases must be a list with at least one phase")
    phases = tuple(_phase(item, f"{source}, phase {number}") for number, item in enumerate(listed, start=1))
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


def _phase(data: Any, where: str) -> Phase:
    if not isinstance(data, dict):
        raise BadMethod(f"{where}: this is not a table")
    _only(data, {"key", "kind", "minutes", "speaks", "presenter", *LANGUAGES}, where)
    texts = {language: _texts(data[language], f"{where}, {language}") for language in LANGUAGES}
    return Phase(
        key=_word(data["key"], f"{where}: key"),
        kind=_one_of(data["kind"], KINDS, f"{where}: kind"),
        minutes=_number(data["minutes"], 1, 120, f"{where}: minutes"),
        speaks=_one_of(data["speaks"], SPEAKS, f"{where}: speaks"),
        presenter=_one_of(data["presenter"], PRESENTER, f"{where}: presenter"),
        texts=texts,
        spoken={
            (language, way): _spoken(texts[language], data[language][way], f"{where}, {language}, {way}")
            for language in LANGUAGES
            for way in SPOKEN
            if way in data[language]
        },
        went_well={language: _went_well(data[language], f"{where}, {language}") for language in LANGUAGES},
    )


def _texts(data: Any, where: str) -> PhaseTexts:
    if not isinstance(data, dict):
        raise BadMethod(f"{where}: this is not a table")
    usual = {name: text for name, text in data.items() if name not in (*SPOKEN, WENT_WELL)}
    _only(usual, set(TEXTS), where)
    for name in TEXTS:
        _sentence(data[name], f"{where}: {name}")
    return PhaseTexts(**{name: data[name] for name in TEXTS})


def _spoken(written: PhaseTexts, data: Any, where: str) -> PhaseTexts:
    """The texts with those that differ where people speak."""
    if not isinstance(data, dict) or not data or set(data) - set(TEXTS):
        raise BadMethod(f"{where}: must hold some of {', '.join(TEXTS)}")
    return replace(written, **{name: _sentence(data[name], f"{where}: {name}") for name in data})


def _went_well(data: Mapping[str, Any], where: str) -> PhaseTexts:
    """The texts with those in their place that differ for a case of something that went well."""
    different = data.get(WENT_WELL, {})
    if not isinstance(different, dict):
        raise BadMethod(f"{where}, {WENT_WELL}: this is not a table")
    usual = {name: data[name] for name in TEXTS}
    return _texts({**usual, **different}, f"{where}, {WENT_WELL}")


def _languages(data: Any, where: str) -> dict[str, str]:
    if not isinstance(data, dict):
        raise BadMethod(f"{where}: this is not a table")
    _only(data, set(LANGUAGES), where)
    return {language: _sentence(data[language], f"{where}, {language}") for language in LANGUAGES}


def _only(data: Mapping[str, Any], keys: set[str], where: str) -> None:
    missing = sorted(keys - set(data))
    unknown = sorted(set(data) - keys)
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
        raise BadMethod(f"{where}: only {{presenter}} may be left open")
    return value


def _word(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.replace("_", "").isalnum() or len(value) > 30:
        raise BadMethod(f"{where}: must be one short word")
    return value


def _number(value: Any, low: int, high: int, where: str) -> int:
    if type(value) is not int or not low <= value <= high:
        raise BadMethod(f"{where}: must be a whole number from {low} to {high}")
    return value


def _one_of(value: Any, known: tuple[str, ...], where: str) -> str:
    if value not in known:
        raise BadMethod(f"{where}: must be one of {', '.join(known)}")
    return str(value)
