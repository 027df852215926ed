"""Every handler of the router, called by people who have no business there: nothing is shown, stored or sent.

Each button and form is prepared as its recipe says, in one workspace. Then outsiders bring the same reference, and its own person
brings it from another workspace, or with an id that is nobody's.
"""

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.slack import ids
from bot.storage import Store, in_workspace
from tests import empty
from tests.clock import StillClock
from tests.conftest import OneWorkspaceStore, engine_of
from tests.resilience.outsiders import (
    ABROAD,
    ELSEWHERE,
    HERE,
    OUTSIDERS,
    Door,
    broken,
    let_in_outsiders,
    not_their_own,
    rows_of,
    words_of,
)
from tests.resilience.prepared import Prepared
from tests.resilience.slack_driver import ROUTER

BUTTONS, FORMS = sorted(ROUTER.actions), sorted(ROUTER.submissions)
COMMANDS = sorted(one.name for one in ROUTER.subcommands)
EVENTS = sorted(ROUTER.events)


@pytest.fixture
def store(clock: StillClock) -> Iterator[Store]:
    """SQLite alone: what is refused is refused before a database makes a difference."""
    opened = OneWorkspaceStore(engine_of(empty.sqlite()), clock.now)
    yield opened
    opened.close()


@pytest.fixture
def prepared(store: Store, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "prepared"
    shared.mkdir(exist_ok=True)
    return Prepared(store, shared, tmp_path)


async def nothing_of_it(
    door: Door, before: Any, words: set[str], user: str, *, forgets: bool = False
) -> list[str]:
    """What an outsider was shown, or changed, of what is not theirs."""
    await door.dispatcher.settled()
    after = await rows_of(door.store, HERE)
    changed = not_their_own((after - before) + (before - after), user, forgets=forgets)
    shown = door.shown
    door.answers.clear()
    door.slack.calls.clear()
    return [*changed, *(word for word in words if word in shown)]


@pytest.mark.parametrize("name", [*BUTTONS, *FORMS])
async def test_an_outsider_gets_nothing_by_a_press_or_a_form(
    store: Store, prepared: Prepared, name: str
) -> None:
    [act] = await prepared(name, HERE)
    await store.transact(in_workspace(HERE, let_in_outsiders))
    words = await store.read(in_workspace(HERE, words_of))
    door = Door(store)
    typed = str(act.fields)
    words = {word for word in words if word not in typed}
    tries = [(user, HERE, act) for user in OUTSIDERS]
    tries.append((act.user, ELSEWHERE, act))
    before = await rows_of(store, HERE)
    for user, ws, tried in tries:
        payload = door.payload(name, ws, dataclasses.replace(tried, user=user), tried.fields)
        if user == ABROAD:
            # Of another organisation, in a shared channel: the workspace is ours, the person is not.
            payload["user"]["team_id"] = ELSEWHERE.team_id
        await door.bring(payload)
        # Anybody may have the bot forget what it knows of them.
        forgets = name == ids.PRIVACY_FORGET_FORM
        assert await nothing_of_it(door, before, words, user, forgets=forgets) == [], (user, ws)
        before = await rows_of(store, HERE)
    nobodys = broken(act)
    if nobodys is not None:
        await door.bring(door.payload(name, HERE, nobodys, nobodys.fields))
        assert await nothing_of_it(door, before, set(), act.user) == []


@pytest.mark.parametrize("name", COMMANDS)
async def test_an_outsider_gets_nothing_by_a_command(store: Store, prepared: Prepared, name: str) -> None:
    await prepared(ids.SESSIONS_RESUME, HERE)
    await store.transact(in_workspace(HERE, let_in_outsiders))
    words = await store.read(in_workspace(HERE, words_of))
    door = Door(store)
    before = await rows_of(store, HERE)
    for user, ws in [*((user, HERE) for user in OUTSIDERS), ("U0ANNA", ELSEWHERE)]:
        await door.types(name, user, ws, "C0OOST")
        assert await nothing_of_it(door, before, words, user) == [], (user, ws)
        before = await rows_of(store, HERE)


@pytest.mark.parametrize("kind", EVENTS)
async def test_an_event_of_another_workspace_changes_nothing(
    store: Store, prepared: Prepared, kind: str
) -> None:
    await prepared(ids.SESSIONS_RESUME, HERE)
    words = await store.read(in_workspace(HERE, words_of))
    door = Door(store)
    before = await rows_of(store, HERE)
    event = {
        "type": kind,
        "channel": "C0OOST",
        "user": "U0ANNA",
        "tab": "home",
        "ts": "1799999999.000001",
        "thread_ts": "1799999999.000001",
        "text": "Hoi",
        "old_channel_id": "C0OOST",
        "new_channel_id": "C0NIEUW",
        "tokens": {"bot": ["U0BOT"]},
    }
    if kind == "user_change":
        event["user"] = {"id": "U0ANNA", "deleted": True, "team_id": ELSEWHERE.team_id}
    await door.happens(event, ELSEWHERE)
    assert await nothing_of_it(door, before, words, "nobody") == []
