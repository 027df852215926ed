"""What waits while somebody is out of a group, or does not want to hear of a topic: it is held, and comes afterwards."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.groups import service as groups
from bot.groups.records import Group
from bot.jobs import queue
from bot.nudges import rules, service
from bot.storage import Store, Tx
from tests.clock import StillClock
from tests.conftest import due_items, make_group
from tests.nudges.test_digests import ANNA, BRAM, letters, plan, subjects, wakes

STEP = "step.again"
# As long as the sooner one of two lasts.
LASTS = 30


def of_channel(tx: Tx) -> Group:
    return tx.sql.scalars(select(Group).where(Group.channel == "C0OOST")).one()


def leaves_the_channel(tx: Tx) -> None:
    groups.on_channel_leave(tx, of_channel(tx), ANNA)


def comes_back(tx: Tx) -> None:
    groups.on_channel_join(tx, of_channel(tx), ANNA)


def steps_out(tx: Tx) -> None:
    groups.leave_group(tx, of_channel(tx).id, ANNA)


def steps_in(tx: Tx) -> None:
    groups.join_group(tx, of_channel(tx).id, ANNA, {ANNA})


def turns_steps_off(tx: Tx) -> None:
    service.mute_topics(tx, ANNA, {"steps"})


def turns_steps_on(tx: Tx) -> None:
    service.resume_topic(tx, ANNA, "steps")


def turns_all_off(tx: Tx) -> None:
    service.stop_topic(tx, ANNA, rules.ALL)


def turns_all_on(tx: Tx) -> None:
    service.resume_topic(tx, ANNA, rules.ALL)


WAYS = [
    pytest.param(leaves_the_channel, comes_back, id="the channel"),
    pytest.param(steps_out, steps_in, id="the group"),
    pytest.param(turns_steps_off, turns_steps_on, id="the topic"),
    pytest.param(turns_all_off, turns_all_on, id="everything"),
]


@pytest.mark.parametrize(("out", "back"), WAYS)
async def test_what_falls_due_meanwhile_comes_afterwards_unless_it_has_passed(
    store: Store, clock: StillClock, out: Callable[[Tx], None], back: Callable[[Tx], None]
) -> None:
    def begin(tx: Tx) -> None:
        group = make_group(tx, ANNA, BRAM).id
        plan(tx, group, "de stap", hours=1, kind=STEP)
        plan(tx, group, "de bijeenkomst", hours=1, kind=STEP, lasts=LASTS)
        plan(tx, group, "over een maand", hours=24 * 28, kind=STEP)
        out(tx)
        wakes(tx)

    await store.transact(begin)
    for _ in range(5):
        clock.move(days=1)
        await store.transact(wakes)
    assert await store.read(letters) == []
    # Nobody looks at what waits for something else than a moment.
    assert await store.read(lambda tx: due_items(tx, service.DELIVER)) == []

    def return_(tx: Tx) -> None:
        back(tx)
        wakes(tx)

    await store.transact(return_)
    assert await store.read(letters) == ["over de stap"]
    assert "over een maand" in await store.read(subjects)
    assert "de bijeenkomst" not in await store.read(subjects)


def test_a_letter_about_something_else_leaves_a_topic_that_is_off_where_it_is(tx: Tx) -> None:
    group = make_group(tx, ANNA).id
    turns_steps_off(tx)
    plan(tx, group, "de stap", kind=STEP)
    plan(tx, group, "de groep")
    wakes(tx)
    assert letters(tx) == ["over de groep"]
    assert subjects(tx) == ["de stap"]


def test_a_letter_of_another_group_leaves_the_one_that_they_are_out_of_where_it_is(
    tx: Tx,
) -> None:
    first, second = make_group(tx, ANNA, BRAM), make_group(tx, ANNA, channel="C2")
    plan(tx, first.id, "van oost")
    plan(tx, second.id, "van west")
    groups.on_channel_leave(tx, first, ANNA)
    wakes(tx)
    assert letters(tx) == ["over van west"]
    assert subjects(tx) == ["van oost"]


def test_what_is_off_decides_no_moment(tx: Tx) -> None:
    group = make_group(tx, ANNA).id
    plan(tx, group, "de stap", hours=24, kind=STEP)
    plan(tx, group, "de groep", hours=24 * 7)
    turns_steps_off(tx)
    service.wake_digest(tx, ANNA, tx.now)
    wakes(tx)
    at = queue.scheduled_time(tx, service.DELIVER, ANNA)
    assert at is not None
    assert (at - tx.now).days >= 6
