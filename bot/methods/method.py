"""Method and phase: what a method is, in words for every language and way of meeting, and as JSON for a session's snapshot."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from math import ceil
from typing import Any

TEXTS = ("title", "prompt", "rule", "facilitator_line", "watch_for", "if_stuck", "if_wrong")
# Single texts may differ in a way of meeting: a table of this name beneath those of a language.
WAYS = ("thread", "room", "video")
# The table with the texts that differ when the case is something that went well.
WENT_WELL = "went_well"
# The placeholders that a text may contain. A sentence whose value is unknown is left out.
HOLES = frozenset({"presenter", "previous", "next", "time"})
_HOLE = re.compile(r"\{(\w+)\}")
_SENTENCES = re.compile(r"(?<=[.?!])\s+")


@dataclass(frozen=True, slots=True)
class PhaseTexts:
    """Texts of a phase in one language.

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
    """One step of a method: one to three activities, one after the other, within the minutes of the whole."""

    key: str
    activities: tuple[str, ...]
    minutes: int
    # The fewest minutes that still make sense: those of the short form.
    least: int
    speaks: str
    presenter: str
    # By language.
    texts: Mapping[str, Mapping[str, str]]
    # Single texts that differ, by language and name: of a way of meeting, of an activity, or of what went well.
    variants: Mapping[str, Mapping[str, Mapping[str, str]]]
    # What people write: "question" or "advice"; empty where nobody does.
    item: str = ""
    quota: int = 1
    # The part of the minutes for writing.
    write_part: float = 1.0
    # Never shorter than `least`, and never left out.
    protected: bool = False
    # May be left out.
    optional: bool = False
    is_went_well: bool = False
    # The fewest minutes for each person who has a turn; 0 where their number decides nothing.
    least_each: float = 0.0

    def least_for(self, speakers: int) -> int:
        """The fewest minutes that still make sense when so many have a turn; 0 where nobody knows how many."""
        return ceil(self.least_each * speakers) or self.least

    def says(
        self, language: str, presenter: str = "", meets: str = "thread", activity: str = "", **values: str
    ) -> PhaseTexts:
        """The texts in a language, a way of meeting and an activity, with the placeholders filled in."""
        found = dict(self.texts[language])
        different = self.variants.get(language, {})
        for name in (meets, activity, *([WENT_WELL] if self.is_went_well else [])):
            found.update(different.get(name, {}))
        known = {**values, **({"presenter": presenter} if presenter else {})}
        return PhaseTexts(**{name: _filled(text, known) for name, text in found.items()})

    def title(self, language: str) -> str:
        return self.texts[language]["title"]

    @property
    def writing_time(self) -> timedelta:
        return timedelta(minutes=self.minutes * self.write_part)


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
        """The minutes of the whole, without the phases that may be left out."""
        return sum(phase.minutes for phase in self.phases if not phase.optional)

    def for_what_went_well(self) -> "Method":
        """The method with the texts for a case of something that went well."""
        return replace(self, phases=tuple(replace(one, is_went_well=True) for one in self.phases))

    def with_minutes(self, minutes: Sequence[int]) -> "Method":
        """The method with other lengths. A phase of no minutes is skipped."""
        changed = zip(self.phases, minutes, strict=True)
        return replace(self, phases=tuple(replace(phase, minutes=length) for phase, length in changed))

    def as_json(self) -> dict[str, Any]:
        """The whole method as JSON: a session keeps it as it was at its start."""
        return asdict(self)


def method_of_json(data: Mapping[str, Any]) -> Method:
    """The method that a session kept. Keys that a newer version added are left aside."""
    phases = tuple(_phase_of_json(one) for one in data["phases"])
    known = {name: data[name] for name in Method.__dataclass_fields__}
    return Method(**{**known, "phases": phases})


def _phase_of_json(data: Mapping[str, Any]) -> Phase:
    known = {name: data[name] for name in Phase.__dataclass_fields__ if name in data}
    return Phase(**{**known, "activities": tuple(data["activities"])})


def _filled(text: str, values: Mapping[str, str]) -> str:
    if "{" not in text:
        return text
    lines = []
    for line in text.split("\n"):
        sentences = [
            one for one in _SENTENCES.split(line) if set(_HOLE.findall(one)) <= {*values, "presenter"}
        ]
        lines.append(_HOLE.sub(lambda hole: values.get(hole[1], ""), " ".join(sentences)))
    return "\n".join(line for line in lines if line)
