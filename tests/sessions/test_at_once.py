"""What is pressed twice, or in the same instant, happens once."""

import asyncio
from datetime import timedelta

import pytest

from bot.cases.rules import CaseState
from bot.sessions import service
from bot.sessions.service import RefusedWithOffer
from bot.storage import Store, Tx
from bot.texts import Refused, for_language
from tests.clock import StillClock
from tests.conftest import make_group
from tests.factories import (
    ANNA,
    BRAM,
    CHLOE,
    control,
    keys,
    load,
    make_case,
    running_session,
    sweep,
    text_of,
)

MINUTE = timedelta(minutes=1)


NL = for_language("nl")


def test_of_two_presses_on_next_the_second_changes_nothing(tx: Tx) -> None:
    session_id = running_session(tx)
    pressed = control(tx, session_id)
    service.next_phase(tx, BRAM, pressed)
    with pytest.raises(Refused) as refused:
        service.next_phase(tx, BRAM, pressed)
    assert "jullie zijn nu bij *Vragen*" in refused.value.say(NL)
    assert load(tx, session_id).phase_index == 2
    assert len(keys(tx, "%/prompt")) == 2


def test_a_double_click_on_more_time_counts_once(tx: Tx) -> None:
    session_id = running_session(tx)
    pressed = control(tx, session_id)
    service.extend(tx, BRAM, pressed)
    with pytest.raises(Refused):
        service.extend(tx, BRAM, pressed)
    assert load(tx, session_id).ends_at == tx.now + 12 * MINUTE
    assert "15:12" in text_of(tx, "phase/1/1/prompt")


async def test_presses_in_the_same_instant_take_one_step(store: Store) -> None:
    session_id = await store.transact(running_session)
    pressed = await store.read(control, session_id)
    results = await asyncio.gather(
        *(store.transact(service.next_phase, BRAM, pressed) for _ in range(4)), return_exceptions=True
    )
    assert [type(result) for result in results].count(type(None)) == 1
    assert sum(isinstance(result, Refused) for result in results) == 3
    assert (await store.read(load, session_id)).phase_index == 2
    assert len(await store.read(keys, "%/prompt")) == 2


async def test_a_press_and_the_end_of_the_time_in_the_same_instant_take_one_step(
    store: Store, clock: StillClock
) -> None:
    session_id = await store.transact(running_session, auto_advance=True)
    pressed = await store.read(control, session_id)
    clock.move(minutes=10)
    await asyncio.gather(
        store.transact(sweep),
        store.transact(service.next_phase, BRAM, pressed),
        return_exceptions=True,
    )
    await store.transact(sweep)
    session = await store.read(load, session_id)
    assert (session.phase_index, session.ends_at) == (2, clock.now() + 4 * MINUTE)


async def test_two_who_start_in_the_same_instant_open_one_session(store: Store) -> None:
    def prepare(tx: Tx) -> tuple[str, str]:
        group = make_group(tx, ANNA, BRAM, CHLOE)
        return group.id, make_case(tx, group, state=CaseState.CHOSEN).id

    group_id, case_id = await store.transact(prepare)

    def start(tx: Tx, user: str) -> None:
        service.start_session(
            tx, group_id, user, case_id=case_id, method="incident", facilitator=user, auto_advance=False
        )

    results = await asyncio.gather(
        store.transact(start, BRAM), store.transact(start, CHLOE), return_exceptions=True
    )
    assert sum(isinstance(result, RefusedWithOffer) for result in results) == 1
    assert len(await store.read(keys, "%/card")) == 1
