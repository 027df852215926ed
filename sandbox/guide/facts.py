"""Facts: what people pressed and sent since a scene began, which no message shows."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fact:
    user: str
    # The action id of a button, or the callback id of a form that was taken without errors.
    what: str
    # The message that the button stands on; "" for a form.
    ts: str = ""
    # Whom a form named, if anybody.
    named: str = ""


class Facts:
    """A log of them, in order; one for each scene."""

    def __init__(self) -> None:
        self.log: list[Fact] = []

    def note_press(self, user: str, action_id: str, source: dict[str, Any]) -> None:
        self.log.append(Fact(user, action_id, str(source.get("ts", ""))))

    def note_form(self, user: str, callback_id: str, state: dict[str, Any]) -> None:
        named = [
            one["selected_user"]
            for field in state.values()
            for one in field.values()
            if one.get("selected_user")
        ]
        self.log.append(Fact(user, callback_id, named=str(named[0]) if named else ""))

    def who(self, *what: str, since: str = "", ts: str = "") -> set[str]:
        """Who did one of these; only since the last time that something else was done, or on one message."""
        begins = max((n for n, fact in enumerate(self.log) if fact.what == since), default=0) if since else 0
        return {fact.user for fact in self.log[begins:] if fact.what in what and ts in ("", fact.ts)}

    def last(self, *what: str) -> str:
        """Which of these was done last; "" for none."""
        return next((fact.what for fact in reversed(self.log) if fact.what in what), "")

    def last_user(self, what: str) -> str:
        """Who pressed this button last; "" for nobody."""
        return next((fact.user for fact in reversed(self.log) if fact.what == what), "")

    def last_message(self, what: str) -> str:
        """The message on which this button was pressed last; "" for none."""
        return next((fact.ts for fact in reversed(self.log) if fact.what == what), "")

    def number(self, *what: str) -> int:
        return sum(fact.what in what for fact in self.log)

    def last_named(self, what: str) -> str:
        """Whom the last form of a kind named; "" for nobody."""
        return next((fact.named for fact in reversed(self.log) if fact.what == what), "")
