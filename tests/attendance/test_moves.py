"""What becomes of all that was said when a date moves, twice or back again, or is called off."""

import pytest

from bot.events import MeetingMoved, MeetingPlanned
from bot.jobs import queue
from bot.meetings import service as meetings
from bot.slack import ids
from bot.storage import Store, Tx
from tests.attendance.people import (
    EVERYONE,
    HANDLERS,
    at,
    buttons,
    call_off,
    group_of,
    in_channel,
    invitation_message,
    kinds,
    letters,
    move,
    plan,
    plan_of_series,
    says,
    sweep,
    the,
    until,
)
from tests.clock import StillClock
from tests.conftest import due_items, make_group
from tests.factories import ANNA, BRAM, DAAN, deliver


async def _move(store: Store, meeting: str, day: str) -> None:
    await store.transact(move, meeting, day)
    await store.transact(deliver)


def _both(tx: Tx) -> str:
    group = make_group(tx, *EVERYONE)
    meeting = meetings.plan_meeting(tx, group.id, ANNA, "", "2027-01-20", "15:00", "").id
    meetings.plan_meeting(tx, group.id, ANNA, meeting, "2027-01-22", "15:00", "")
    return meeting


def _in_order(tx: Tx, first: str) -> None:
    """Rows of one moment are taken in any order."""
    rows = [row for row in due_items(tx) if row.kind in HANDLERS and row.at <= tx.now]
    for row in sorted(rows, key=lambda row: row.kind != first):
        item = queue.Job(row.workspace, row.kind, row.subject, row.scheduled_at, dict(row.data))
        tx.sql.delete(row)
        tx.sql.flush()
        HANDLERS[item.kind](tx, item)
    sweep(tx)


async def test_an_invitation_of_its_own_follows_two_moves_and_the_end(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan)
    await until(store, clock, at("2027-02-11", 15))
    await store.transact(deliver)
    await _move(store, meeting, "2027-04-01")
    await _move(store, meeting, "2027-04-08")
    assert not any("1 april" in text.split("(was")[0] for text in await store.read(in_channel))
    await call_off(store, meeting)
    assert all("gaat niet door" in text for text in await store.read(in_channel))


async def test_a_notice_of_the_day_before_follows_two_moves(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await until(store, clock, at("2027-01-19", 15))
    await store.transact(deliver)
    await _move(store, meeting, "2027-01-28")
    await _move(store, meeting, "2027-01-29")
    now = [text for text in await store.read(in_channel) if "Deze bijeenkomst is verzet naar" in text]
    assert len(now) == 3
    assert all("29 januari" in text for text in now)


@pytest.mark.parametrize("first", [MeetingPlanned.kind, MeetingMoved.kind])
async def test_planned_and_moved_before_anybody_looked_there_is_one_invitation_for_the_last_date(
    store: Store, first: str
) -> None:
    meeting = await store.transact(_both)
    await store.transact(_in_order, first)
    [told] = await store.read(in_channel)
    assert "vrijdag 22 januari" in told
    assert f"{ids.PRESENCE_ANSWER}.yes" in buttons(await store.read(invitation_message, meeting))
    assert "presence.ask" in await store.read(kinds, DAAN)


async def test_moved_there_and_back_before_anybody_looked_nothing_tells_the_other_date(store: Store) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await store.transact(deliver)

    def there_and_back(tx: Tx) -> None:
        group = group_of(tx, meeting).id
        for day in ("2027-01-22", "2027-01-20"):
            meetings.plan_meeting(tx, group, ANNA, meeting, day, "15:00", "Kamer 2")

    await store.transact(there_and_back)
    await store.transact(deliver)
    await store.transact(sweep)
    await store.transact(deliver)
    told = await store.read(in_channel)
    assert not any("22 januari" in text.split("(was")[0] for text in told)


async def test_the_day_before_a_cancellation_reaches_whoever_was_asked_and_whoever_would_come(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await store.transact(says, meeting, ANNA, "yes")
    await until(store, clock, at("2027-01-19", 15))
    assert "Ben je erbij?" in (await store.read(letters, BRAM))[-1]
    before = len(await store.read(letters, ANNA))
    await call_off(store, meeting)
    assert all("Ben je erbij?" not in text for text in await store.read(letters, BRAM))
    assert "gaat niet door" in (await store.read(letters, BRAM))[-1]
    # A new message, and not only an edit that nobody is told of.
    assert len(await store.read(letters, ANNA)) == before + 1
    assert "gaat niet door" in (await store.read(letters, ANNA))[-1]


async def test_a_move_the_day_before_reaches_everybody_at_once(store: Store, clock: StillClock) -> None:
    meeting = await store.transact(plan, "2027-01-20")
    await store.transact(says, meeting, DAAN, "no")
    await until(store, clock, at("2027-01-19", 15))
    await _move(store, meeting, "2027-01-28")
    await store.transact(sweep)
    for user in (BRAM, DAAN):
        said = await store.read(letters, user)
        assert "heeft een andere datum" in said[-1]
        assert not any("Morgen komt" in text for text in said)


async def test_the_second_meeting_waits_no_longer_for_a_first_that_was_cancelled(
    store: Store, clock: StillClock
) -> None:
    first = await store.transact(plan, "2027-01-21")
    second = await store.transact(plan_of_series, first, "2027-01-27")
    await call_off(store, first)
    clock.move(minutes=1)
    await store.transact(sweep)
    assert (await store.read(the, second)).invitation is not None


async def test_moving_a_later_meeting_does_not_call_it_the_next(store: Store) -> None:
    first = await store.transact(plan, "2027-01-20")
    later = await store.transact(plan_of_series, first, "2027-03-11")
    await _move(store, later, "2027-03-12")
    told = (await store.read(in_channel))[-1]
    assert "De volgende bijeenkomst" not in told
    assert "De bijeenkomst van donderdag 11 maart om " in told
    assert "12 maart" in told


async def test_planned_just_before_the_round_moment_it_is_one_message(
    store: Store, clock: StillClock
) -> None:
    clock.move_to(at("2027-01-15", 13, 58))
    await store.transact(plan, "2027-01-29")
    assert len(await store.read(in_channel)) == 1


async def test_a_cancellation_names_a_date_that_is_still_to_come(store: Store, clock: StillClock) -> None:
    today = await store.transact(plan, "2027-01-15", "10:00")
    later = await store.transact(plan_of_series, today, "2027-02-11")
    clock.move_to(at("2027-01-15", 14))
    await store.transact(meetings.cancel_meeting, later, ANNA)
    assert "15 januari" not in (await store.read(in_channel))[-1]


async def test_another_zone_of_the_group_moves_no_meeting(store: Store) -> None:
    meeting = await store.transact(plan, "2027-03-10")
    before = (await store.read(the, meeting)).starts_at

    def elsewhere(tx: Tx) -> None:
        group = group_of(tx, meeting)
        group.zone = "Europe/Lisbon"
        # What the form shows then: an hour earlier on the clock there.
        meetings.plan_meeting(tx, group.id, ANNA, meeting, "2027-03-10", "14:00", "Zolder")
        sweep(tx)

    await store.transact(elsewhere)
    assert (await store.read(the, meeting)).starts_at == before
    assert "is op een andere plaats: Zolder" in (await store.read(in_channel))[-1]


async def test_a_group_without_reminders_is_not_asked_in_private_when_a_meeting_moves(
    store: Store, clock: StillClock
) -> None:
    meeting = await store.transact(lambda tx: plan(tx, "2027-01-15", reminders=""))
    await _move(store, meeting, "2027-02-15")
    await until(store, clock, at("2027-01-15", 12))
    assert await store.read(letters, DAAN) == []
