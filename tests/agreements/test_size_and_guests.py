"""What is pointed out once: a group that is small or large, and what a guest can and cannot do."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.agreements import jobs, service
from bot.delivery.message import Answer
from bot.groups import service as groups
from bot.groups.records import Group
from bot.groups.service import membership
from bot.jobs import queue
from bot.nudges import jobs as nudge_jobs
from bot.nudges import service as nudges
from bot.nudges.records import Digest
from bot.sessions import service as sessions
from bot.sessions.rules import State
from bot.sessions.views import SessionRef
from bot.storage import Store, Tx
from tests.clock import StillClock
from tests.conftest import due_items, make_group, outgoing, run_due, texts_of
from tests.factories import ANNA, BRAM, CHLOE, DAAN, begin, go_on, load, open_session

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


def session_ended(tx: Tx, group_id: str, *, held: bool = True) -> None:
    about = {"group": group_id, "session": "x", "held": held}
    queue.schedule(tx, "session.ended", "session/x", tx.now, about)
    run_due(tx, jobs.JOBS)


async def test_after_the_first_session_the_channel_is_asked_whether_it_goes_on(store: Store) -> None:
    async def asked() -> list[str]:
        posted = await store.read(lambda tx: texts_of(outgoing(tx, "post")))
        return [text for text in posted if "Gaan jullie verder als groep" in text]

    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM, trial="first").id)
    await store.transact(session_ended, group_id, held=False)
    assert await asked() == []
    for _ in range(2):
        await store.transact(session_ended, group_id)
        assert len(await asked()) == 1
    await store.transact(service.continue_group, group_id, BRAM)
    assert await asked() == []
    assert await store.read(lambda tx: tx.sql.get_one(Group, group_id).trial) == ""
    assert "ieders akkoord op de afspraken" in str(
        await store.read(lambda tx: texts_of(outgoing(tx, "post")))
    )


async def test_a_group_that_has_been_going_for_long_is_not_asked(store: Store) -> None:
    group_id = await store.transact(lambda tx: make_group(tx, ANNA, BRAM).id)
    await store.transact(session_ended, group_id)
    assert await store.read(lambda tx: outgoing(tx, "post")) == []


async def test_a_group_that_stops_rests_and_nobody_is_reminded(store: Store) -> None:
    def prepare(tx: Tx) -> str:
        group = make_group(tx, ANNA, BRAM, trial="first")
        session_ended(tx, group.id)
        nudges.plan_nudge(tx, ANNA, "meeting.prepare", "x", tx.now, group=group.id)
        return group.id

    say = nudges.digest_job({"meeting.prepare": lambda tx, nudge, t: nudges.DigestItem("Breng je iets in?")})
    handlers = {**jobs.JOBS, **nudge_jobs.JOBS, nudges.DELIVER: say}
    group_id = await store.transact(prepare)
    await store.transact(service.stop_group, group_id, BRAM)
    await store.transact(run_due, handlers)
    assert await store.read(lambda tx: outgoing(tx, "direct")) == []
    assert await store.read(lambda tx: groups.is_at_rest(tx.sql.get_one(Group, group_id)))
    await store.transact(service.continue_group, group_id, ANNA)
    await store.transact(run_due, handlers)
    assert not await store.read(lambda tx: groups.is_at_rest(tx.sql.get_one(Group, group_id)))
    # What there still is to say was not lost.
    assert len(await store.read(lambda tx: outgoing(tx, "direct"))) == 1


async def test_a_session_that_was_held_is_a_try_and_one_that_nobody_began_is_not(store: Store) -> None:
    def told(tx: Tx) -> list[bool]:
        return [bool(row.data["held"]) for row in due_items(tx, "session.ended")]

    async def ends(session_id: str) -> list[bool]:
        await store.transact(sessions.stop, BRAM, SessionRef(session_id))
        return await store.read(told)

    assert await ends(await store.transact(lambda tx: open_session(tx, trial="first"))) == [False]


def test_a_whole_session_is_a_try(tx: Tx) -> None:
    session_id = open_session(tx, trial="first")
    begin(tx, session_id)
    while load(tx, session_id).state != State.ENDED:
        go_on(tx, session_id)
    run_due(tx, jobs.JOBS)
    assert any(
        found
        for found, _ in [("Gaan jullie verder" in text, text) for text in texts_of(outgoing(tx, "post"))]
    )
