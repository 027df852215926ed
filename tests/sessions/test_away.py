"""When no time was kept: the bot was away in the middle of a phase, or the machine's clock was set."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.app import build
from bot.groups import service as groups
from bot.methods import catalogue
from bot.rounds.service import DUE as ROUNDS_DUE
from bot.sessions import rules, service
from bot.sessions.records import Absence
from bot.sessions.rules import Afterwards, NotNow, Plan, State, Timer
from bot.sessions.service import Offered
from bot.sessions.views import ControlRef, SessionRef, TakeOverRef
from bot.slack import ids
from bot.storage import Store, Tx, Workspace
from bot.texts import Refused, for_language
from bot.timing import due
from bot.timing.clock import ShiftedClock
from sandbox.people import CannotDo
from tests.clock import START, StillClock
from tests.conftest import OURS, THEIRS, due_items, make_group, run_due
from tests.sessions.conftest import CHANNEL, Stage
from tests.sessions.people import (
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
    make_case,
    open_session,
    posted,
    running_session,
    sweep,
    text_of,
    waiting,
    whispers_to,
)

MINUTE = timedelta(minutes=1)
PLAN = Plan(tuple(minutes * MINUTE for minutes in (5, 10, 15, 10, 10, 5, 5, 5)))
NL = for_language("nl")
spans = st.timedeltas(timedelta(0), timedelta(hours=5))


def running(left: timedelta = 10 * MINUTE, number: int = 1) -> Timer:
    return Timer(State.RUNNING, number, ends_at=START + left)


def be_away(tx: Tx, /, **since: float) -> None:
    """The bot has been away since so long ago, until now."""
    service.was_away(tx, tx.now - timedelta(**since), tx.now)


def where(tx: Tx, session_id: str) -> str:
    """The end of the key of the question about the last absence."""
    return keys(tx, f"session/{session_id}/away/%")[-1].split("/", 2)[2]


def pressed(tx: Tx, session_id: str) -> ControlRef:
    """What the buttons of the open question carry."""
    absence = tx.sql.scalars(select(Absence).where(Absence.session_id == session_id)).one()
    return ControlRef(session_id, absence.number, absence.round, absence.version)


# The rules


@given(spans, spans, st.timedeltas(timedelta(minutes=2), timedelta(days=30)))
def test_nobody_loses_time_to_an_absence(planned: timedelta, passed: timedelta, gone: timedelta) -> None:
    timer, since = running(planned), START + passed
    held = rules.hold(timer, since)
    assert held.remaining == max(planned - passed, MINUTE)
    back = rules.carry_on(held, since + gone)
    assert back.left(since + gone) == held.remaining


@given(spans, spans)
def test_going_on_is_as_if_the_bot_had_been_there(planned: timedelta, later: timedelta) -> None:
    timer = running(planned)
    now = START + later
    kept = rules.keep_to(rules.hold(timer, START), START + planned, PLAN, now)
    if later < planned:
        assert kept == timer
    else:
        assert kept == rules.go_on(timer, PLAN, now)


def test_after_the_last_phase_going_on_ends_the_session() -> None:
    held = rules.hold(running(number=7), START)
    assert rules.keep_to(held, START, PLAN, START + MINUTE).state is State.ENDED


def test_only_what_ran_is_held_and_only_what_is_held_goes_on() -> None:
    with pytest.raises(NotNow):
        rules.hold(rules.pause(running(), START), START)
    with pytest.raises(NotNow):
        rules.keep_to(running(), START, PLAN, START)


@pytest.mark.parametrize(
    ("gone", "then"),
    [
        (2 * MINUTE, Afterwards.ASK),
        (rules.TOO_LONG, Afterwards.ASK),
        (rules.TOO_LONG + timedelta(seconds=1), Afterwards.END),
        (timedelta(days=400), Afterwards.END),
    ],
)
def test_after_hours_it_is_no_longer_a_question(gone: timedelta, then: Afterwards) -> None:
    assert rules.afterwards(running(), START - 5 * MINUTE, START, START + gone) is then


def test_a_session_has_long_been_over_by_then() -> None:
    assert all(method.minutes * MINUTE < rules.TOO_LONG / 2 for method in catalogue.methods())


@given(st.sampled_from([State.GATHERING, State.PAUSED, State.WAITING, State.ENDED]), spans)
def test_a_clock_that_stood_still_needs_no_choice(state: State, gone: timedelta) -> None:
    assert rules.afterwards(Timer(state, 1), START, START, START + gone) is Afterwards.NOTHING


def test_what_another_process_dealt_with_is_left_alone() -> None:
    since, until = START, START + 30 * MINUTE
    assert rules.afterwards(running(), START + 10 * MINUTE, since, until) is Afterwards.NOTHING
    # Between the last sign of life and the sleep somebody may have pressed something.
    assert rules.afterwards(running(), START + timedelta(seconds=20), since, until) is Afterwards.ASK
    assert rules.afterwards(running(), None, since, until) is Afterwards.ASK


# The question


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
        assert "|15:03>" in said
        assert "|15:58>" in said
        assert "Nog over in *Inbreng*: 7 minuten." in said
        # Each reader sees the time in their own zone: the text is for whoever cannot.
        assert f"<!date^{int((START + 3 * MINUTE).timestamp())}^{{time}}|15:03>" in said
        assert f"<!date^{int((START + 58 * MINUTE).timestamp())}^{{time}}|15:58>" in said
        assert buttons_of(tx, where(tx, session_id)) == [ids.SESSIONS_GIVE_BACK, ids.SESSIONS_KEEP_TO_PLAN]
        # The phase should have ended long ago.
        assert "*Verder*: door naar Vragen." in said
        # What fell due in between is not said any more.
        assert waiting(tx, "session.phase_end") == [] == waiting(tx, "session.warning")
        assert sweep(tx) == 0
        assert keys(tx, "%/over/%") == [] == keys(tx, "%/warning/%")
        assert "Nog over in deze fase: 7 minuten" in text_of(tx, "card")

    await store.transact(back)


async def test_the_time_that_is_given_back_is_exactly_what_was_left(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=58)
    await store.transact(be_away, minutes=55)
    clock.move(minutes=4, seconds=3, microseconds=7)

    def choose(tx: Tx) -> None:
        deliver(tx)
        ref = pressed(tx, session_id)
        service.give_back(tx, OURS, BRAM, ref)
        session = load(tx, session_id)
        assert (session.state, session.number, session.ends_at) == ("running", 1, tx.now + 7 * MINUTE)
        assert [row.at for row in waiting(tx, "session.phase_end")] == [session.ends_at]
        assert [row.at for row in waiting(tx, "session.warning")] == [tx.now + 5 * MINUTE]
        assert buttons_of(tx, where(tx, session_id)) == []
        assert "Jullie kregen de tijd terug, tot" in text_of(tx, where(tx, session_id))
        assert "Nog over in *Inbreng*: 7 minuten." in text_of(tx, where(tx, session_id))
        assert "We gaan verder met *Inbreng*" in text_of(tx, f"resume/{session.version}")
        # A second press, of either button, finds it settled.
        for press in (service.give_back, service.keep_to_plan):
            with pytest.raises(Refused) as refused:
                press(tx, OURS, BRAM, ref)
            assert "Dat is net gedaan" in refused.value.say(NL)
        assert session.ends_at == tx.now + 7 * MINUTE

    await store.transact(choose)


async def test_going_on_before_the_end_that_was_meant_keeps_to_it(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=6)
    await store.transact(be_away, minutes=4)
    clock.move(minutes=1)

    def choose(tx: Tx) -> None:
        assert "|15:10>, zoals bedoeld" in text_of(tx, where(tx, session_id))
        deliver(tx)
        service.keep_to_plan(tx, OURS, BRAM, pressed(tx, session_id))
        session = load(tx, session_id)
        assert (session.state, session.number, session.ends_at) == ("running", 1, START + 10 * MINUTE)
        assert "Jullie gingen verder tot" in text_of(tx, where(tx, session_id))
        assert "|15:10>" in text_of(tx, where(tx, session_id))
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
        service.keep_to_plan(tx, OURS, BRAM, pressed(tx, session_id))
        session = load(tx, session_id)
        assert (session.state, session.number, session.ends_at) == ("running", 2, tx.now + 15 * MINUTE)
        assert "Jullie gingen verder met *Vragen*." in text_of(tx, where(tx, session_id))
        assert "Deze fase is voorbij" in text_of(tx, "phase/1/1/prompt")
        assert posted(tx, "phase/2/1/prompt") is not None

    await store.transact(choose)


async def test_going_on_after_the_last_phase_closes_the_session(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    await store.transact(go_on, session_id, 6)
    clock.move(minutes=20)

    def choose(tx: Tx) -> None:
        be_away(tx, minutes=18)
        assert "*Verder*: de sessie wordt afgerond." in text_of(tx, where(tx, session_id))
        deliver(tx)
        service.keep_to_plan(tx, OURS, BRAM, pressed(tx, session_id))
        session = load(tx, session_id)
        assert (session.state, session.ended_how) == ("ended", "finished")
        assert "De sessie eindigde daar." in text_of(tx, where(tx, session_id))
        assert buttons_of(tx, where(tx, session_id)) == []

    await store.transact(choose)


def stop(tx: Tx, workspace: Workspace, user: str, ref: ControlRef) -> None:
    service.stop(tx, workspace, user, SessionRef(ref.session))


@pytest.mark.parametrize(
    ("press", "says"),
    [
        (service.resume, "Jullie kregen de tijd terug"),
        (service.go_on, "Jullie gingen verder met *Vragen*."),
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
        press(tx, OURS, BRAM, control(tx, session_id))
        assert says in text_of(tx, where(tx, session_id))
        assert buttons_of(tx, where(tx, session_id)) == []
        with pytest.raises(Refused):
            service.give_back(tx, OURS, BRAM, ref)

    await store.transact(choose)


async def test_more_time_moves_the_end_that_was_meant_along(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=6)
    await store.transact(be_away, minutes=4)

    def choose(tx: Tx) -> None:
        deliver(tx)
        service.extend(tx, OURS, BRAM, control(tx, session_id))
        assert load(tx, session_id).remaining == 10 * MINUTE
        assert "|15:12>" in text_of(tx, where(tx, session_id))
        service.keep_to_plan(tx, OURS, BRAM, pressed(tx, session_id))
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
            with pytest.raises(Offered):
                press(tx, OURS, CHLOE, ref)
        assert load(tx, session_id).state == "paused"
        service.take_over(tx, OURS, CHLOE, TakeOverRef(session_id, BRAM))
        assert f"het is aan <@{CHLOE}> om te kiezen" in text_of(tx, where(tx, session_id))
        service.give_back(tx, OURS, CHLOE, ref)
        assert load(tx, session_id).state == "running"

    await store.transact(choose)


@pytest.mark.parametrize("user", [ANNA, BRAM])
async def test_when_someone_left_meanwhile_the_question_stays_open(
    store: Store, clock: StillClock, user: str
) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=30)

    def back(tx: Tx) -> None:
        be_away(tx, minutes=28)
        groups.leave(tx, service.group_of(tx, load(tx, session_id)), user)
        sweep(tx)
        session = load(tx, session_id)
        assert (session.state, session.remaining) == ("paused", 8 * MINUTE)
        assert len(buttons_of(tx, where(tx, session_id))) == 2
        if user == BRAM:
            service.take_over(tx, OURS, DAAN, TakeOverRef(session_id, ""))
        service.give_back(tx, OURS, DAAN if user == BRAM else BRAM, pressed(tx, session_id))
        assert session.ends_at == tx.now + 8 * MINUTE

    await store.transact(back)


async def test_a_presenter_who_had_left_before_needs_no_question(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=2)

    def leaves(tx: Tx) -> None:
        groups.leave(tx, service.group_of(tx, load(tx, session_id)), ANNA)
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
        groups.channel_gone(tx, group, "not_in_channel")
        sweep(tx)
        for press in (service.give_back, service.keep_to_plan):
            with pytest.raises(Refused):
                press(tx, OURS, BRAM, pressed(tx, session_id))
        groups.channel_back(tx, group)
        service.give_back(tx, OURS, BRAM, pressed(tx, session_id))
        assert load(tx, session_id).state == "running"

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
    assert (await store.read(load, session_id)).state == "paused"
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
        service.give_back(tx, OURS, BRAM, pressed(tx, session_id))
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
        service.give_back(tx, OURS, BRAM, ref)
        return ref

    old = await store.transact(first)
    clock.move(minutes=33)

    def second(tx: Tx) -> None:
        be_away(tx, minutes=30)
        assert load(tx, session_id).remaining == 5 * MINUTE
        assert len(keys(tx, "%/away/%")) == 2
        # A button of the first question, on a screen that has not been refreshed.
        with pytest.raises(Refused):
            service.keep_to_plan(tx, OURS, BRAM, old)
        service.keep_to_plan(tx, OURS, BRAM, pressed(tx, session_id))
        assert load(tx, session_id).number == 2

    await store.transact(second)


async def test_after_hours_the_session_is_closed_and_says_why(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=2)
    since = clock.now()
    clock.move(hours=18)

    def back(tx: Tx) -> None:
        service.was_away(tx, since, tx.now)
        session = load(tx, session_id)
        assert (session.state, session.ended_how) == ("ended", "away")
        said = text_of(tx, where(tx, session_id))
        assert "|donderdag 14 januari om 15:02>" in said
        assert "|vrijdag 15 januari om 09:02>" in said
        assert buttons_of(tx, where(tx, session_id)) == []
        assert "De casus staat weer op de lijst" in text_of(tx, "closing")
        assert "Ik was lang weg" in text_of(tx, "card")
        assert waiting(tx, "session.ended")[0].data["how"] == "away"
        assert waiting(tx, "session.phase_end") == []

    await store.transact(back)


async def test_every_workspace_is_asked_and_only_once(store: Store, clock: StillClock) -> None:
    def start(tx: Tx, workspace: Workspace) -> str:
        session_id = open_session(tx, workspace=workspace)
        service.begin(tx, workspace, BRAM, control(tx, session_id))
        return session_id

    both = [await store.transact(start, workspace) for workspace in (OURS, THEIRS)]
    clock.move(minutes=30)
    since = clock.now() - timedelta(minutes=28)
    # Two processes that come back at once.
    await asyncio.gather(*(store.transact(service.was_away, since, clock.now()) for _ in range(2)))

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
    assert (await store.read(load, session_id)).ends_at == START + 35 * MINUTE
    assert await store.read(keys, "%/away/%") == []


async def test_what_was_pressed_just_before_the_sleep_counts(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=30)

    def back(tx: Tx) -> None:
        # The last sign of life came a little before the phase began.
        be_away(tx, minutes=30, seconds=15)
        assert load(tx, session_id).remaining == 10 * MINUTE
        assert "|15:00>" in text_of(tx, where(tx, session_id))

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
        assert load(tx, session_id).state == "gathering"

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
        assert session.state == "waiting"
        assert buttons_of(tx, f"unattended/{session.version}") == [ids.SESSIONS_GO_ON]
        assert keys(tx, "%/away/%") == []

    await store.transact(back)


async def test_a_presenter_who_was_asked_keeps_the_time_to_answer(store: Store, clock: StillClock) -> None:
    def ask(tx: Tx) -> str:
        group = make_group(tx, ANNA, BRAM, CHLOE)
        case = make_case(tx, group)
        return service.start(
            tx, OURS, group.id, BRAM, case_id=case.id, method="incident", facilitator=BRAM, by_itself=False
        ).id

    session_id = await store.transact(ask)
    clock.move(days=3)
    await store.transact(be_away, days=2)
    assert await store.transact(sweep) == 0
    await store.transact(service.confirm, OURS, ANNA, SessionRef(session_id))
    assert (await store.read(load, session_id)).state == "gathering"


# A clock that is set


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=-400)])
async def test_a_clock_that_is_set_costs_a_phase_no_second(
    store: Store, clock: StillClock, by: timedelta
) -> None:
    session_id = await store.transact(running_session)
    await store.transact(go_on, session_id)
    handlers = {**service.DUE, "session.phase_began": ROUNDS_DUE["session.phase_began"]}
    # The word to whoever was not heard is planned when the phase has begun.
    await store.transact(run_due, handlers)
    clock.move(minutes=4)
    before = {row.kind: row.at for row in await store.read(due_items)}
    assert {"session.phase_end", "session.warning", "rounds.unheard"} <= set(before)
    clock.move_to(clock.now() + by)

    def stepped(tx: Tx) -> None:
        deliver(tx)
        service.clock_stepped(tx, by)
        session = load(tx, session_id)
        assert session.ends_at is not None
        assert session.ends_at - tx.now == 11 * MINUTE
        after = {row.kind: row.at for row in due_items(tx)}
        for kind in ("session.phase_end", "session.warning", "rounds.unheard"):
            assert after[kind] == before[kind] + by
        token = f"<!date^{int(session.ends_at.timestamp())}^"
        assert token in text_of(tx, "card")
        assert token in text_of(tx, "phase/2/1/prompt")
        assert len(keys(tx, "%/away/%")) == 0
        assert whispers_to(tx, CHLOE) == []

    await store.transact(stepped)
    clock.move(minutes=10, seconds=59)
    await store.transact(sweep)
    assert (await store.read(load, session_id)).state == "running"
    clock.move(seconds=1)
    await store.transact(sweep)
    assert (await store.read(load, session_id)).state == "waiting"


async def test_what_has_just_happened_is_not_held_up_by_a_clock_set_back(
    store: Store, clock: StillClock
) -> None:
    session_id = await store.transact(running_session)
    await store.transact(go_on, session_id, 7)
    by = timedelta(hours=-1)
    clock.move_to(clock.now() + by)

    def stepped(tx: Tx) -> None:
        service.clock_stepped(tx, by)
        words = [row for row in due_items(tx) if row.kind in ("session.phase_ended", "session.ended")]
        assert words
        assert all(row.at <= tx.now for row in words)

    await store.transact(stepped)


async def test_a_standstill_is_as_long_by_any_clock(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(lambda tx: open_session(tx))
    clock.move(minutes=59)
    by = timedelta(hours=2)
    clock.move_to(clock.now() + by)
    await store.transact(service.clock_stepped, by)
    assert await store.transact(sweep) == 0
    clock.move(minutes=1)
    await store.transact(sweep)
    assert len(await store.read(keys, f"session/{session_id}/unattended/%")) == 1


async def test_what_is_meant_by_the_calendar_stays(store: Store) -> None:
    def run(tx: Tx) -> None:
        running_session(tx)
        at = tx.now + timedelta(days=2)
        due.schedule(tx, OURS, "meeting.reminder", "0" * 16, at)
        service.clock_stepped(tx, timedelta(hours=1))
        assert [row.at for row in waiting(tx, "meeting.reminder")] == [at]

    await store.transact(run)


async def test_an_open_question_moves_along_when_the_clock_is_set(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=6)
    await store.transact(be_away, minutes=4)
    by = timedelta(hours=1)
    clock.move_to(clock.now() + by)

    def stepped(tx: Tx) -> None:
        deliver(tx)
        service.clock_stepped(tx, by)
        assert "|16:02>" in text_of(tx, where(tx, session_id))
        service.keep_to_plan(tx, OURS, BRAM, pressed(tx, session_id))
        assert load(tx, session_id).ends_at == START + 10 * MINUTE + by

    await store.transact(stepped)


# Summer time


@pytest.mark.parametrize(
    ("begins", "shown_until"),
    [
        # At three the clocks go back to two: half past two comes twice.
        (datetime(2026, 10, 25, 0, 55, tzinfo=UTC), "02:05"),
        # At two they go forward to three.
        (datetime(2027, 3, 28, 0, 55, tzinfo=UTC), "03:05"),
    ],
)
async def test_a_phase_across_summer_time_lasts_its_real_minutes(
    store: Store, clock: StillClock, begins: datetime, shown_until: str
) -> None:
    clock.move_to(begins)
    session_id = await store.transact(running_session)
    assert shown_until in await store.read(text_of, "phase/1/1/prompt")
    clock.move(minutes=9, seconds=59)
    await store.transact(sweep)
    assert (await store.read(load, session_id)).state == "running"
    clock.move(seconds=1)
    await store.transact(sweep)
    assert (await store.read(load, session_id)).state == "waiting"


async def test_an_absence_across_summer_time_is_as_long_as_it_was(store: Store, clock: StillClock) -> None:
    # From 01:58 until 03:03 by the clock on the wall, five minutes for a person.
    clock.move_to(datetime(2027, 3, 28, 0, 55, tzinfo=UTC))
    session_id = await store.transact(running_session)
    clock.move(minutes=8)

    def back(tx: Tx) -> None:
        be_away(tx, minutes=5)
        said = text_of(tx, where(tx, session_id))
        assert "|01:58>" in said
        assert "|03:03>" in said
        service.keep_to_plan(tx, OURS, BRAM, pressed(tx, session_id))
        assert load(tx, session_id).ends_at == tx.now + 2 * MINUTE

    await store.transact(back)


# In Slack


async def go_away(stage: Stage, **by: float) -> None:
    """The laptop sleeps, and what the pulse notices is told before anything else is done."""
    since = stage.app.clock.now()
    await stage.app.stop()
    seconds = timedelta(**by).total_seconds()
    clock = ShiftedClock()
    clock.shift_to(stage.sandbox.workspace.clock.offset + seconds)
    await stage.team.post("clock", advance=seconds)
    stage.app = build(stage.settings, clock)
    await stage.app.store.transact(service.was_away, since, clock.now())
    await stage.app.start()
    await stage.rest()


async def begun(stage: Stage) -> str:
    thread = await stage.open(stage.bram)
    await stage.bram.click("Beginnen", channel=CHANNEL)
    await stage.rest()
    return thread


async def test_the_group_is_told_and_chooses_in_the_thread(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    await stage.team.advance(minutes=3)
    await go_away(stage, minutes=55)
    assert await stage.daan.sees("Ik was weg van", CHANNEL, thread)
    assert not await stage.daan.sees("is om", CHANNEL, thread)
    assert await stage.daan.sees("*De klok staat* bij Inbreng.", CHANNEL)
    # Someone who does not facilitate is offered to take over; of two presses at once the second changes nothing.
    await stage.chloe.click("Geef de tijd terug", channel=CHANNEL, thread_ts=thread)
    assert await stage.chloe.sees("Wil je het overnemen?", CHANNEL, thread)
    await asyncio.gather(
        stage.bram.click("Geef de tijd terug", channel=CHANNEL, thread_ts=thread),
        stage.bram.click("Verder", channel=CHANNEL, thread_ts=thread),
        return_exceptions=True,
    )
    await stage.rest()
    settled = "Jullie kregen de tijd terug", "Jullie gingen verder"
    assert [await stage.daan.sees(words, CHANNEL, thread) for words in settled].count(True) == 1
    for label in ("Geef de tijd terug", "Verder"):
        with pytest.raises(CannotDo):
            await stage.bram.click(label, channel=CHANNEL, thread_ts=thread)
    assert await stage.team.refused() == []


async def test_going_on_after_a_long_sleep_takes_the_group_to_the_next_phase(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    await go_away(stage, minutes=55)
    await stage.bram.click("Verder", channel=CHANNEL, thread_ts=thread)
    await stage.rest()
    assert await stage.daan.sees("Jullie gingen verder met *Vragen*.", CHANNEL, thread)
    assert await stage.daan.sees("*Vragen.*", CHANNEL, thread)
    assert await stage.team.refused() == []


async def test_the_card_gives_the_time_back_too(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    await stage.team.advance(minutes=3)
    await go_away(stage, minutes=55)
    await stage.bram.click("Geef de tijd terug", channel=CHANNEL)
    await stage.rest()
    assert await stage.daan.sees("Jullie kregen de tijd terug", CHANNEL, thread)
    await stage.team.advance(minutes=7)
    await stage.rest()
    assert await stage.daan.sees("De tijd voor *Inbreng* is om.", CHANNEL, thread)


async def test_the_morning_after_the_session_is_closed(with_case: Stage) -> None:
    stage = with_case
    thread = await begun(stage)
    await go_away(stage, hours=17)
    assert await stage.daan.sees("dus ik sluit deze sessie af", CHANNEL, thread)
    assert await stage.daan.sees("Ik was lang weg", CHANNEL)
    with pytest.raises(CannotDo):
        await stage.bram.click("Verder", channel=CHANNEL, thread_ts=thread)
    assert await stage.team.refused() == []


@pytest.mark.parametrize("trouble", [{"kind": "500"}, {"kind": "ratelimited", "seconds": 120}])
async def test_after_trouble_with_slack_only_what_is_on_is_posted(
    with_case: Stage, trouble: dict[str, object]
) -> None:
    stage = with_case
    thread = await begun(stage)
    faults = stage.sandbox.workspace.faults
    faults.add(method="chat.postMessage", times=1000, **trouble)
    faults.add(method="chat.postEphemeral", times=1000, **trouble)
    await stage.bram.click("Door naar Vragen", channel=CHANNEL)
    for _ in range(3):
        await stage.team.advance(seconds=30)
    await stage.bram.click("Door naar Analyse", channel=CHANNEL)
    for _ in range(3):
        await stage.team.advance(seconds=30)
    assert not await stage.daan.sees("*Analyse.*", CHANNEL, thread)
    faults.clear()
    for _ in range(20):
        await stage.team.advance(seconds=20)
    said = [message["text"] for message in await stage.daan.messages(CHANNEL, thread)]
    assert sum(text.startswith("*Analyse.*") for text in said) == 1
    assert not [text for text in said if text.startswith("*Vragen.*")]
    # Nobody needs to hear now how many had written a question.
    assert not [text for text in said if "vraag geschreven" in text or "schreef een vraag" in text]
    hints = [message["text"] for message in await stage.bram.messages(CHANNEL, thread)]
    assert not [text for text in hints if text.startswith("*Vragen.*")]
