"""What else an absence may mean: hours of it, several of it, none of it, and sessions that stood still."""

import asyncio
from datetime import timedelta

from bot.sessions import service
from bot.sessions.rules import State
from bot.sessions.views import SessionRef
from bot.sessions.views.thread import closing_message
from bot.slack import ids
from bot.storage import Store, Tx, in_workspace
from bot.texts import for_language
from tests.clock import START, StillClock
from tests.conftest import OURS, THEIRS, make_group
from tests.factories import (
    ANNA,
    BRAM,
    CHLOE,
    buttons_of,
    control,
    go_on,
    keys,
    load,
    make_case,
    open_session,
    running_session,
    sweep,
    text_of,
    waiting,
)
from tests.sessions.absent import be_away, where

MINUTE = timedelta(minutes=1)


async def test_after_hours_the_session_is_closed_and_says_why(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=2)
    since = clock.now()
    clock.move(hours=18)

    def back(tx: Tx) -> None:
        service.on_downtime(tx, since, tx.now)
        session = load(tx, session_id)
        assert (session.state, session.ended_how) == ("ended", "away")
        said = text_of(tx, where(tx, session_id))
        assert "Ik was weg van donderdag 14 januari om 15:02 " in said
        assert " tot vrijdag 15 januari om 09:02." in said
        assert buttons_of(tx, where(tx, session_id)) == []
        assert (
            "De casus staat weer op de lijst"
            in closing_message(for_language("nl"), service.scene_by_id(tx, session_id).view(), None).text
        )
        assert "Ik was lang weg" in text_of(tx, "card")
        assert waiting(tx, "session.over")[0].data["how"] == "away"
        assert waiting(tx, "session.phase.end") == []

    await store.transact(back)


async def test_every_workspace_is_asked_and_only_once(store: Store, clock: StillClock) -> None:
    def start(tx: Tx) -> str:
        session_id = open_session(tx)
        service.begin(tx, BRAM, control(tx, session_id))
        return session_id

    both = [await store.transact(in_workspace(workspace, start)) for workspace in (OURS, THEIRS)]
    clock.move(minutes=30)
    since = clock.now() - timedelta(minutes=28)
    # Two processes that come back at once.
    await asyncio.gather(*(store.transact(service.on_downtime, since, clock.now()) for _ in range(2)))

    def asked(tx: Tx) -> None:
        for session_id in both:
            assert load(tx, session_id).remaining == 8 * MINUTE
            assert len(keys(tx, f"session/{session_id}/away/%")) == 1

    await store.transact(asked)


async def test_a_session_that_another_process_was_there_for_is_left_alone(
    store: Store, clock: StillClock
) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=20)
    await store.transact(go_on, session_id)
    clock.move(minutes=5)
    await store.transact(be_away, minutes=24)
    assert (await store.read(load, session_id)).ends_at == START + 24 * MINUTE
    assert await store.read(keys, "%/away/%") == []


async def test_what_was_pressed_just_before_the_sleep_counts(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=30)

    def back(tx: Tx) -> None:
        # The last sign of life came a little before the phase began.
        be_away(tx, minutes=30, seconds=15)
        assert load(tx, session_id).remaining == 10 * MINUTE
        assert "Ik was weg van 15:00 tot " in text_of(tx, where(tx, session_id))

    await store.transact(back)


async def test_whoever_could_not_answer_is_given_the_time_again(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(lambda tx: open_session(tx))
    clock.move(minutes=60)
    await store.transact(sweep)
    clock.move(minutes=50)

    def back(tx: Tx) -> None:
        assert len(keys(tx, "%/unattended/%")) == 1
        be_away(tx, minutes=45)
        assert sweep(tx) == 0
        assert keys(tx, "%/away/%") == []
        assert load(tx, session_id).state == State.GATHERING

    await store.transact(back)
    clock.move(minutes=29)
    assert await store.transact(sweep) == 0
    clock.move(minutes=1)
    await store.transact(sweep)
    assert (await store.read(load, session_id)).ended_how == "unattended"


async def test_a_standstill_that_should_have_been_asked_after_is_asked_after_now(
    store: Store, clock: StillClock
) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=10)
    await store.transact(sweep)
    clock.move(hours=10)

    def back(tx: Tx) -> None:
        be_away(tx, hours=9, minutes=50)
        sweep(tx)
        session = load(tx, session_id)
        assert session.state == State.WAITING
        assert buttons_of(tx, f"unattended/{session.version}") == [ids.SESSIONS_GO_ON]
        assert keys(tx, "%/away/%") == []

    await store.transact(back)


async def test_a_presenter_who_was_asked_keeps_the_time_to_answer(store: Store, clock: StillClock) -> None:
    def ask(tx: Tx) -> str:
        group = make_group(tx, ANNA, BRAM, CHLOE)
        case = make_case(tx, group)
        return service.start_session(
            tx, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, auto_advance=False
        ).id

    session_id = await store.transact(ask)
    clock.move(days=3)
    await store.transact(be_away, days=2)
    assert await store.transact(sweep) == 0
    await store.transact(service.confirm_case, ANNA, SessionRef(session_id))
    assert (await store.read(load, session_id)).state == State.GATHERING
