"""Alarms: what somebody must mend although the bot goes on. `/readyz`, the metrics and the doctor show the same ones."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.delivery.token_pauses import EVERY_METHOD, token_pauses
from bot.logs import Advice
from bot.storage import Tx


class AlarmKind(StrEnum):
    """The kind of an alarm, as it stands in the metrics and in `/readyz`."""

    TOKEN_REFUSED = "token_refused"
    SCOPE_MISSING = "scope_missing"


ADVICE = {
    AlarmKind.TOKEN_REFUSED: Advice.RENEW_TOKEN,
    AlarmKind.SCOPE_MISSING: Advice.ADD_SCOPES,
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm: its kind, since when, and Slack's error code if there is one."""

    kind: AlarmKind
    since: datetime | None = None
    error: str = ""

    @property
    def advice(self) -> str:
        """What to do."""
        return str(ADVICE[self.kind])

    def as_json(self) -> dict[str, str | None]:
        """The alarm as `/readyz` shows it."""
        return {
            "kind": str(self.kind),
            "error": self.error or None,
            "since": self.since.isoformat() if self.since else None,
            "advice": self.advice,
        }


def current_alarms(tx: Tx) -> list[Alarm]:
    """The alarms of now; the same for every process."""
    return [
        Alarm(
            AlarmKind.TOKEN_REFUSED if pause.method == EVERY_METHOD else AlarmKind.SCOPE_MISSING,
            pause.since,
            pause.code,
        )
        for pause in token_pauses(tx)
    ]
