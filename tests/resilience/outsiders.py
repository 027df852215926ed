"""People who have no business in a group, and a Slack that keeps what the bot asks of it."""

import dataclasses
import json
import re
from collections import Counter
from types import SimpleNamespace
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from sqlalchemy import select

from bot.groups import service as groups
from bot.groups.records import Group, Member, Person
from bot.slack.dispatch import Dispatcher
from bot.storage import Base, EncryptedText, Store, Tx, Workspace, belonging_to, in_workspace
from sandbox.workspace.state import Workspace as State
from tests.conftest import make_group
from tests.resilience.acts import Act
from tests.resilience.slack_driver import ROUTER, Slack, everything

HERE, ELSEWHERE = Workspace("T0HERE"), Workspace("T0ELSEWHERE", "E0ELSEWHERE")
STRANGER, FORMER, GUEST, NEIGHBOUR, ABROAD = "U0NIEMAND", "U0OUD", "U0GAST", "U0BUUR", "U0VERWEG"
OUTSIDERS = (STRANGER, FORMER, GUEST, NEIGHBOUR, ABROAD)
# What somebody may have of their own without being in any group: a table where each row names them.
OF_THEIR_OWN = frozenset(
    {"people", "quiet", "silences", "nudges", "due", "outbox", "calendar_feeds", "letters"}
)
# Holds no id but a hash.
OF_FORGETTING = frozenset({"forgotten"})
LONG_ENOUGH = 6


class Recording(AsyncWebClient):
    """Slack's Web API at the edge: answers what it must, and keeps every call."""

    def __init__(self) -> None:
        super().__init__(token="xoxb-recording", base_url="https://slack.invalid/api/")
        self.calls: list[tuple[str, dict[str, Any]]] = []

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:
        self.calls.append((api_method, given))
        data: dict[str, Any] = {
            "ok": True,
            "view": {"id": "V0NEW", "hash": "h"},
            "ts": "1.1",
            "channel": {"id": "D0"},
        }
        if api_method == "conversations.members":
            data["members"] = ["U0BOT"]
        if api_method == "users.info":
            user = str((given.get("params") or given.get("json") or {}).get("user"))
            data["user"] = {"id": user, "team_id": HERE.team_id, "tz": "Europe/Amsterdam", "locale": "en-US"}
        return AsyncSlackResponse(
            client=self,
            http_verb="POST",
            api_url=f"{self.base_url}{api_method}",
            req_args=given,
            data=data,
            headers={},
            status_code=200,
        )


class Door(Slack):
    """Brings to the bot what outsiders press, send and type, and keeps all that they are shown."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.answers: list[dict[str, Any]] = []
        self._events = 0
        self.sandbox = SimpleNamespace(workspace=State())  # type: ignore[assignment]
        self.slack = Recording()
        self.dispatcher = Dispatcher(ROUTER, store, lambda workspace: self.slack, groups.People())

    async def types(self, words: str, user: str, ws: Workspace, channel: str) -> None:
        """Brings a command."""

        async def ack(**answer: Any) -> None:
            self.answers.append(answer)

        body = {
            "user_id": user,
            "channel_id": channel,
            "channel_name": "intervisie-oost",
            "text": words,
            "trigger_id": "1.2",
            "team_id": ws.team_id,
        }
        await self.dispatcher._on_command(ack, body, ws)

    @property
    def shown(self) -> str:
        """All that an outsider could read, and what was sent anywhere."""
        return json.dumps([self.answers, self.slack.calls], default=str, ensure_ascii=False)


def let_in_outsiders(tx: Tx) -> None:
    """A former member, a guest, and somebody of another group, beside every group of this workspace."""
    here = list(tx.sql.scalars(select(Group).where(Group.of(tx.workspace))))
    for group in here:
        left = Member(
            group_id=group.id, user=FORMER, since=tx.now, left_at=tx.now, **belonging_to(tx.workspace)
        )
        tx.sql.add(left)
    for user in (FORMER, GUEST, ABROAD):
        known = Person(user=user, language="nl", zone="Europe/Amsterdam", **belonging_to(tx.workspace))
        known.guest = "guest" if user == GUEST else None
        tx.sql.add(known)
    make_group(tx, NEIGHBOUR, "U0MAATJE", channel="C0BUREN")


def words_of(tx: Tx) -> set[str]:
    """Every word of people that stands in this workspace."""
    found: set[str] = set()
    for table in Base.metadata.sorted_tables:
        if "team_id" not in table.c:
            continue
        columns = [column for column in table.columns if isinstance(column.type, EncryptedText)]
        if columns:
            rows = tx.sql.execute(select(*columns).where(table.c.team_id == tx.workspace.team_id))
            found |= {value for row in rows for value in row if value and len(value) >= LONG_ENOUGH}
    return found


def not_their_own(changed: Counter[str], user: str, *, forgets: bool = False) -> list[str]:
    """The rows that changed although they are somebody else's. Whoever is forgotten changes all that names them."""
    own = {row for row in changed if user in row and (forgets or row.split(" ", 1)[0] in OF_THEIR_OWN)}
    return [
        row for row in changed if row not in own and not (forgets and row.split(" ", 1)[0] in OF_FORGETTING)
    ]


async def rows_of(store: Store, ws: Workspace) -> Counter[str]:
    return await store.read(in_workspace(ws, everything))


def broken(act: Act) -> Act | None:
    """The same act with every id of its reference replaced by one that is nobody's; None where it has none."""
    if act.carries is None:
        return None
    ids = [
        field.name
        for field in dataclasses.fields(act.carries)
        if re.fullmatch("[0-9a-f]{16}", str(getattr(act.carries, field.name)))
    ]
    nobodys = dataclasses.replace(act.carries, **dict.fromkeys(ids, "f" * 16))
    return dataclasses.replace(act, carries=nobodys) if ids else None
