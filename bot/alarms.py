"""Alarms: what somebody must mend although the bot goes on. `/readyz`, the metrics and the doctor show the same ones."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.delivery.token_pauses import EVERY_METHOD, token_pauses
from bot.jobs.suspensions import suspended_workspaces
from bot.logs import Advice
from bot.slack.first_event import has_had_event
from bot.slack.sockets.ledger import crowded_count
from bot.storage import Tx


class AlarmKind(StrEnum):
    """The kind of an alarm, as it stands in the metrics and in `/readyz`."""

    TOKEN_REFUSED = "token_refused"
    SCOPE_MISSING = "scope_missing"
    SUSPENDED = "workspace_suspended"
    CROWDED = "too_many_connections"
    NO_EVENT = "no_event"


ADVICE = {
    AlarmKind.TOKEN_REFUSED: Advice.RENEW_TOKEN,
    AlarmKind.SCOPE_MISSING: Advice.ADD_SCOPES,
    AlarmKind.SUSPENDED: Advice.INSTALL_AGAIN,
    AlarmKind.CROWDED: Advice.FEWER_CONNECTIONS,
    AlarmKind.NO_EVENT: Advice.VERIFY_URL,
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm: its kind, since when, and Slack's error code or count if there is one."""

    kind: AlarmKind
    since: datetime | None = None
    error: str = ""
    count: int | None = None
    # When everything is deleted.
    until: datetime | None = None

    @property
    def advice(self) -> str:
        """The advice: a sentence for whoever runs the bot."""
        return str(ADVICE[self.kind])

    def as_json(self) -> dict[str, str | int | None]:
        """The alarm as `/readyz` shows it."""
        return {
            "kind": str(self.kind),
            "error": self.error or None,
            "count": self.count,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "advice": self.advice,
        }


def current_alarms(tx: Tx, *, over_http: bool = False) -> list[Alarm]:
    """The alarms of now; the same for every process."""
    found = [
        Alarm(
            AlarmKind.TOKEN_REFUSED if pause.method == EVERY_METHOD else AlarmKind.SCOPE_MISSING,
            pause.since,
            pause.code,
        )
        for pause in token_pauses(tx)
    ]
    found += [
        Alarm(AlarmKind.SUSPENDED, one.since, one.workspace.team_id, until=one.delete_at)
        for one in suspended_workspaces(tx)
    ]
    count = crowded_count(tx)
    if count is not None:
        found.append(Alarm(AlarmKind.CROWDED, count=count))
    if over_http and not has_had_event(tx):
        found.append(Alarm(AlarmKind.NO_EVENT))
    return found
