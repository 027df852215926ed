"""References that the buttons and forms of follow-up carry."""

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
    """Shares the step with this fingerprint; "" keeps it private."""

    step: str
    words: str


@dataclass(frozen=True)
class ReflectionRef:
    reflection: str
