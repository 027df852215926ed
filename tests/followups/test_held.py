"""A step is asked about all the same when its owner was out for a while, or had the question turned off meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.followups import service
from bot.followups.records import Takeaway
from bot.groups import service as groups
from bot.nudges import service as nudges
from bot.storage import Store, Tx
from tests.clock import StillClock
from tests.conftest import outgoing, texts_of
from tests.factories import ANNA
from tests.followups.test_reflections import held
from tests.followups.test_service import keep, later
from tests.nudges.test_held import WAYS, of_channel


def asked(tx: Tx) -> list[str]:
    return texts_of(outgoing(tx, "direct"))


@pytest.mark.parametrize(("out", "back"), WAYS)
async def test_a_step_whose_day_comes_meanwhile_is_asked_about_twice_as_any_other(
    store: Store, clock: StillClock, out: Callable[[Tx], None], back: Callable[[Tx], None]
) -> None:
    await store.transact(keep)
    await store.transact(out)
    for day in (20, 21):
        clock.move_to(datetime(2027, 1, day, 9, tzinfo=UTC))
        await store.transact(later)
    assert await store.read(asked) == []
    await store.transact(back)
    for day in (21, 22, 28, 29):
        clock.move_to(datetime(2027, 1, day, 9, tzinfo=UTC))
        await store.transact(later)
    first, again = await store.read(asked)
    assert "Hoe is het gegaan?" in first
    assert "Hierna vraag ik er niet meer naar" in again


async def test_a_reflection_is_asked_for_after_coming_back(store: Store, clock: StillClock) -> None:
    await store.transact(held)
    await store.transact(lambda tx: groups.on_channel_leave(tx, of_channel(tx), ANNA))
    clock.move_to(datetime(2027, 1, 19, 9, tzinfo=UTC))
    await store.transact(later)
    assert await store.read(asked) == []
    await store.transact(lambda tx: groups.on_channel_join(tx, of_channel(tx), ANNA))
    await store.transact(later)
    [letter] = await store.read(asked)
    assert "vier korte vragen" in letter


def test_nobody_is_promised_a_day_while_the_question_waits(tx: Tx) -> None:
    kept = tx.sql.get_one(Takeaway, keep(tx))
    assert service.step_question_day(tx, kept) is not None
    groups.leave_group(tx, kept.group_id, ANNA)
    assert service.step_question_day(tx, kept) is None
    groups.join_group(tx, kept.group_id, ANNA, {ANNA})
    groups.pause_group(tx, kept.group_id, ANNA)
    assert service.step_question_day(tx, kept) is None
    assert nudges.nudge_planned_at(tx, ANNA, service.STEP_NUDGE, kept.id) is not None
