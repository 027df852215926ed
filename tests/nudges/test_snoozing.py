"""Later and stop: what somebody does with a letter as a whole."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bot.groups import service as groups
from bot.nudges import service
from bot.nudges.records import Digest, Nudge
from bot.nudges.service import DigestItem
from bot.storage import Store, Tx, in_workspace
from bot.texts import Refused
from tests.clock import StillClock
from tests.conftest import THEIRS, make_group
from tests.nudges.test_digests import ANNA, BRAM, deliver, letters, plan, subjects, wakes


def a_letter(tx: Tx, *, lasts: float | None = None, kind: str = "test") -> str:
    group = make_group(tx, ANNA, BRAM).id
    plan(tx, group, "de stap", lasts=lasts, kind=kind)
    deliver(tx)
    return tx.sql.scalars(select(Digest.id)).one()


def planned(tx: Tx) -> list[tuple[str, datetime]]:
    return [(one.subject, one.at) for one in tx.sql.scalars(select(Nudge).order_by(Nudge.number))]


@pytest.mark.parametrize(
    ("days", "comes", "said"),
    [(1, 15, "vrijdag 15 januari"), (3, 18, "maandag 18 januari"), (7, 21, "donderdag 21 januari")],
)
async def test_later_asks_again_on_a_working_day_and_says_so(
    store: Store, clock: StillClock, days: int, comes: int, said: str
) -> None:
    letter = await store.transact(a_letter)
    await store.transact(service.snooze_by, letter, ANNA, days)
    assert await store.read(planned) == [("de stap", datetime(2027, 1, comes, 8, tzinfo=UTC))]
    assert said in (await store.read(letters))[0]
    clock.move_to(datetime(2027, 1, comes, 9, tzinfo=UTC))
    await store.transact(wakes)
    assert (await store.read(letters))[1] == "over de stap"


async def test_put_off_past_the_meeting_comes_before_it_and_says_so(store: Store) -> None:
    # The meeting is on Monday.
    letter = await store.transact(lambda tx: a_letter(tx, lasts=24 * 4))
    note = await store.transact(service.snooze_by, letter, ANNA, 7)
    assert await store.read(planned) == [("de stap", datetime(2027, 1, 15, 8, tzinfo=UTC))]
    assert note == "Op donderdag 21 januari is dit voorbij, dus kom ik er vrijdag 15 januari op terug."


async def test_put_off_past_what_ends_today_is_let_go_kindly(store: Store) -> None:
    letter = await store.transact(lambda tx: a_letter(tx, lasts=3))
    note = await store.transact(service.snooze_by, letter, ANNA, 1)
    assert await store.read(planned) == []
    assert "laat ik het los" in note
    assert note in (await store.read(letters))[0]


def test_what_was_answered_is_not_put_off(tx: Tx) -> None:
    group = make_group(tx, ANNA).id
    plan(tx, group, "de stap")
    plan(tx, group, "de casus")
    deliver(tx)
    letter = tx.sql.scalars(select(Digest.id)).one()
    service.mark_answered(tx, ANNA, "test", "de stap", DigestItem("gedaan"))
    service.snooze_by(tx, letter, ANNA, 1)
    assert subjects(tx) == ["de casus"]
    service.mark_answered(tx, ANNA, "test", "de casus", DigestItem("gedaan"))
    # Also when it is answered after all, nobody comes back to it.
    assert subjects(tx) == []
    assert service.snooze_by(tx, letter, ANNA, 1) == ""
    assert subjects(tx) == []


def test_a_letter_of_two_says_of_each_when_it_comes(tx: Tx) -> None:
    group = make_group(tx, ANNA).id
    plan(tx, group, "ooit")
    plan(tx, group, "maandag", lasts=24 * 4)
    plan(tx, group, "vandaag", lasts=2)
    deliver(tx)
    letter = tx.sql.scalars(select(Digest.id)).one()
    note = service.snooze_by(tx, letter, ANNA, 7)
    assert note == (
        "Op donderdag 21 januari hoor je me hier weer over. Waar dat te laat is, kom ik vrijdag 15 januari. "
        "Wat dan voorbij is, laat ik los."
    )
    assert subjects(tx) == ["maandag", "ooit"]


@pytest.mark.parametrize("day", [None, "2027-01-14", "2026-12-01", "2029-01-01"])
async def test_a_day_that_cannot_be_is_refused_at_the_field(store: Store, day: str | None) -> None:
    letter = await store.transact(a_letter)
    with pytest.raises(Refused) as refused:
        await store.transact(service.snooze_until, letter, ANNA, day)
    assert refused.value.field == "day"
    assert await store.read(planned) == []


async def test_a_letter_is_its_reader_s_alone(store: Store) -> None:
    letter = await store.transact(a_letter)
    with pytest.raises(Refused):
        await store.transact(service.snooze_by, letter, BRAM, 1)
    with pytest.raises(Refused):
        await store.transact(in_workspace(THEIRS, service.snooze_by), letter, ANNA, 1)


def test_stop_with_one_kind_leaves_the_others_and_there_is_a_way_back(tx: Tx) -> None:
    group = make_group(tx, ANNA).id
    service.stop_topic(tx, ANNA, "steps")
    service.stop_topic(tx, ANNA, "steps")
    plan(tx, group, "de stap", kind="step.again")
    plan(tx, group, "iets anders")
    deliver(tx)
    assert letters(tx) == ["over iets anders"]
    assert service.muted_topics(tx, ANNA) == {"steps"}
    service.resume_topic(tx, ANNA, "steps")
    plan(tx, group, "de stap", kind="step.again")
    deliver(tx)
    assert letters(tx)[1:] == ["over de stap"]


def test_stop_with_everything_is_everything_and_there_is_a_way_back(tx: Tx) -> None:
    group = make_group(tx, ANNA).id
    service.stop_topic(tx, ANNA, "all")
    plan(tx, group, "de stap")
    deliver(tx)
    assert letters(tx) == []
    service.resume_topic(tx, ANNA, "all")
    assert groups.ensure_person(tx, ANNA).nudges
    with pytest.raises(Refused):
        service.stop_topic(tx, ANNA, "iets")


def test_what_is_put_off_comes_on_the_person_s_own_working_day(tx: Tx) -> None:
    letter = a_letter(tx)
    groups.ensure_person(tx, ANNA).days = "3"
    service.snooze_until(tx, letter, ANNA, "2027-01-15")
    [(_, at)] = planned(tx)
    assert at.date() == date(2027, 1, 20)
