"""What happens by itself: warnings, ends, long silences, and people or channels that go."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.cases.rules import CaseState
from bot.console import jobs as console_jobs
from bot.delivery.states import OutboxState
from bot.followups import service as followups
from bot.followups.records import Takeaway
from bot.followups.rules import PlannedStep, What
from bot.groups import service as groups
from bot.jobs.queue import Job
from bot.sessions import jobs, service
from bot.sessions.rules import State
from bot.sessions.views import PhaseRef, SessionRef, TakeOverRef
from bot.sessions.views.form import start_form
from bot.slack import ids
from bot.storage import Store, Tx
from bot.texts import Refused, for_language
from tests.clock import StillClock
from tests.conftest import OURS, outgoing, run_due
from tests.factories import (
    ANNA,
    BRAM,
    CHLOE,
    DAAN,
    begin,
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
)


def waiting_posts(tx: Tx) -> list[str]:
    return [str(row.key) for row in outgoing(tx, "post") if row.state == OutboxState.PENDING]


async def test_a_warning_comes_two_minutes_before_the_end_and_names_the_time(
    store: Store, clock: StillClock
) -> None:
    await store.transact(running_session)
    # The welcome names who is there.
    await store.transact(sweep)
    clock.move(minutes=7, seconds=59)
    assert await store.transact(sweep) == 0
    clock.move(seconds=1)

    def run(tx: Tx) -> None:
        deliver(tx)
        assert "af te ronden" not in text_of(tx, "phase/1/1/prompt")
        sweep(tx)
        assert "Tot 15:10: tijd om af te ronden." in text_of(tx, "phase/1/1/prompt")
        # An edit: nobody is notified, and nothing is posted.
        assert waiting_posts(tx) == []

    await store.transact(run)


async def test_after_more_time_the_warning_comes_at_the_new_moment(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    await store.transact(sweep)
    clock.move(minutes=7)
    await store.transact(lambda tx: service.extend(tx, BRAM, control(tx, session_id)))
    clock.move(minutes=1)
    assert await store.transact(sweep) == 0
    assert "af te ronden" not in await store.read(text_of, "phase/1/1/prompt")
    clock.move(minutes=2)
    await store.transact(sweep)
    assert "Tot 15:12: tijd om af te ronden." in await store.read(text_of, "phase/1/1/prompt")


async def test_at_the_end_it_waits_for_the_facilitator_who_gets_a_hint(
    store: Store, clock: StillClock
) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=10)

    def run(tx: Tx) -> None:
        sweep(tx)
        session = load(tx, session_id)
        assert (session.state, session.phase_index) == ("waiting", 1)
        (key,) = keys(tx, "%/over/%")
        said = text_of(tx, key.split("/", 2)[2])
        assert "De tijd voor *Inbreng* is om." in said
        assert f"<@{BRAM}>" in said
        run_due(tx, console_jobs.JOBS)
        assert "*Inbreng*: de tijd is om" in text_of(tx, f"facilitator/{BRAM}")
        assert ids.SESSIONS_NEXT in buttons_of(tx, f"facilitator/{BRAM}")
        # The card is that of the whole session, and its window has the controls of now.
        assert buttons_of(tx, "card") == [ids.SESSIONS_PAUSE, ids.CONSOLE_CONTROLS, ids.SESSIONS_STOP]
        # Whoever is still busy may finish.
        assert service.require_current_phase(session, 1).key == "presentation"
        go_on(tx, session_id)
        assert session.state == State.RUNNING

    await store.transact(run)


async def test_by_itself_it_goes_on_to_the_end(store: Store, clock: StillClock) -> None:
    def start(tx: Tx) -> str:
        return running_session(tx, auto_advance=True)

    session_id = await store.transact(start)
    for minutes, number in [
        (10, 2),
        (4, 3),
        (9, 4),
        (2, 5),
        (10, 6),
        (10, 7),
        (5, 8),
        (5, 9),
    ]:
        clock.move(minutes=minutes)
        await store.transact(sweep)
        assert (await store.read(load, session_id)).phase_index == number
    clock.move(minutes=5)
    await store.transact(sweep)
    session = await store.read(load, session_id)
    assert (session.state, session.ended_how) == ("ended", "finished")
    assert len(await store.read(keys, "%/prompt")) == 9


async def test_a_late_end_of_a_session_that_goes_on_by_itself_happens_once(
    store: Store, clock: StillClock
) -> None:
    def start(tx: Tx) -> str:
        return running_session(tx, auto_advance=True)

    session_id = await store.transact(start)
    clock.move(minutes=34)

    def run(tx: Tx) -> None:
        sweep(tx)
        session = load(tx, session_id)
        assert (session.phase_index, session.ends_at) == (2, tx.now + timedelta(minutes=4))
        # The next prompt is the word for it, and the warning that was missed is not made up for.
        assert keys(tx, "%/over/%") == []
        assert keys(tx, "%/prompt") == [f"session/{session_id}/phase/{n}/1/prompt" for n in (1, 2)]
        late = Job(
            OURS, "session.phase.end", session_id, tx.now, {"session": session_id, "number": 1, "round": 1}
        )
        jobs.JOBS["session.phase.end"](tx, late)
        assert load(tx, session_id).phase_index == 2

    await store.transact(run)


@pytest.mark.parametrize(
    ("state", "patience"), [(State.GATHERING, 60), (State.PAUSED, 60), (State.WAITING, 30)]
)
async def test_a_session_that_stands_still_is_asked_after_once_and_then_closed(
    store: Store, clock: StillClock, state: State, patience: int
) -> None:
    session_id = await store.transact(
        lambda tx: open_session(tx) if state is State.GATHERING else running_session(tx)
    )
    if state is State.PAUSED:
        await store.transact(lambda tx: service.pause(tx, CHLOE, control(tx, session_id)))
    if state is State.WAITING:
        clock.move(minutes=10)
        await store.transact(sweep)
    clock.move(minutes=patience)
    await store.transact(sweep)

    def asked(tx: Tx) -> None:
        (key,) = keys(tx, "%/unattended/%")
        assert buttons_of(tx, key.split("/", 2)[2]) == [ids.SESSIONS_GO_ON]
        assert load(tx, session_id).state == state

    await store.transact(asked)
    clock.move(minutes=30)

    def closed(tx: Tx) -> None:
        sweep(tx)
        session = load(tx, session_id)
        assert (session.state, session.ended_how) == ("ended", "unattended")
        assert len(keys(tx, "%/unattended/%")) == 1
        assert waiting(tx, "session.over")[0].data["how"] == "unattended"

    await store.transact(closed)


async def test_whoever_says_that_it_goes_on_gets_more_time(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=10)
    await store.transact(sweep)
    clock.move(minutes=30)
    await store.transact(sweep)

    def answer(tx: Tx) -> str:
        (key,) = keys(tx, "%/unattended/%")
        deliver(tx)
        service.confirm_still_going(tx, CHLOE, control(tx, session_id))
        assert buttons_of(tx, key.split("/", 2)[2]) == []
        return key

    await store.transact(answer)
    clock.move(minutes=29)
    assert await store.transact(sweep) == 0
    clock.move(minutes=1)
    await store.transact(sweep)
    assert len(await store.read(keys, "%/unattended/%")) == 2
    assert (await store.read(load, session_id)).state == State.WAITING


def leaves(tx: Tx, session_id: str, user: str) -> None:
    groups.on_channel_leave(tx, service.group_of(tx, load(tx, session_id)), user)
    sweep(tx)


def test_when_the_facilitator_leaves_anyone_may_take_over(tx: Tx) -> None:
    session_id = running_session(tx)
    leaves(tx, session_id, BRAM)
    session = load(tx, session_id)
    assert (session.facilitator, session.state) == (None, "running")
    assert buttons_of(tx, f"facilitator_left/{BRAM}") == [ids.SESSIONS_TAKE_OVER]
    assert buttons_of(tx, "card")[0] == ids.SESSIONS_TAKE_OVER
    service.take_over(tx, DAAN, TakeOverRef(session_id, ""))
    assert session.facilitator == DAAN
    assert buttons_of(tx, f"facilitator_left/{BRAM}") == []
    service.next_phase(tx, DAAN, control(tx, session_id))


async def test_when_the_presenter_leaves_the_clock_stands_still(store: Store, clock: StillClock) -> None:
    session_id = await store.transact(running_session)
    clock.move(minutes=4)

    def run(tx: Tx) -> None:
        leaves(tx, session_id, ANNA)
        session = load(tx, session_id)
        assert (session.state, session.remaining) == ("paused", timedelta(minutes=6))
        (key,) = keys(tx, "%/presenter_left/%")
        assert f"<@{ANNA}> heeft het kanaal verlaten" in text_of(tx, key.split("/", 2)[2])
        assert ANNA not in set(service.scene_of(tx, session).present)

    await store.transact(run)


def test_when_another_participant_leaves_it_goes_on_without_them(tx: Tx) -> None:
    session_id = running_session(tx)
    leaves(tx, session_id, DAAN)
    session = load(tx, session_id)
    assert session.state == State.RUNNING
    assert DAAN not in set(service.scene_of(tx, session).present)


def test_when_the_channel_is_deleted_the_session_ends_and_the_facilitator_hears_it(
    tx: Tx,
) -> None:
    session_id = running_session(tx)
    groups.mark_unreachable(tx, service.group_of(tx, load(tx, session_id)), "deleted")
    sweep(tx)
    assert load(tx, session_id).state == State.ENDED
    (key,) = keys(tx, "%/channel_gone/%")
    row = posted(tx, key.split("/", 2)[2])
    assert row is not None
    assert (row.kind, row.user) == ("direct", BRAM)
    assert "is verwijderd" in str(row.payload)


def test_when_the_channel_is_gone_the_clock_stands_still_and_the_facilitator_hears_it(
    tx: Tx,
) -> None:
    session_id = running_session(tx)
    groups.mark_unreachable(tx, service.group_of(tx, load(tx, session_id)), "not_in_channel")
    sweep(tx)
    session = load(tx, session_id)
    assert session.state == State.PAUSED
    (key,) = keys(tx, "%/channel_gone/%")
    row = posted(tx, key.split("/", 2)[2])
    assert row is not None
    assert (row.kind, row.user) == ("direct", BRAM)
    assert "/invite" in str(row.payload)
    where = key.split("/", 2)[2]
    assert buttons_of(tx, where) == [ids.SESSIONS_RESUME]
    with pytest.raises(Refused):
        service.resume(tx, BRAM, control(tx, session_id))
    groups.mark_reachable(tx, service.group_of(tx, session))
    service.resume(tx, BRAM, control(tx, session_id))
    assert str(session.state) == State.RUNNING
    assert buttons_of(tx, where) == []


def previous_time(tx: Tx, session_id: str, *, shared: bool = True) -> None:
    """Daan was the presenter last time."""
    group = service.group_of(tx, load(tx, session_id))
    followups.keep_takeaway(
        tx,
        group,
        "0" * 16,
        DAAN,
        what=What.RESPONSE,
        takeaway="",
        steps=[PlannedStep("eerst met mijn teamleider praten", None, shared)],
        is_presenter=True,
        shared=shared,
    )
    for kept in tx.sql.scalars(select(Takeaway)):
        kept.kept_at = tx.now - timedelta(days=42)
    tx.sql.flush()


def second_session(tx: Tx, *, shared: bool = True) -> str:
    """A session of a group that has met before."""
    first = open_session(tx)
    service.stop(tx, BRAM, SessionRef(first))
    previous_time(tx, first, shared=shared)
    group = service.group_of(tx, load(tx, first))
    case = make_case(tx, group, CHLOE, state=CaseState.HANDED_IN, title="Een ander verhaal")
    session = service.start_session(
        tx, group.id, CHLOE, case_id=case.id, method="incident", facilitator=BRAM, auto_advance=False
    )
    for user in (ANNA, BRAM, DAAN):
        service.mark_present(tx, service.scene_of(tx, session), user)
    begin(tx, session.id)
    return session.id


def test_the_look_back_names_the_previous_presenter_and_what_was_shared(tx: Tx) -> None:
    session_id = second_session(tx)
    session = load(tx, session_id)
    assert service.require_current_phase(session, 0).key == "look_back"
    where = f"session/{session_id}/phase/0/1/prompt"
    assert keys(tx, where) == [where]
    prompt = text_of(tx, "phase/0/1/prompt")
    assert f"<@{DAAN}>, vorige keer nam je je voor: _eerst met mijn teamleider praten_" in prompt
    assert buttons_of(tx, "phase/0/1/prompt") == [ids.SESSIONS_SKIP_LOOK_BACK]


@pytest.mark.parametrize(("met_before", "minutes"), [(False, "60 minuten"), (True, "65 minuten")])
def test_the_form_says_the_minutes_that_the_card_will_say(tx: Tx, met_before: bool, minutes: str) -> None:
    first = open_session(tx)
    service.stop(tx, BRAM, SessionRef(first))
    if met_before:
        previous_time(tx, first)
    group = service.group_of(tx, load(tx, first))
    case = make_case(tx, group, CHLOE, state=CaseState.HANDED_IN, title="Een ander verhaal")
    assert minutes in str(start_form(for_language("nl"), service.start_form_for(tx, group.channel, CHLOE)))
    session = service.start_session(
        tx, group.id, CHLOE, case_id=case.id, method="incident", facilitator=BRAM, auto_advance=False
    )
    assert minutes in text_of(tx, f"{session.id}/card")


async def test_what_was_not_shared_is_not_told(store: Store) -> None:
    def run(tx: Tx) -> str:
        second_session(tx, shared=False)
        return text_of(tx, "phase/0/1/prompt")

    prompt = await store.transact(run)
    assert f"<@{DAAN}>" in prompt
    assert "teamleider" not in prompt


def test_the_previous_presenter_may_skip_the_look_back(tx: Tx) -> None:
    session_id = second_session(tx)
    with pytest.raises(Refused):
        service.skip_look_back(tx, ANNA, PhaseRef(session_id, 0, 1))
    service.skip_look_back(tx, DAAN, PhaseRef(session_id, 0, 1))
    assert load(tx, session_id).phase_index == 1
    with pytest.raises(Refused):
        service.skip_look_back(tx, DAAN, PhaseRef(session_id, 0, 1))
    assert load(tx, session_id).phase_index == 1
