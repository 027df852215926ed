"""What the buttons of follow-up carry."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StepAnswer:
    """An answer to a nudge: "done", "partly", "not" or "irrelevant"."""

    step: str
    answer: str


@dataclass(frozen=True)
class Snooze:
    step: str
    days: int


@dataclass(frozen=True)
class StepRef:
    step: str


@dataclass(frozen=True)
class ShareStep:
    """The group may hear the step that has this fingerprint; empty: it may not."""

    step: str
    words: str


@dataclass(frozen=True)
class ReflectionRef:
    reflection: str
