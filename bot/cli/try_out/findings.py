"""Findings of the try-out: what answered otherwise than expected."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import click
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

WIDEST = 60


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of an answer that is not what the bot relies on."""

    field: str
    expected: str
    seen: str


@dataclass
class Findings:
    """All that was looked at."""

    looked_at: int = 0
    differences: list[Difference] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def is_all_well(self) -> bool:
        return not self.differences

    def same(self, name: str, expected: Any, seen: Any) -> None:
        """A field must have this value."""
        self.looked_at += 1
        if expected != seen:
            self.differences.append(Difference(name, _shown(expected), _shown(seen)))

    def shaped(self, name: str, pattern: str, seen: Any) -> None:
        """A field must be a text of this shape."""
        self.looked_at += 1
        if not (isinstance(seen, str) and re.fullmatch(pattern, seen)):
            self.differences.append(Difference(name, f"like {pattern}", _shown(seen)))

    def call(
        self, name: str, call: Callable[[], SlackResponse], *, optional: str = ""
    ) -> dict[str, Any] | None:
        """Make a call; None if Slack refuses. A call that needs an optional scope may be refused for want of it."""
        self.looked_at += 1
        try:
            answer = call()
        except SlackApiError as problem:
            error = str(problem.response.get("error"))
            if optional and error == "missing_scope":
                self.skipped.append(f"{name}: {optional}")
            else:
                self.differences.append(Difference(name, "ok", error))
            return None
        except OSError as problem:
            self.differences.append(Difference(name, "ok", type(problem).__name__))
            return None
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    def refused(self, name: str, expected: str, call: Callable[[], SlackResponse]) -> None:
        """A call must be refused with this error."""
        self.looked_at += 1
        try:
            call()
        except SlackApiError as problem:
            self.same(name, expected, problem.response.get("error"))
        else:
            self.differences.append(Difference(name, expected, "ok"))

    def print_table(self) -> None:
        """Print what answered otherwise than expected."""
        for one in self.skipped:
            click.echo(f"not tried  {one}")
        if not self.differences:
            click.echo(f"{self.looked_at} things looked at; all answered as expected.")
            return
        rows = [("field", "expected", "seen")] + [
            (one.field, one.expected, one.seen) for one in self.differences
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        for row in rows:
            click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        click.echo(f"{self.looked_at} things looked at, {len(self.differences)} otherwise than expected.")


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
