"""Every handler of the router, called by people who have no business there: nothing is shown, stored or sent.

Each button and form is prepared as its recipe says, in one workspace. Then outsiders bring the same reference, and its own person
brings it from another workspace, or with an id that is nobody's.
"""

import dataclasses
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

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


class Watched:
    """The rows of the workspace, read again only where something was committed since."""

    def __init__(self, door: Door, words: set[str]) -> None:
        self._door = door
        self.words = words
        self._eye = door.store.engine.connect()
        self._version = 0
        self._rows: Counter[str] = Counter()

    async def __aenter__(self) -> "Watched":
        await self._changed()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._eye.close()

    async def _changed(self) -> Counter[str]:
        # Another number means that another connection has committed. https://sqlite.org/pragma.html#pragma_data_version
        version = self._eye.exec_driver_sql("PRAGMA data_version").scalar_one()
        if version == self._version:
            return Counter()
        before, self._rows = self._rows, await rows_of(self._door.store, HERE)
        self._version = version
        return (self._rows - before) + (before - self._rows)

    async def nothing_of_it(self, user: str, *, forgets: bool = False) -> list[str]:
        """What an outsider was shown, or changed, of what is not theirs."""
        await self._door.dispatcher.settled()
        changed = not_their_own(await self._changed(), user, forgets=forgets)
        shown = self._door.shown
        self._door.answers.clear()
        self._door.slack.calls.clear()
        return [*changed, *(word for word in self.words if word in shown)]


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
    async with Watched(door, words) as watched:
        for user, ws, tried in tries:
            payload = door.payload(name, ws, dataclasses.replace(tried, user=user), tried.fields)
            if user == ABROAD:
                # Of another organisation, in a shared channel: the workspace is ours, the person is not.
                payload["user"]["team_id"] = ELSEWHERE.team_id
            await door.bring(payload)
            # Anybody may have the bot forget what it knows of them.
            forgets = name == ids.PRIVACY_FORGET_FORM
            assert await watched.nothing_of_it(user, forgets=forgets) == [], (user, ws)
        nobodys = broken(act)
        if nobodys is not None:
            watched.words = set()
            await door.bring(door.payload(name, HERE, nobodys, nobodys.fields))
            assert await watched.nothing_of_it(act.user) == []


@pytest.mark.parametrize("name", COMMANDS)
async def test_an_outsider_gets_nothing_by_a_command(store: Store, prepared: Prepared, name: str) -> None:
    await prepared(ids.SESSIONS_RESUME, HERE)
    await store.transact(in_workspace(HERE, let_in_outsiders))
    words = await store.read(in_workspace(HERE, words_of))
    door = Door(store)
    async with Watched(door, words) as watched:
        for user, ws in [*((user, HERE) for user in OUTSIDERS), ("U0ANNA", ELSEWHERE)]:
            await door.types(name, user, ws, "C0OOST")
            assert await watched.nothing_of_it(user) == [], (user, ws)


@pytest.mark.parametrize("kind", EVENTS)
async def test_an_event_of_another_workspace_changes_nothing(
    store: Store, prepared: Prepared, kind: str
) -> None:
    await prepared(ids.SESSIONS_RESUME, HERE)
    words = await store.read(in_workspace(HERE, words_of))
    door = Door(store)
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
    async with Watched(door, words) as watched:
        await door.happens(event, ELSEWHERE)
        assert await watched.nothing_of_it("nobody") == []
