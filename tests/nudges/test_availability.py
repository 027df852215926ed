"""Do not disturb, a holiday, absence, and off: whoever would rather not be disturbed is not."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.delivery.message import Answer
from bot.groups import service as groups
from bot.groups.records import Person
from bot.nudges import jobs, service
from bot.storage import Store, Tx
from bot.texts import Refused
from tests.clock import StillClock
from tests.conftest import due_items, make_group, outgoing
from tests.nudges.test_digests import ANNA, asks, letters, plan, subjects, wakes


def slack_says(tx: Tx, dnd: dict[str, object], profile: dict[str, object], error: str = "") -> None:
    """Slack answers the two questions that wait in the outbox."""
    for name, data in (("nudges.dnd", dnd), ("nudges.status", {"user": {"profile": profile}})):
        [row] = outgoing(tx, "ask")
        assert row.payload is not None
        assert row.payload["answer"] == name
        tx.sql.delete(row)
        tx.sql.flush()
        jobs.ANSWERS[name](tx, Answer(ANNA, {} if error else data, error))


AT_EASE: dict[str, object] = {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}


def one_waits(tx: Tx) -> None:
    plan(tx, make_group(tx, ANNA).id, "de stap", lasts=24 * 6)
    asks(tx)
    assert letters(tx) == []


def one_more(tx: Tx) -> None:
    group = groups.channel_group(tx, "C0OOST")
    assert group is not None
    plan(tx, group.id, "de casus")


async def test_slack_is_asked_just_before_and_then_it_comes(store: Store) -> None:
    await store.transact(one_waits)
    await store.transact(slack_says, AT_EASE, {})
    await store.transact(asks)
    assert await store.read(letters) == ["over de stap"]


def test_nobody_is_asked_about_when_there_is_nothing_to_say(tx: Tx) -> None:
    plan(tx, make_group(tx, ANNA).id, "de stap", hours=1)
    asks(tx)
    assert outgoing(tx, "ask") == []


async def test_do_not_disturb_is_waited_for(store: Store, clock: StillClock) -> None:
    await store.transact(one_waits)
    now = clock.now().timestamp()
    busy: dict[str, object] = {
        "dnd_enabled": True,
        "next_dnd_start_ts": now - 60,
        "next_dnd_end_ts": now + 3600,
    }
    await store.transact(slack_says, busy, {})
    await store.transact(asks)
    assert await store.read(letters) == []
    clock.move(hours=1)
    await store.transact(asks)
    # What Slack said then is old by now.
    await store.transact(slack_says, AT_EASE, {})
    await store.transact(asks)
    assert await store.read(letters) == ["over de stap"]


@pytest.mark.parametrize("emoji", [":palm_tree:", ":face_with_thermometer:"])
async def test_a_holiday_is_waited_for_and_what_passes_meanwhile_is_let_go(
    store: Store, clock: StillClock, emoji: str
) -> None:
    await store.transact(one_waits)
    until = int((clock.now() + timedelta(days=12)).timestamp())
    await store.transact(slack_says, AT_EASE, {"status_emoji": emoji, "status_expiration": until})
    await store.transact(asks)
    clock.move(days=12)
    await store.transact(asks)
    assert await store.read(letters) == []
    assert await store.read(subjects) == []
    assert await store.read(lambda tx: due_items(tx, service.DELIVER)) == []


async def test_when_slack_may_not_tell_it_comes_all_the_same(store: Store) -> None:
    await store.transact(one_waits)
    await store.transact(slack_says, {}, {}, "missing_scope")
    await store.transact(asks)
    assert await store.read(letters) == ["over de stap"]


async def test_when_slack_does_not_answer_in_time_it_comes_all_the_same(
    store: Store, clock: StillClock
) -> None:
    await store.transact(one_waits)
    clock.move(minutes=9)
    # Something else to say is no reason not to wait for the answer.
    await store.transact(one_more)
    await store.transact(asks)
    assert await store.read(letters) == []
    clock.move(minutes=1)
    await store.transact(asks)
    assert await store.read(letters) == ["over de stap\n\nover de casus"]


async def test_whoever_is_away_hears_on_their_first_day_back_what_still_matters(
    store: Store, clock: StillClock
) -> None:
    def fill(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        service.go_away(tx, ANNA, "2027-01-20")
        plan(tx, group, "de bijeenkomst", lasts=24)
        plan(tx, group, "de stap")
        wakes(tx)

    await store.transact(fill)
    clock.move_to(datetime(2027, 1, 20, 15, tzinfo=UTC))
    await store.transact(wakes)
    assert await store.read(letters) == []
    clock.move_to(datetime(2027, 1, 21, 9, tzinfo=UTC))
    await store.transact(wakes)
    assert await store.read(letters) == ["over de stap"]


async def test_away_without_a_day_lasts_until_they_say_that_they_are_back(
    store: Store, clock: StillClock
) -> None:
    def fill(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        service.go_away(tx, ANNA, "")
        plan(tx, group, "de stap")
        wakes(tx)

    await store.transact(fill)
    clock.move(days=28)
    await store.transact(wakes)
    assert await store.read(letters) == []
    assert await store.read(service.current_absence, ANNA) is not None
    await store.transact(service.come_back, ANNA)
    assert await store.read(service.current_absence, ANNA) is None
    await store.transact(wakes)
    assert await store.read(letters) == ["over de stap"]


@pytest.mark.parametrize("day", ["2027-01-13", "2029-01-01"])
async def test_an_absence_ends_on_a_day_that_is_to_come(store: Store, day: str) -> None:
    with pytest.raises(Refused) as refused:
        await store.transact(service.go_away, ANNA, day)
    assert refused.value.field == "until"


def test_who_has_turned_it_off_hears_nothing_and_nobody_asks_slack(tx: Tx) -> None:
    group = make_group(tx, ANNA).id
    tx.sql.scalars(select(Person).where(Person.user == ANNA)).one().nudges = False
    plan(tx, group, "de stap")
    plan(tx, group, "later", hours=240)
    asks(tx)
    assert (letters(tx), outgoing(tx, "ask")) == ([], [])
    # They may turn it on again: what is to be said waits for that.
    assert subjects(tx) == ["de stap", "later"]


@pytest.mark.parametrize("first", ["", "2027-01-26"])
async def test_an_absence_that_turns_out_shorter_ends_then(
    store: Store, clock: StillClock, first: str
) -> None:
    def fill(tx: Tx) -> None:
        group = make_group(tx, ANNA).id
        service.go_away(tx, ANNA, first)
        plan(tx, group, "de stap")
        wakes(tx)

    await store.transact(fill)
    clock.move_to(datetime(2027, 1, 18, 15, tzinfo=UTC))
    await store.transact(service.go_away, ANNA, "2027-01-19")
    clock.move_to(datetime(2027, 1, 20, 9, tzinfo=UTC))
    await store.transact(wakes)
    assert await store.read(letters) == ["over de stap"]
