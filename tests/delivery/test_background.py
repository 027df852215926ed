"""What somebody waits for goes first; what nobody waits for is spread over the rest of the rate limit."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from bot.delivery import claims, outbox, sendable
from bot.delivery.rate_limits import METHOD_BURST, PER_MINUTE, RESERVE
from bot.delivery.records import OutboxRow
from bot.delivery.states import OutboxState
from bot.home import service as home
from bot.storage import Store, Tx
from tests.clock import StillClock
from tests.conftest import make_group
from tests.factories import ANNA, BRAM

VIEW = {"type": "home", "blocks": []}
REFRESHED = 80


def refresh_many(tx: Tx) -> None:
    for number in range(REFRESHED):
        outbox.publish_home(tx, f"U{number:05}", VIEW, background=True)


def open_home(tx: Tx) -> None:
    outbox.publish_home(tx, ANNA, VIEW)


async def go(store: Store) -> tuple[list[str], datetime | None]:
    """Whose calls go now, and when the next ones may."""
    ids, again = await store.read(sendable.select_sendable, sendable.MAX_IN_FLIGHT)

    def send(tx: Tx) -> list[str]:
        users = []
        for one in claims.claim(tx, ids, 1):
            row = tx.sql.get_one(OutboxRow, one.id)
            row.state, row.lease_until = OutboxState.SENT, None
            users.append(str(row.user or one.payload.get("subject")))
        return users

    return await store.transact(send), again


async def test_a_home_that_is_opened_does_not_wait_behind_eighty_that_are_refreshed(store: Store) -> None:
    await store.transact(refresh_many)
    first, again = await go(store)
    assert len(first) == METHOD_BURST - RESERVE
    assert again is not None
    await store.transact(open_home)
    assert await go(store) == ([ANNA], again)


async def test_refreshed_ones_are_spread_and_all_of_them_go(store: Store, clock: StillClock) -> None:
    await store.transact(refresh_many)
    begun, went, minutes = clock.now(), list[str](), Counter[int]()
    while True:
        users, again = await go(store)
        went += users
        minutes[int((clock.now() - begun) / timedelta(minutes=1))] += len(users)
        if len(went) == REFRESHED:
            break
        assert again is not None
        clock.move_to(again)
    assert len(set(went)) == REFRESHED
    assert max(minutes.values()) <= PER_MINUTE["views.publish"] - RESERVE


async def test_a_view_that_waits_goes_first_once_its_tab_is_opened(store: Store) -> None:
    def refresh_hers(tx: Tx) -> None:
        outbox.publish_home(tx, ANNA, VIEW, background=True)

    await store.transact(refresh_many)
    await store.transact(refresh_hers)
    await go(store)
    await store.transact(open_home)
    # What is refreshed after that leaves it where it is.
    await store.transact(refresh_hers)
    assert (await go(store))[0] == [ANNA]


@pytest.mark.parametrize("background", [False, True])
async def test_somebody_who_is_new_is_asked_about_before_names_of_the_night(
    store: Store, background: bool
) -> None:
    def ask(tx: Tx, user: str, background: bool) -> None:
        outbox.call_api(tx, "users.info", {"user": user}, answer="a", subject=user, background=background)

    for number in range(REFRESHED):
        await store.transact(ask, f"U{number:05}", True)
    await go(store)
    await store.transact(ask, ANNA, background)
    assert (await go(store))[0] == ([] if background else [ANNA])


async def test_only_a_tab_that_is_opened_is_waited_for(store: Store) -> None:
    def both(tx: Tx) -> dict[str, bool]:
        make_group(tx, ANNA, BRAM)
        home.on_home_opened(tx, ANNA)
        home.publish_home(tx, BRAM, background=True)
        rows = tx.sql.query(OutboxRow).filter(OutboxRow.kind == "home")
        return {str(row.user): row.background for row in rows}

    assert await store.transact(both) == {ANNA: False, BRAM: True}
