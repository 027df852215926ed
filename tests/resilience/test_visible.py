"""Every button shows something to whoever presses it, the first time and each time after that.

A button that stays silent is pressed again, and again. What counts: a window, a private answer, a new message, or a
message that reads otherwise than before. The cases come from the router's own table, as in `test_twice.py`.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select

from bot.delivery.records import OutboxRow
from bot.groups import service as groups
from bot.slack import ids
from bot.slack.dispatch import Dispatcher
from bot.storage import Store, Tx, Workspace, in_workspace
from sandbox.outgoing import payloads
from sandbox.server import Sandbox, running
from tests.resilience.acts import Act, as_sent, sweep
from tests.resilience.prepared import Prepared
from tests.resilience.slack_driver import ROUTER, Slack

OURS = Workspace("T0OURS")
CHANNEL = "C0OOST"
# Buttons with a link: the browser shows the page.
LINKS = {ids.CALENDAR_LINK, ids.TABLE_PAGE_LINK}
SHOWN_BY = ("views.open", "views.push", "views.update", "chat.postEphemeral", "response_url")


class Pressing(Slack):
    """Presses a button in a message, or on the Home tab, and looks what can be seen of it."""

    def __init__(self, store: Store, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        super().__init__(store, sandbox)
        self.client = AsyncWebClient(
            token=sandbox.config.bot_token, base_url=sandbox.api_url, session=session, retry_handlers=[]
        )
        self.dispatcher = Dispatcher(ROUTER, store, lambda workspace: self.client, groups.People())
        self._shown: set[str] = set()

    async def in_message(self, name: str, act: Act) -> dict[str, Any]:
        ws = self.sandbox.workspace
        posted = await self.client.chat_postMessage(channel=CHANNEL, text="Hier")
        message = ws.message(CHANNEL, str(posted["ts"]))
        url = self.sandbox.doings.response_url("U0ANNA", CHANNEL, message)
        payload = self.payload(name, OURS, act, {})
        there = payloads.action_in_message(ws, "U0ANNA", message, payload["actions"][0], {}, url)
        del payload["view"]
        kept = ("container", "channel", "message", "response_url")
        return {**payload, **{part: there[part] for part in kept}}

    async def can_see(self, payload: dict[str, Any]) -> bool:
        """Whether the press can be seen, after all that followed from it."""
        before = len(self.sandbox.workspace.journal)
        await self.bring(payload)
        await self.dispatcher.settled()
        await self.store.transact(sweep)
        called = [entry["name"] for entry in self.sandbox.workspace.journal[before:]]
        written = await self.store.read(in_workspace(OURS, _written))
        new, self._shown = written - self._shown, written | self._shown
        # Slack has it before the next press: an edit that only says the same again is no answer.
        await self.store.transact(in_workspace(OURS, as_sent))
        return bool(new) or any(name in SHOWN_BY for name in called)


def _written(tx: Tx) -> set[str]:
    """Every message and edit so far, by what it says and where; without rows whose words Slack has taken."""
    rows = tx.sql.scalars(select(OutboxRow).where(OutboxRow.of(tx.workspace)))
    return {
        json.dumps([row.kind, row.target_key or row.key, row.user, row.channel, row.payload], sort_keys=True)
        for row in rows
        if row.payload is not None or row.kind == "delete"
    }


@pytest.fixture
async def pressing(store: Store) -> AsyncIterator[Pressing]:
    async with running() as sandbox, aiohttp.ClientSession() as session:
        yield Pressing(store, sandbox, session)


# What is shown does not depend on the database, and `test_twice.py` presses all of these on PostgreSQL too.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("where", ["message", "home"])
@pytest.mark.parametrize("name", sorted(ROUTER.actions.keys() - LINKS))
async def test_a_button_is_never_silent(
    pressing: Pressing, prepared: Prepared, name: str, where: str
) -> None:
    (act,) = await prepared(name, OURS)
    payload = (
        await pressing.in_message(name, act)
        if where == "message"
        else pressing.payload(name, OURS, act, act.fields)
    )
    seen = [await pressing.can_see(payload) for _ in range(3)]
    assert seen == [True, True, True]
