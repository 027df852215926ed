"""Every button pressed twice and every form sent twice has one effect, and one that is sent again changes it.

Slack does not bring an interaction again, but people press twice, and whoever does not see an answer sends the form
again. The cases come from the router's own tables: a button without a recipe fails here.

The same thing is prepared in four workspaces and done there once, twice, twice with what falls due in between, and
twice in the same instant. After that the four must be alike, in every table.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.app import ROOMS
from bot.groups import service as groups
from bot.slack import codec
from bot.slack import help as help_command
from bot.slack.dispatch import Dispatcher
from bot.slack.router import Router
from bot.storage import Base, InWorkspace, Store, Tx, Workspace
from sandbox.server import Sandbox, running
from tests.trouble.recipes import RECIPES, Act, as_sent, sweep

ONCE, TWICE, LATER, AT_ONCE = (Workspace(f"T0{name}") for name in ("ONCE", "TWICE", "LATER", "ATONCE"))


def whole_router() -> Router:
    router = Router()
    for room in ROOMS:
        router.include(room.router)
    help_command.register(router)
    return router


ROUTER = whole_router()
BUTTONS, FORMS = sorted(ROUTER.actions), sorted(ROUTER.submissions)
# Sent again, they bring other words.
WORDED = [name for name in FORMS if name in RECIPES and name not in ("home.settings_form",)]


def test_every_button_and_every_form_has_a_recipe() -> None:
    assert set(RECIPES) == {*BUTTONS, *FORMS}


class Slack:
    """Brings the same payload as often as it is asked to, and keeps what was answered."""

    def __init__(self, store: Store, sandbox: Sandbox) -> None:
        self.store = store
        self.sandbox = sandbox
        self.answers: list[dict[str, Any]] = []
        client = AsyncWebClient(token=sandbox.config.bot_token, base_url=sandbox.api_url)
        self.dispatcher = Dispatcher(ROUTER, store, lambda workspace: client, groups.People())

    async def bring(self, payload: dict[str, Any]) -> None:
        async def ack(**answer: Any) -> None:
            self.answers.append(answer)

        if payload["type"] == "block_actions":
            await self.dispatcher._on_action(ack, payload)
        else:
            await self.dispatcher._on_view(ack, payload)

    def payload(self, name: str, ws: Workspace, act: Act, fields: dict[str, Any]) -> dict[str, Any]:
        """What Slack sends. Pages: block_actions payload; View interaction payloads."""
        carried = codec.dump(act.carries) if act.carries is not None else ""
        common = {
            "team": {"id": ws.team_id},
            "user": {"id": act.user, "team_id": ws.team_id},
            "trigger_id": self.sandbox.workspace.new_trigger(act.user),
        }
        if name in ROUTER.submissions:
            values = {block: {"x": element(value)} for block, value in fields.items()}
            view = {
                "id": "V0THEFORM",
                "type": "modal",
                "callback_id": name,
                "private_metadata": carried,
                "blocks": [{"type": "input", "block_id": block} for block in fields],
                "state": {"values": values},
            }
            return {"type": "view_submission", **common, "view": view}
        action = {"type": "button", "action_id": name, "block_id": "b", "value": carried}
        container = {"type": "view", "view_id": "V0HOME"}
        view = {"id": "V0HOME", "type": "home", "blocks": []}
        return {
            "type": "block_actions",
            **common,
            "view": view,
            "container": container,
            "actions": [action],
        }


def element(value: Any) -> dict[str, Any]:
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


@pytest.fixture
async def slack(store: Store) -> AsyncIterator[Slack]:
    async with running() as sandbox:
        yield Slack(store, sandbox)


def prepare(tx: Tx, name: str, ws: Workspace) -> Act:
    act = RECIPES[name](tx, ws)
    as_sent(tx, ws)
    return act


def everything(tx: Tx, ws: Workspace) -> Counter[str]:
    """Every row of a workspace, without what is different in each: random numbers, and the order of rows."""
    rows: Counter[str] = Counter()
    for mapper in Base.registry.mappers:
        kind = mapper.class_
        if not issubclass(kind, InWorkspace):
            continue
        for row in tx.sql.scalars(select(kind).where(kind.of(ws))):
            values = {
                column.key: getattr(row, column.key)
                for column in mapper.column_attrs
                if column.key not in ("id", "team_id", "lane")
            }
            written = json.dumps(values, default=str, sort_keys=True, ensure_ascii=False)
            rows[f"{mapper.local_table.name} {re.sub(r'[0-9a-fT0NCE]{16}|[0-9a-f]{16}', '#', written)}"] += 1
    return rows


async def effect(slack: Slack, ws: Workspace) -> Counter[str]:
    await slack.dispatcher.settled()
    await slack.store.transact(sweep)
    return await slack.store.read(everything, ws)


@pytest.mark.parametrize("name", [*BUTTONS, *FORMS])
async def test_twice_has_one_effect(slack: Slack, name: str) -> None:
    acts = {ws: await slack.store.transact(prepare, name, ws) for ws in (ONCE, TWICE, LATER, AT_ONCE)}
    before = await slack.store.read(everything, ONCE)
    payloads = {ws: slack.payload(name, ws, act, act.fields) for ws, act in acts.items()}
    with capture_logs() as logs:
        await slack.bring(payloads[ONCE])
        await slack.bring(payloads[TWICE])
        await slack.bring(payloads[TWICE])
        await slack.bring(payloads[LATER])
        await slack.store.transact(sweep)
        await slack.bring(payloads[LATER])
        await asyncio.gather(*(slack.bring(payloads[AT_ONCE]) for _ in range(3)))
        once = await effect(slack, ONCE)
        others = [await effect(slack, ws) for ws in (TWICE, LATER, AT_ONCE)]
    assert [entry for entry in logs if entry["event"] in ("listener_failed", "reader_unknown")] == []
    assert len(slack.answers) == 8
    # One that only opens a window changes nothing; a form that changes nothing would prove nothing.
    assert once != before or name in BUTTONS
    for other in others:
        assert (other - once, once - other) == (Counter(), Counter())


@pytest.mark.parametrize("name", FORMS)
async def test_a_form_that_is_sent_again_with_other_words_changes_what_was_sent(
    slack: Slack, name: str
) -> None:
    act = await slack.store.transact(prepare, name, TWICE)
    if not act.reworded:
        pytest.skip("nothing is typed in it, or it has a test of its own")
    await slack.bring(slack.payload(name, TWICE, act, act.fields))
    first = await effect(slack, TWICE)
    await slack.bring(slack.payload(name, TWICE, act, act.reworded))
    second = await effect(slack, TWICE)
    new = {value for key, value in words(act.reworded).items() if value != words(act.fields)[key]}
    stored = "\n".join(second)
    assert [word for word in new if word not in stored] == []
    assert tables(second) == tables(first)


def words(fields: dict[str, Any]) -> dict[str, str]:
    """What was typed, by field."""
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def tables(rows: Counter[str]) -> Counter[str]:
    """How many rows there are in each table of what people brought in."""
    found: Counter[str] = Counter()
    for row, number in rows.items():
        table = row.split(" ", 1)[0]
        if table not in ("outbox", "due"):
            found[table] += number
    return found
