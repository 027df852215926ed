"""Brings to the bot what Slack brings, as often and as late as a test likes, and compares what came of it."""

import json
import re
from collections import Counter
from functools import cache
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Column, Select, select

from bot.app import all_handlers
from bot.groups import service as groups
from bot.groups.records import Person
from bot.slack import codec
from bot.slack.dispatch import Dispatcher
from bot.storage import Base, InWorkspace, Store, Tx, Workspace, in_workspace
from sandbox.server import Sandbox
from tests.remembered import filled_tables
from tests.resilience.button_cases import Act, sweep

ROUTER = all_handlers()


class Slack:
    """Brings the same payload as often as it is asked to, and keeps what was answered."""

    def __init__(self, store: Store, sandbox: Sandbox) -> None:
        self.store = store
        self.sandbox = sandbox
        self.answers: list[dict[str, Any]] = []
        self._events = 0
        client = AsyncWebClient(token=sandbox.config.bot_token, base_url=sandbox.api_url)
        self.dispatcher = Dispatcher(ROUTER, store, lambda workspace: client, groups.People())

    async def bring(self, payload: dict[str, Any]) -> None:
        async def ack(**answer: Any) -> None:
            self.answers.append(answer)

        ws = Workspace(payload["team"]["id"])
        if payload["type"] == "block_actions":
            await self.dispatcher._on_action(ack, payload, ws)
        else:
            await self.dispatcher._on_view(ack, payload, ws)

    async def happens(self, event: dict[str, Any], ws: Workspace) -> None:
        """Brings an event. Page: The Events API."""

        async def ack(**answer: Any) -> None:
            self.answers.append(answer)

        self._events += 1
        body = {"team_id": ws.team_id, "event_id": f"Ev{self._events}", "event": event}
        authorizations = [{"user_id": "U0BOT"}]
        await self.dispatcher._on_event(ack, {**body, "authorizations": authorizations}, ws)

    def payload(self, name: str, ws: Workspace, act: Act, fields: dict[str, Any]) -> dict[str, Any]:
        """What Slack sends. Pages: block_actions payload; View interaction payloads."""
        carried = codec.dump(act.carries) if act.carries is not None else ""
        common = {
            "team": {"id": ws.team_id},
            "user": {"id": act.user, "team_id": ws.team_id},
            "trigger_id": self.sandbox.workspace.new_trigger(act.user),
        }
        form = {
            "id": "V0THEFORM",
            "type": "modal",
            "blocks": [
                {"type": "input", "block_id": block, "element": drawn(value)}
                for block, value in fields.items()
            ],
            "state": {"values": {block: {"x": filled_in(value)} for block, value in fields.items()}},
        }
        if name in ROUTER.submissions:
            view = {**form, "callback_id": name, "private_metadata": carried}
            return {"type": "view_submission", **common, "view": view}
        action = {"type": "button", "action_id": name, "block_id": "b", "value": carried}
        # A button in a form comes with what stands in it: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
        view = form if act.in_form else {"id": "V0HOME", "type": "home", "blocks": []}
        return {
            "type": "block_actions",
            **common,
            "view": view,
            "container": {"type": "view", "view_id": view["id"]},
            "actions": [action],
        }


def filled_in(value: Any) -> dict[str, Any]:
    """A field as it comes back, filled in. Page: View interaction payloads."""
    match value:
        case {"option": chosen}:
            return {"type": "radio_buttons", "selected_option": {"value": chosen}}
        case {"day": day}:
            return {"type": "datepicker", "selected_date": day}
        case {"hour": hour}:
            return {"type": "timepicker", "selected_time": hour}
        case {"user": user}:
            return {"type": "users_select", "selected_user": user}
        case list():
            return {"type": "checkboxes", "selected_options": [{"value": one} for one in value]}
        case _:
            return {"type": "plain_text_input", "value": value}


# Whoever has left is asked about again at their next press, so these are no effect of it.
TOLD_BY_SLACK = ("locale", "name", "guest", "zone_known")


async def effect(slack: Slack, ws: Workspace) -> Counter[str]:
    """What is there once everything that followed has happened."""
    await slack.dispatcher.settled()
    await slack.store.transact(sweep)
    return await slack.store.read(in_workspace(ws, everything))


def everything(tx: Tx) -> Counter[str]:
    """Every row of a workspace, without what is different in each: random numbers, and the order of rows."""
    rows: Counter[str] = Counter()
    # Most tables hold nothing: to read those as well took most of the time.
    filled = filled_tables(tx.sql)
    for table, wanted in _tables(tx.workspace):
        if table not in filled:
            continue
        for row in tx.sql.execute(wanted).mappings():
            told = TOLD_BY_SLACK if table == Person.__tablename__ else ()
            kept = {name: value for name, value in row.items() if name not in told}
            written = json.dumps(kept, default=str, sort_keys=True, ensure_ascii=False)
            rows[f"{table} {re.sub('[0-9a-f]{16}', '#', written)}"] += 1
    return rows


@cache
def _tables(ws: Workspace) -> list[tuple[str, Select[Any]]]:
    found = []
    for mapper in Base.registry.mappers:
        kind = mapper.class_
        if issubclass(kind, InWorkspace) and issubclass(kind, Base):
            compared = [
                column.columns[0].label(column.key)
                for column in mapper.column_attrs
                # Without what a query adds from other tables: those rows are compared themselves.
                if isinstance(column.columns[0], Column)
                and column.key not in ("id", "team_id", "ordering_key", "ts")
            ]
            found.append((kind.__tablename__, select(*compared).where(kind.of(ws))))
    return found


def drawn(value: Any) -> dict[str, Any]:
    """The element that a field was filled in with, as the form has it."""
    held = filled_in(value)
    chosen = held.get("selected_options") or [held.get("selected_option")]
    options = {"options": chosen} if held["type"] in ("radio_buttons", "checkboxes") else {}
    return {"type": held["type"], "action_id": "x", **options}
