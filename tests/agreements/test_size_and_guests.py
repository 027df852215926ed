"""What is pointed out once: a group that is small or large, and what a guest can and cannot do."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.agreements import jobs
from bot.delivery.message import Answer
from bot.groups import service as groups
from bot.groups.service import channels, membership
from bot.nudges import service as nudges
from bot.nudges.records import Digest
from bot.storage import Store, Tx
from tests.clock import StillClock
from tests.conftest import make_group, outgoing, run_due, texts_of
from tests.factories import ANNA, BRAM, CHLOE, DAAN

EVA = "U0EVA"
HANDLERS = {**jobs.JOBS, nudges.DELIVER: nudges.digest_job(jobs.DIGESTS)}


async def later(store: Store, clock: StillClock, **by: float) -> list[str]:
    """What has been said in private after a while."""
    await store.transact(run_due, HANDLERS)
    clock.move(**by)
    await store.transact(run_due, HANDLERS)
    return await store.read(lambda tx: texts_of(outgoing(tx, "direct")))


async def test_a_group_that_has_become_small_is_pointed_out_once_to_whoever_began_it(
    store: Store, clock: StillClock
) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM, CHLOE, DAAN).id)
    await store.transact(groups.leave_group, group_id, DAAN)
    [told] = await later(store, clock, days=4)
    assert "<#C0OOST> heeft nu 3 leden" in told
    assert [row.user for row in await store.read(lambda tx: outgoing(tx, "direct"))] == [ANNA]
    # There and back: it is known by now.
    await store.transact(groups.join_group, group_id, DAAN, {DAAN})
    await store.transact(groups.leave_group, group_id, DAAN)
    assert len(await later(store, clock, days=8)) == 1


async def test_what_is_mended_by_then_is_not_said(store: Store, clock: StillClock) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM, CHLOE, DAAN).id)
    await store.transact(groups.leave_group, group_id, DAAN)
    await store.transact(run_due, HANDLERS)
    await store.transact(groups.join_group, group_id, DAAN, {DAAN})
    assert await later(store, clock, days=4) == []


async def test_a_group_that_has_become_large_is_pointed_out(store: Store, clock: StillClock) -> None:
    def grow(tx: Tx) -> None:
        group = make_group(tx, *(f"U000000{number}" for number in range(8)))
        groups.add_member(tx, group, ANNA)

    await store.transact(grow)
    [told] = await later(store, clock, days=4)
    assert "9 leden" in told
    assert "niet iedereen aan de beurt" in told


async def test_a_group_that_wants_to_be_larger_is_not_pointed_out(store: Store, clock: StillClock) -> None:
    def grow(tx: Tx) -> None:
        group = make_group(tx, *(f"U000000{number}" for number in range(8)), maximum=12)
        groups.add_member(tx, group, ANNA)

    await store.transact(grow)
    assert await later(store, clock, days=4) == []


async def test_where_nobody_presses_the_founder_hears_after_a_week_that_the_group_is_small(
    store: Store, clock: StillClock
) -> None:
    def begin(tx: Tx) -> None:
        made = groups.set_up(tx, "C0OOST", ANNA, {ANNA, BRAM}, language="nl", zone="Europe/Amsterdam")
        channels.on_members_listed(tx, Answer(made.id, {"members": [ANNA, BRAM]}))

    await store.transact(begin)
    assert await later(store, clock, days=4) == []
    [told] = await later(store, clock, days=7)
    assert "<#C0OOST> heeft nu 1 lid" in told
    assert len(await later(store, clock, days=30)) == 1


async def test_when_the_one_who_began_it_has_left_the_longest_member_hears(
    store: Store, clock: StillClock
) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM, CHLOE, DAAN).id)
    await store.transact(groups.leave_group, group_id, ANNA)
    await later(store, clock, days=4)
    assert [row.user for row in await store.read(lambda tx: outgoing(tx, "direct"))] == [BRAM]


@pytest.mark.parametrize(
    ("profile", "said"),
    [({"is_restricted": True}, "Je bent gast"), ({"team_id": "T0ELDERS"}, "doe je mee met de knoppen")],
)
async def test_a_guest_is_told_once_what_they_can_and_cannot_do(
    store: Store, clock: StillClock, profile: dict[str, Any], said: str
) -> None:
    def come(tx: Tx) -> str:
        group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
        groups.add_member(tx, group, EVA)
        membership.on_profile(tx, Answer(EVA, {"user": {"tz": "Europe/Amsterdam", **profile}}))
        return group.id

    group_id = await store.transact(come)
    [told] = await later(store, clock, days=4)
    assert said in told
    assert "<#C0OOST>" in told
    await store.transact(groups.leave_group, group_id, EVA)
    await store.transact(groups.join_group, group_id, EVA, {EVA})
    assert len(await later(store, clock, days=8)) == 1


async def put_off(store: Store, user: str) -> None:
    """Presses "Later" under the only digest, for a week."""

    def press(tx: Tx) -> None:
        [digest] = tx.sql.scalars(select(Digest).where(Digest.user == user)).all()
        nudges.snooze_by(tx, digest.id, user, 7)

    await store.transact(press)


async def test_a_guest_who_wants_to_hear_it_later_hears_it_again(store: Store, clock: StillClock) -> None:
    def come(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM, CHLOE, DAAN)
        groups.add_member(tx, group, EVA)
        profile = {"tz": "Europe/Amsterdam", "is_restricted": True}
        membership.on_profile(tx, Answer(EVA, {"user": profile}))

    await store.transact(come)
    assert len(await later(store, clock, days=4)) == 1
    await put_off(store, EVA)
    assert len([text for text in await later(store, clock, days=10) if "Je bent gast" in text]) == 2


async def test_the_size_that_is_to_be_said_later_is_said_again_while_it_is_so(
    store: Store, clock: StillClock
) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM, CHLOE, DAAN).id)
    await store.transact(groups.leave_group, group_id, DAAN)
    assert len(await later(store, clock, days=4)) == 1
    await put_off(store, ANNA)
    assert len([text for text in await later(store, clock, days=10) if "heeft nu 3 leden" in text]) == 2
