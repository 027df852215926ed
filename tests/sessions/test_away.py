"""The bot was away in the middle of a phase: the group hears it, and chooses."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.groups import service as groups
from bot.sessions import service
from bot.sessions.records import Absence
from bot.sessions.rules import State
from bot.sessions.service import RefusedWithOffer
from bot.sessions.service.participants import WELCOME
from bot.sessions.views import ControlRef, SessionRef, TakeOverRef
from bot.slack import ids
from bot.storage import Store, Tx
from bot.texts import Refused, for_language
from tests.clock import START, StillClock
from tests.factories import (
    ANNA,
    BRAM,
    CHLOE,
    DAAN,
    buttons_of,
    control,
    deliver,
    go_on,
    keys,
    load,
    posted,
    running_session,
    sweep,
    text_of,
    waiting,
)
from tests.sessions.absent import be_away, pressed, where

MINUTE = timedelta(minutes=1)
NL = for_language("nl")


async def test_the_group_hears_when_the_bot_was_away_and_what_was_left(
    store: Store, clock: StillClock
) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=58)

    def back(tx: Tx) -> None:
        be_away(tx, minutes=55)
        session = load(tx, session_id)
        assert (session.state, session.remaining, session.ends_at) == ("paused", 7 * MINUTE, None)
        said = text_of(tx, where(tx, session_id))
        assert "Ik was weg van 15:03 tot 15:58." in said
        assert "Nog over in *Inbreng*: 7 minuten." in said
        assert "<!date" not in said
        assert buttons_of(tx, where(tx, session_id)) == [ids.SESSIONS_GIVE_BACK, ids.SESSIONS_KEEP_TO_PLAN]
        # The phase should have ended long ago.
        assert "*Verder*: door naar Vragen." in said
        # What fell due in between is not said any more.
        assert waiting(tx, "session.phase.end") == [] == waiting(tx, "session.phase.warning")
        # Nothing but the welcome, which counts who came before the bot was away.
        assert waiting(tx, WELCOME) != []
        assert sweep(tx) == 1
        assert keys(tx, "%/over/%") == [] == keys(tx, "%/warning/%")
        assert "Straks nog 7 minuten" in text_of(tx, "card")

    await store.transact(back)


async def test_the_time_that_is_given_back_is_exactly_what_was_left(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=58)
    await store.transact(be_away, minutes=55)
    clock.move(minutes=4, seconds=3, microseconds=7)

    def choose(tx: Tx) -> None:
        deliver(tx)
        ref = pressed(tx, session_id)
        service.give_back(tx, BRAM, ref)
        session = load(tx, session_id)
        assert (session.state, session.phase_index, session.ends_at) == ("running", 1, tx.now + 7 * MINUTE)
        assert [row.at for row in waiting(tx, "session.phase.end")] == [session.ends_at]
        assert [row.at for row in waiting(tx, "session.phase.warning")] == [tx.now + 5 * MINUTE]
        assert buttons_of(tx, where(tx, session_id)) == []
        assert "Jullie kregen de tijd terug, tot" in text_of(tx, where(tx, session_id))
        assert "Nog over in *Inbreng*: 7 minuten." in text_of(tx, where(tx, session_id))
        assert "We gaan verder met *Inbreng*" in text_of(tx, f"resume/{session.version}")
        # A second press, of either button, finds it settled.
        for press in (service.give_back, service.keep_to_plan):
            with pytest.raises(Refused) as refused:
                press(tx, BRAM, ref)
            assert "Dat is net gedaan" in refused.value.say(NL)
        assert session.ends_at == tx.now + 7 * MINUTE

    await store.transact(choose)


async def test_going_on_before_the_end_that_was_meant_keeps_to_it(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=6)
    await store.transact(be_away, minutes=4)
    clock.move(minutes=1)

    def choose(tx: Tx) -> None:
        assert "tot 15:10, zoals bedoeld" in text_of(tx, where(tx, session_id))
        deliver(tx)
        service.keep_to_plan(tx, BRAM, pressed(tx, session_id))
        session = load(tx, session_id)
        assert (session.state, session.phase_index, session.ends_at) == ("running", 1, START + 10 * MINUTE)
        assert "Jullie gingen verder tot" in text_of(tx, where(tx, session_id))
        assert "tot 15:10, zoals bedoeld" in text_of(tx, where(tx, session_id))
        assert "15:10" in text_of(tx, "phase/1/1/prompt")

    await store.transact(choose)


async def test_going_on_after_the_end_that_was_meant_begins_the_next_phase(
    store: Store, clock: StillClock
) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=6)
    await store.transact(be_away, minutes=4)
    # The choice itself takes longer than what was left by the clock.
    clock.move(minutes=4)

    def choose(tx: Tx) -> None:
        deliver(tx)
        service.keep_to_plan(tx, BRAM, pressed(tx, session_id))
        session = load(tx, session_id)
        assert (session.state, session.phase_index, session.ends_at) == ("running", 2, tx.now + 4 * MINUTE)
        assert "Jullie gingen verder met *Vragen*." in text_of(tx, where(tx, session_id))
        assert "Deze fase is voorbij" in text_of(tx, "phase/1/1/prompt")
        assert posted(tx, "phase/2/1/prompt") is not None

    await store.transact(choose)


async def test_going_on_after_the_last_phase_closes_the_session(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    await store.transact(go_on, session_id, 8)
    clock.move(minutes=20)

    def choose(tx: Tx) -> None:
        be_away(tx, minutes=18)
        assert "*Verder*: de sessie wordt afgerond." in text_of(tx, where(tx, session_id))
        deliver(tx)
        service.keep_to_plan(tx, BRAM, pressed(tx, session_id))
        session = load(tx, session_id)
        assert (session.state, session.ended_how) == ("ended", "finished")
        assert "De sessie eindigde daar." in text_of(tx, where(tx, session_id))
        assert buttons_of(tx, where(tx, session_id)) == []

    await store.transact(choose)


def stop(tx: Tx, user: str, ref: ControlRef) -> None:
    service.stop(tx, user, SessionRef(ref.session))


@pytest.mark.parametrize(
    ("press", "says"),
    [
        (service.resume, "Jullie kregen de tijd terug"),
        (service.next_phase, "Jullie gingen verder met *Vragen*."),
        (stop, "De sessie eindigde daar."),
    ],
)
async def test_the_cards_controls_settle_the_question_too(
    store: Store, clock: StillClock, press: Callable[..., None], says: str
) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=30)

    def choose(tx: Tx) -> None:
        be_away(tx, minutes=28)
        deliver(tx)
        ref = pressed(tx, session_id)
        press(tx, BRAM, control(tx, session_id))
        assert says in text_of(tx, where(tx, session_id))
        assert buttons_of(tx, where(tx, session_id)) == []
        with pytest.raises(Refused):
            service.give_back(tx, BRAM, ref)

    await store.transact(choose)


async def test_more_time_moves_the_end_that_was_meant_along(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=6)
    await store.transact(be_away, minutes=4)

    def choose(tx: Tx) -> None:
        deliver(tx)
        service.extend(tx, BRAM, control(tx, session_id))
        assert load(tx, session_id).remaining == 10 * MINUTE
        assert "tot 15:12, zoals bedoeld" in text_of(tx, where(tx, session_id))
        service.keep_to_plan(tx, BRAM, pressed(tx, session_id))
        assert load(tx, session_id).ends_at == START + 12 * MINUTE

    await store.transact(choose)


async def test_only_the_facilitator_chooses_and_others_may_take_over(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=30)

    def choose(tx: Tx) -> None:
        be_away(tx, minutes=28)
        deliver(tx)
        ref = pressed(tx, session_id)
        for press in (service.give_back, service.keep_to_plan):
            with pytest.raises(RefusedWithOffer):
                press(tx, CHLOE, ref)
        assert load(tx, session_id).state == State.PAUSED
        service.take_over(tx, CHLOE, TakeOverRef(session_id, BRAM))
        assert f"<@{CHLOE}> kiest" in text_of(tx, where(tx, session_id))
        service.give_back(tx, CHLOE, ref)
        assert load(tx, session_id).state == State.RUNNING

    await store.transact(choose)


@pytest.mark.parametrize("user", [ANNA, BRAM])
async def test_when_someone_left_meanwhile_the_question_stays_open(
    store: Store, clock: StillClock, user: str
) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=30)

    def back(tx: Tx) -> None:
        be_away(tx, minutes=28)
        groups.on_channel_leave(tx, service.group_of(tx, load(tx, session_id)), user)
        sweep(tx)
        session = load(tx, session_id)
        assert (session.state, session.remaining) == ("paused", 8 * MINUTE)
        assert len(buttons_of(tx, where(tx, session_id))) == 2
        if user == BRAM:
            service.take_over(tx, DAAN, TakeOverRef(session_id, ""))
        service.give_back(tx, DAAN if user == BRAM else BRAM, pressed(tx, session_id))
        assert session.ends_at == tx.now + 8 * MINUTE

    await store.transact(back)


async def test_a_presenter_who_had_left_before_needs_no_question(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=2)

    def leaves(tx: Tx) -> None:
        groups.on_channel_leave(tx, service.group_of(tx, load(tx, session_id)), ANNA)
        sweep(tx)

    await store.transact(leaves)
    clock.move(minutes=30)
    await store.transact(be_away, minutes=28)
    assert (await store.read(load, session_id)).remaining == 8 * MINUTE
    assert await store.read(keys, "%/away/%") == []


async def test_a_channel_that_is_gone_by_now_waits_for_the_bot(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=30)

    def back(tx: Tx) -> None:
        be_away(tx, minutes=28)
        group = service.group_of(tx, load(tx, session_id))
        groups.mark_unreachable(tx, group, "not_in_channel")
        sweep(tx)
        for press in (service.give_back, service.keep_to_plan):
            with pytest.raises(Refused):
                press(tx, BRAM, pressed(tx, session_id))
        groups.mark_reachable(tx, group)
        service.give_back(tx, BRAM, pressed(tx, session_id))
        assert load(tx, session_id).state == State.RUNNING

    await store.transact(back)


async def test_if_nobody_chooses_it_is_asked_after_and_closed_as_after_any_pause(
    store: Store, clock: StillClock
) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=30)
    await store.transact(be_away, minutes=28)
    clock.move(minutes=60)
    await store.transact(sweep)
    assert len(await store.read(keys, "%/unattended/%")) == 1
    assert (await store.read(load, session_id)).state == State.PAUSED
    await store.transact(deliver)
    clock.move(minutes=30)

    def closed(tx: Tx) -> None:
        sweep(tx)
        assert load(tx, session_id).ended_how == "unattended"
        assert buttons_of(tx, where(tx, session_id)) == []
        assert tx.sql.scalars(select(Absence)).all() == []

    await store.transact(closed)


async def test_a_phase_that_was_as_good_as_over_gets_a_minute(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=39, seconds=40)

    def back(tx: Tx) -> None:
        be_away(tx, minutes=30)
        assert load(tx, session_id).remaining == MINUTE
        assert "Nog over in *Inbreng*: minder dan een minuut." in text_of(tx, where(tx, session_id))
        service.give_back(tx, BRAM, pressed(tx, session_id))
        assert load(tx, session_id).ends_at == tx.now + MINUTE

    await store.transact(back)


async def test_a_second_absence_in_one_phase_is_a_question_of_its_own(
    store: Store, clock: StillClock
) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=32)

    def first(tx: Tx) -> ControlRef:
        be_away(tx, minutes=30)
        # The same absence again, and one while nobody has chosen yet, ask nothing more.
        be_away(tx, minutes=30)
        be_away(tx, minutes=2)
        assert len(keys(tx, "%/away/%")) == 1
        deliver(tx)
        ref = pressed(tx, session_id)
        service.give_back(tx, BRAM, ref)
        return ref

    old = await store.transact(first)
    clock.move(minutes=33)

    def second(tx: Tx) -> None:
        be_away(tx, minutes=30)
        assert load(tx, session_id).remaining == 5 * MINUTE
        assert len(keys(tx, "%/away/%")) == 2
        # A button of the first question, on a screen that has not been refreshed.
        with pytest.raises(Refused):
            service.keep_to_plan(tx, BRAM, old)
        service.keep_to_plan(tx, BRAM, pressed(tx, session_id))
        assert load(tx, session_id).phase_index == 2

    await store.transact(second)
